"""Marketplaces that run on Mirakl; the notes are in `source.py`."""

from connectors.mirakl.source import SOURCE

__all__ = ["SOURCE"]
