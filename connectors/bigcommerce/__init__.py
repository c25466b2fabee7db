"""Hooks, orders, shipments and transactions of BigCommerce; the notes are in `source.py`."""

from connectors.bigcommerce.source import SOURCE

__all__ = ["SOURCE"]
