"""Shipments and transactions, each a document of its own beside its order."""

import re
from collections.abc import Iterator
from typing import Final

from connectors.bigcommerce.payload import Shipment, Transaction
from connectors.bigcommerce.table import GATEWAYS, TRANSACTIONS
from connectors.money import minor_unsigned
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Operation, PackageInfo, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.vocabulary import Evidence

_NUMBER_CHARACTERS_MAX: Final = 100
_NOISE: Final = {ord(sign): None for sign in " -\t\r\n"}
_STRIPE: Final = {
    "captured": re.compile(r"(?:ch|py)_[A-Za-z0-9]{8,120}", re.ASCII),
    "refunded": re.compile(r"(?:re|pyr)_[A-Za-z0-9]{8,120}", re.ASCII),
}
"""Whose numbers name the provider's own operation, so that its webhook tells of the same one."""


def shipment_facts(writer: Writer, shipment: Shipment) -> Iterator[Fact]:
    """Say which pieces left in which parcel; a shipment here is goods that left.

    An edited shipment keeps its date, so of two versions the one with a tracking number counts.
    """
    name = f"shipment:{shipment.id}"
    at = shipment.date_created
    number = shipment.tracking_number.translate(_NOISE).upper()[:_NUMBER_CHARACTERS_MAX]
    carrier = (
        shipment.shipping_provider_display_name
        or shipment.tracking_carrier
        or shipment.shipping_provider
    )
    url = shipment.tracking_link or shipment.generated_tracking_link
    pieces: dict[str, int] = {}
    for item in shipment.items:
        pieces[item.order_product_id] = pieces.get(item.order_product_id, 0) + item.quantity
    info = ShipmentInfo(
        shipment_id=shipment.id,
        lines=tuple(Units(line_id=line, quantity=n) for line, n in sorted(pieces.items()) if n),
        parcels=(PackageInfo(number=number, carrier=carrier, url=url),) if number else (),
        carrier=carrier,
        service="" if shipment.shipping_method == "None" else shipment.shipping_method,
    )
    revision = 2 if number else 1
    yield writer.fact(
        facts.ShipmentCreated, f"{name}:{number or 'untracked'}", at, body=info, revision=revision
    )
    if number:
        yield writer.link(f"parcel:{number}", at)
    body = ShipmentRef(shipment_id=shipment.id)
    yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)


def transaction_facts(writer: Writer, transaction: Transaction) -> Iterator[Fact]:
    """Say what one transaction did; what settles another one goes by that one's number."""
    name = f"transaction:{transaction.id}"
    at = transaction.date_created
    row = TRANSACTIONS.get(transaction.event)
    if row is None or transaction.status not in {"ok", "error"}:
        field = "event" if row is None else "status"
        value: str = getattr(transaction, field)
        event_id = f"{name}:unknown:{field}:{value}"
        yield writer.unknown(event_id, at, field=f"transaction.{field}", value=value)
        return
    says = row[transaction.status == "error"]
    if says is None:
        return
    word, kind = says
    provider = GATEWAYS.get(transaction.gateway.lower(), transaction.gateway.lower())
    named = transaction.gateway_transaction_id
    shape = _STRIPE.get(word)
    own = provider == "stripe" and shape is not None and bool(shape.fullmatch(named))
    referred = transaction.reference_transaction_id.strip("0")
    parent = transaction.reference_transaction_id if referred else ""
    settles = parent if transaction.event == "settled" else ""
    body = Operation(
        provider=provider,
        reference=named if own else settles or transaction.id,
        parent="" if own else parent,
        amount=minor_unsigned(transaction.amount, transaction.currency),
        currency=transaction.currency,
        evidence=Evidence.PROVIDER if own else Evidence.SHOP,
    )
    yield writer.fact(kind, f"{name}:{word}", at, body=body)
    if named and provider:
        yield writer.link(f"payment:{provider}:{named}"[:250], at)
