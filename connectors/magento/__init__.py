"""Orders, invoices, shipments and credit memos of Magento 2; the notes are in `source.py`."""

from connectors.magento.source import SOURCE

__all__ = ["SOURCE"]
