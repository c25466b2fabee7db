"""Every connector by name: a new one is its file, its samples and one line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors import (
    adyen,
    amazon,
    bigcommerce,
    easypost,
    ebay,
    etsy,
    magento,
    mollie,
    paypal,
    prestashop,
    shopify,
    stripe,
    walmart,
    woocommerce,
)
from connectors.delivery import Source

SOURCES: Final = MappingProxyType(
    {
        source.name: source
        for source in (
            adyen.SOURCE,
            amazon.SOURCE,
            bigcommerce.SOURCE,
            easypost.SOURCE,
            ebay.SOURCE,
            etsy.SOURCE,
            magento.SOURCE,
            mollie.SOURCE,
            paypal.SOURCE,
            prestashop.SOURCE,
            shopify.SOURCE,
            stripe.SOURCE,
            walmart.SOURCE,
            woocommerce.SOURCE,
        )
    }
)


def find(name: str, sources: Mapping[str, Source] = SOURCES) -> Source | None:
    """Find a connector by its name in any case."""
    return sources.get(name.strip().lower())
