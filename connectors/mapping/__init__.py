"""Sources that an operator describes in a TOML file: what is in it says `file.py`."""

from connectors.mapping.errors import MappingError
from connectors.mapping.source import read_mapping

__all__ = ["MappingError", "read_mapping"]
