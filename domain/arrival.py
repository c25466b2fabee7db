"""When a shipment is expected: as it is stated, else as its label's rate promised (S2.39)."""

from datetime import datetime
from typing import Final

from msgspec.json import Decoder

from domain.body import ParcelRef
from domain.instant import NEVER, Misdated, micros
from domain.office_body import RatesQuoted
from domain.order import Order

_LABEL: Final = "label:"
_label: Final = Decoder(ParcelRef)
_rates: Final = Decoder(RatesQuoted)


def expected_of(order: Order, shipment_id: str) -> int:
    """Say when a shipment should arrive, in microseconds; NEVER where nobody said (S2.39)."""
    statement = order.shipments[shipment_id].statement
    if statement is not None and statement.expected_at:
        return statement.expected_at
    if not order.changes:
        return NEVER
    bought = [
        (at, label)
        for name, (at, value) in order.changes.items()
        if name.startswith(_LABEL) and (label := _label.decode(value)).shipment_id == shipment_id
    ]
    if not bought:
        return NEVER
    _, newest = max(bought, key=lambda one: (one[0], one[1].number))
    return _instant(newest.expected_at) or _promised(order, shipment_id, newest.rate_id)


def _promised(order: Order, shipment_id: str, rate_id: str) -> int:
    """Read the arrival from the rate that was chosen; its quotation may be told after the label."""
    quoted = order.changes.get(f"rates:{shipment_id}")
    for rate in _rates.decode(quoted[1]).rates if quoted else ():
        if rate.rate_id == rate_id:
            return _instant(rate.expected_at)
    return NEVER


def _instant(time: datetime | None) -> int:
    try:
        return micros(time) if time else NEVER
    except Misdated:  # nobody promises an arrival in centuries
        return NEVER
