"""Orders of a PrestaShop shop, in XML and JSON; the notes are in `source.py`."""

from connectors.prestashop.source import SOURCE

__all__ = ["SOURCE"]
