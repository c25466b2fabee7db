"""A shipping fulfilment of eBay: one package, and the pieces in it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.ebay.payload import Fulfilment
from connectors.writer import Writer
from domain import fact
from domain.body import PackageInfo, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.identity import parcel_key

_NUMBER_CHARACTERS_MAX: Final = 100


def fulfilment_facts(writer: Writer, fulfilment: Fulfilment, at: datetime) -> Iterator[Fact]:
    """Say what a package holds and that it left; `at` stands in where it has no time."""
    shipped_at = fulfilment.shipped_date
    created_at = shipped_at or at
    number = parcel_key(fulfilment.shipment_tracking_number[:_NUMBER_CHARACTERS_MAX], "")
    known = bool(fulfilment.shipment_tracking_number.strip())
    carrier = fulfilment.shipping_carrier_code
    parcels = (PackageInfo(number=number, carrier=carrier),) if known else ()
    info = ShipmentInfo(
        shipment_id=fulfilment.fulfillment_id,
        lines=tuple(
            Units(line_id=each.line_item_id, quantity=each.quantity)
            for each in fulfilment.line_items
        ),
        parcels=parcels,
        carrier=carrier,
    )
    name = f"fulfillment:{fulfilment.fulfillment_id}"
    yield writer.fact(fact.ShipmentCreated, name, created_at, body=info)
    for parcel in parcels:
        yield writer.link(f"parcel:{parcel.number}", created_at)
    if shipped_at:
        body = ShipmentRef(shipment_id=fulfilment.fulfillment_id)
        yield writer.fact(fact.ShipmentHandedOver, f"{name}:handed_over", shipped_at, body=body)
