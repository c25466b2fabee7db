"""Which connectors a command knows: those in code, and those of the operator's mapping files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.delivery import Source
from connectors.import_rule import ImportRulesError
from connectors.mapping import MappingError
from connectors.registry import find
from streams.command_line.failure import WrongUse
from streams.settings import SettingsError, load_settings
from streams.sources import every_source, source_of


def known_sources() -> Mapping[str, Source]:
    """Give every source by name, or give up with what is wrong with a setting."""
    try:
        return every_source(load_settings())
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    except MappingError as error:
        raise WrongUse(f"settings: ORDERSTREAM_MAPPINGS: {error}") from error
    except ImportRulesError as error:
        raise WrongUse(f"settings: ORDERSTREAM_IMPORTS: {error}") from error


def source_named(name: str) -> Source:
    """Find a connector, as the settings have it, or give up with the list of all."""
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
