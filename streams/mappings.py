"""Sources that are described in files: read at start, each beside those that are written in code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connectors.delivery import Source
from connectors.mapping import MappingError, read_mapping
from connectors.registry import SOURCES

_FILE_BYTES_MAX: Final = 256 * 1024


def every_source(folder: str | None) -> Mapping[str, Source]:
    """Give all sources by name, those of the folder's `*.toml` too; raises MappingError."""
    sources = dict(SOURCES)
    if not folder:
        return sources
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
