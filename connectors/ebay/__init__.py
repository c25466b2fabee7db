"""Orders of eBay's Fulfillment API; the notes are in `source.py`."""

from connectors.ebay.source import SOURCE

__all__ = ["SOURCE"]
