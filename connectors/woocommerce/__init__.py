"""Orders and refunds of a WooCommerce shop; the notes are in `source.py`."""

from connectors.woocommerce.source import SOURCE

__all__ = ["SOURCE"]
