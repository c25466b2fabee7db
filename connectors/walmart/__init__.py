"""Orders of Walmart Marketplace; the notes are in `source.py`."""

from connectors.walmart.source import SOURCE

__all__ = ["SOURCE"]
