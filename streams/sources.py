"""The sources of an installation: connectors, mapping files, and by which rules orders come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connectors.delivery import Source
from connectors.import_rule import parse_rules, with_rules
from connectors.mapping import MappingError, read_mapping
from connectors.registry import SOURCES

if TYPE_CHECKING:
    from streams.settings import Settings

_FILE_BYTES_MAX: Final = 256 * 1024


def every_source(settings: Settings) -> Mapping[str, Source]:
    """Give all sources by name; raises MappingError or ImportRulesError."""
    sources = _described(settings.mappings) if settings.mappings else SOURCES
    if not settings.imports:
        return sources
    choose = parse_rules(settings.imports)
    return {
        name: with_rules(source, choose) if source.kind == "orders" else source
        for name, source in sources.items()
    }


def _described(folder: str) -> dict[str, Source]:
    """Give the connectors and what the folder's `*.toml` describe; raises MappingError."""
    sources = dict(SOURCES)
    if not Path(folder).is_dir():
        raise MappingError(f"{folder} is no folder")
    for path in sorted(Path(folder).glob("*.toml")):
        source = source_of(path)
        if source.name in sources:
            raise MappingError(f"{path}: there is a source {source.name!r} already")
        sources[source.name] = source
    return sources


def source_of(path: Path) -> Source:
    """Read one mapping file; raises MappingError."""
    try:
        with path.open("rb") as file:
            body = file.read(_FILE_BYTES_MAX + 1)
        if len(body) > _FILE_BYTES_MAX:
            raise MappingError(f"{path}: over {_FILE_BYTES_MAX} bytes")
        return read_mapping(body.decode(), str(path))
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{path}: not UTF-8") from error
