"""What was made of an order: shipments, invoices and credit memos, each a document of its own.

A shipment in Magento is goods that left. An invoice that is paid and a credit memo that is
refunded are claims about money: the method that moved it is known to the order only, and the
provider may tell of it too. Only Stripe's own numbers name its operation.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from connectors.magento.payload import Part, Settlement, Shipment
from connectors.magento.table import CANCELLED, INVOICE_STATES, OPEN, SETTLED
from connectors.money import minor_unsigned
from connectors.writer import Writer
from domain import fact as facts
from domain import office_fact
from domain.body import Operation, PackageInfo, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.instant import micros
from domain.office_body import InvoiceCreated, InvoiceRef
from domain.vocabulary import Evidence, Minor

_CHARGE: Final = re.compile(r"(?:ch|py)_[A-Za-z0-9]{8,120}", re.ASCII)
_REFUND: Final = re.compile(r"(?:re|pyr)_[A-Za-z0-9]{8,120}", re.ASCII)
_NUMBER_CHARACTERS_MAX: Final = 100

MEMO_KINDS: Final[dict[int, Callable[..., Fact]]] = {
    OPEN: facts.PaymentRefundRequested,
    SETTLED: facts.PaymentRefunded,
    CANCELLED: facts.PaymentRefundFailed,
}
_NOISE: Final = {ord(sign): None for sign in " -\t\r\n"}


def shipment_facts(writer: Writer, shipment: Shipment) -> Iterator[Fact]:
    """Say which pieces left in which parcels."""
    name = f"shipment:{shipment.entity_id}"
    revision = micros(shipment.updated_at or shipment.created_at)
    parcels = {
        number: PackageInfo(number=number, carrier=track.title or track.carrier_code)
        for track in shipment.tracks
        if (number := track.track_number.translate(_NOISE).upper()[:_NUMBER_CHARACTERS_MAX])
    }
    info = ShipmentInfo(
        shipment_id=shipment.entity_id,
        lines=_units(shipment),
        parcels=tuple(parcels.values()),
        carrier=next((each.carrier for each in parcels.values()), ""),
    )
    at = shipment.created_at
    yield writer.fact(
        facts.ShipmentCreated, f"{name}:{revision}", at, body=info, revision=revision
    )
    for number in parcels:
        yield writer.link(f"parcel:{number}", at)
    body = ShipmentRef(shipment_id=shipment.entity_id)
    yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)


def invoice_facts(writer: Writer, invoice: Settlement) -> Iterator[Fact]:
    """Say what was invoiced, and that it is paid or void."""
    name = f"invoice:{invoice.entity_id}"
    amount = _amount(invoice)
    body = InvoiceCreated(
        invoice_id=invoice.entity_id, lines=_units(invoice), number=invoice.increment_id
    )
    yield writer.fact(office_fact.InvoiceWasCreated, name, invoice.created_at, body=body)
    state = _state(invoice)
    if state == SETTLED and amount:
        yield _told(writer, invoice, facts.PaymentCaptured, name, _CHARGE, amount)
    elif state == CANCELLED:
        at = invoice.updated_at or invoice.created_at
        void = InvoiceRef(invoice_id=invoice.entity_id)
        yield writer.fact(office_fact.InvoiceWasVoided, f"{name}:voided", at, body=void)
    if state not in INVOICE_STATES:
        yield _unknown(writer, invoice, name, "invoice.state")


def memo_facts(writer: Writer, memo: Settlement) -> Iterator[Fact]:
    """Say what goes back to the buyer."""
    name = f"creditmemo:{memo.entity_id}"
    amount = _amount(memo)
    state = _state(memo)
    kind = MEMO_KINDS.get(state)
    if kind and amount:
        yield _told(writer, memo, kind, name, _REFUND, amount)
    elif kind is None:
        yield _unknown(writer, memo, name, "creditmemo.state")


def _state(settlement: Settlement) -> int:
    """Read the numbered state; an invoice without one is open, as Magento makes them."""
    return OPEN if settlement.state is None else int(settlement.state)


def _amount(settlement: Settlement) -> Minor:
    currency = settlement.order_currency_code
    return minor_unsigned(settlement.grand_total, currency, field="grand_total")


def _units(part: Part) -> tuple[Units, ...]:
    pieces: dict[str, int] = {}
    for row in part.items:
        pieces[row.order_item_id] = pieces.get(row.order_item_id, 0) + row.qty
    return tuple(Units(line_id=line_id, quantity=n) for line_id, n in sorted(pieces.items()) if n)


def _told(
    writer: Writer,
    settlement: Settlement,
    kind: Callable[..., Fact],
    name: str,
    shape: re.Pattern[str],
    amount: Minor,
) -> Fact:
    own = bool(shape.fullmatch(settlement.transaction_id))
    body = Operation(
        provider="stripe" if own else "",
        reference=settlement.transaction_id if own else name,
        amount=amount,
        currency=settlement.order_currency_code,
        evidence=Evidence.PROVIDER if own else Evidence.STATUS,
    )
    word = kind.__name__.removeprefix("Payment").lower()
    at = settlement.updated_at or settlement.created_at
    return writer.fact(kind, f"{name}:{word}", at, body=body, inferred=not own)


def _unknown(writer: Writer, settlement: Settlement, name: str, field: str) -> Fact:
    value = settlement.state or ""
    event_id = f"{name}:unknown:state:{value}"
    return writer.unknown(event_id, settlement.created_at, field=field, value=value)
