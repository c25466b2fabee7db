"""Which connectors a command knows: those in code, and those of the operator's mapping files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.delivery import Source
from connectors.mapping import MappingError
from connectors.registry import find
from streams.command_line.failure import WrongUse
from streams.mappings import every_source, source_of
from streams.settings import SettingsError, load_settings


def known_sources() -> Mapping[str, Source]:
    """Give every source by name, or give up with what is wrong with a mapping."""
    try:
        return every_source(load_settings().mappings)
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    except MappingError as error:
        raise WrongUse(f"settings: ORDERSTREAM_MAPPINGS: {error}") from error


def source_named(name: str) -> Source:
    """Find a connector or give up with the list of all; settings are read only if needed."""
    if source := find(name):
        return source
    sources = known_sources()
    source = find(name, sources)
    if source is None:
        raise WrongUse(f"no source {name!r}; there are {', '.join(sources)}")
    return source


def source_of_file(path: Path) -> Source:
    """Read the source of a mapping file or give up with what is wrong with it."""
    try:
        return source_of(path)
    except MappingError as error:
        raise WrongUse(str(error)) from error
