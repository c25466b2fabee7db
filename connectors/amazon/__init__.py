"""Amazon's Selling Partner API; the notes are in `source.py`."""

from connectors.amazon.source import SOURCE

__all__ = ["SOURCE"]
