"""Every connector by name: a new one is its file, its samples and one line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors import (
    adyen,
    aftership,
    amazon,
    bigcommerce,
    bol,
    canonical,
    easypost,
    ebay,
    etsy,
    magento,
    mirakl,
    mollie,
    paypal,
    prestashop,
    shipengine,
    shippo,
    shopify,
    square,
    stripe,
    walmart,
    woocommerce,
)
from connectors.carrier import (
    asendia,
    australiapost,
    bpost,
    canadapost,
    chronopost,
    dhl_express,
    dhl_parcel_de,
    dhl_poland,
    dhl_universal,
    dpd,
    dpd_meta,
    fedex,
    gls,
    hermes,
    landmark,
    laposte,
    mydhl,
    parcelone,
    postat,
    purolator,
    seko,
    sendle,
    smartkargo,
    spring,
    teleship,
    ups,
    usps,
    usps_international,
)
from connectors.delivery import Source

SOURCES: Final = MappingProxyType(
    {
        source.name: source
        for source in (
            adyen.SOURCE,
            aftership.SOURCE,
            amazon.SOURCE,
            asendia.SOURCE,
            australiapost.SOURCE,
            bigcommerce.SOURCE,
            bol.SOURCE,
            bpost.SOURCE,
            canadapost.SOURCE,
            canonical.SOURCE,
            chronopost.SOURCE,
            dhl_express.SOURCE,
            dhl_parcel_de.SOURCE,
            dhl_poland.SOURCE,
            dhl_universal.SOURCE,
            dpd.SOURCE,
            dpd_meta.SOURCE,
            easypost.SOURCE,
            ebay.SOURCE,
            etsy.SOURCE,
            fedex.SOURCE,
            gls.SOURCE,
            hermes.SOURCE,
            landmark.SOURCE,
            laposte.SOURCE,
            magento.SOURCE,
            mirakl.SOURCE,
            mollie.SOURCE,
            mydhl.SOURCE,
            parcelone.SOURCE,
            paypal.SOURCE,
            postat.SOURCE,
            prestashop.SOURCE,
            purolator.SOURCE,
            seko.SOURCE,
            sendle.SOURCE,
            shipengine.SOURCE,
            shippo.SOURCE,
            shopify.SOURCE,
            smartkargo.SOURCE,
            spring.SOURCE,
            square.SOURCE,
            stripe.SOURCE,
            teleship.SOURCE,
            ups.SOURCE,
            usps.SOURCE,
            usps_international.SOURCE,
            walmart.SOURCE,
            woocommerce.SOURCE,
        )
    }
)


def find(name: str, sources: Mapping[str, Source] = SOURCES) -> Source | None:
    """Find a connector by its name in any case."""
    return sources.get(name.strip().lower())
