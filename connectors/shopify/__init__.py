"""Orders, fulfilments, refunds and payments of a Shopify shop; the notes are in `source.py`."""

from connectors.shopify.source import SOURCE

__all__ = ["SOURCE"]
