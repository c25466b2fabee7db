"""Etsy's receipts; the notes are in `source.py`."""

from connectors.etsy.source import SOURCE

__all__ = ["SOURCE"]
