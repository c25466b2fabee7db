"""Orders of bol.com; the notes are in `source.py`."""

from connectors.bol.source import SOURCE

__all__ = ["SOURCE"]
