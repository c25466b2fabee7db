"""The money of an order of Walmart, and the parts of its lines: so many pieces that are so far.

What is due is `orderSummary` where it stands; else the charges are summed, those of the product
once per piece, pieces that were cancelled left out.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from connectors.money import MINOR_MAX, NotMoney, exponent, minor
from connectors.snapshot import Snapshot
from connectors.walmart import payload
from connectors.walmart.payload import Amount, Line, Order, Status
from connectors.walmart.table import LINE, NEW_WORD, Meaning
from domain import fact as facts
from domain.body import Operation
from domain.fact import Fact
from domain.vocabulary import Evidence, Minor

LEFT: Final = frozenset({"left", "delivered"})
PRODUCT: Final = "PRODUCT"


class Part(NamedTuple):
    """So many pieces of a line, and how far they are."""

    line: Line
    status: Status
    meaning: Meaning
    pieces: int


def parts_of(line: Line) -> Iterator[Part]:
    for status in line.order_line_statuses.order_line_status:
        said = status.status_quantity
        pieces = said.amount if said else line.order_line_quantity.amount
        yield Part(line, status, LINE.get(status.status, NEW_WORD), pieces)


def currency_of(order: Order) -> str:
    """Find the one currency that all charges are in."""
    lines = order.order_lines.order_line
    found = [c.charge_amount.currency for line in lines for c in line.charges.charge]
    total = order.order_summary.total_amount if order.order_summary else None
    if total and total.currency_unit:
        found.insert(0, total.currency_unit)
    for code in found:
        if code != found[0]:
            reason = f"is in another currency than its order, {found[0]}"
            raise NotMoney(reason, "charges.charge.chargeAmount.currency", code)
    currency = found[0] if found else ""
    exponent(currency, field="charges.charge.chargeAmount.currency")
    return currency


def total_of(order: Order, parts: list[Part], currency: str) -> Minor:
    said = order.order_summary.total_amount if order.order_summary else None
    if said is not None:
        field = "orderSummary.totalAmount.currencyAmount"
        total = minor(said.currency_amount, currency, field=field)
    else:
        total = Minor(sum(_due(line, parts, currency) for line in order.order_lines.order_line))
    if not 0 <= total <= MINOR_MAX:
        raise NotMoney("is no total of an order", "charges", total)
    return total


def _due(line: Line, parts: list[Part], currency: str, pieces: int = -1) -> int:
    """Sum what pieces of a line cost; where none are said, all but the cancelled ones."""
    if pieces < 0:
        pieces = line.order_line_quantity.amount - cancelled(line, parts)
    if pieces <= 0:
        return 0
    due = 0
    for charge in line.charges.charge:
        times = pieces if charge.charge_type == PRODUCT else 1
        due += times * price(charge.charge_amount, currency)
        if charge.tax and charge.tax.tax_amount:
            due += price(charge.tax.tax_amount, currency)
    return due


def price(amount: Amount, currency: str) -> Minor:
    return minor(amount.amount, currency, field="charges.charge.chargeAmount.amount")


def charged(lines: Iterable[Line], currency: str, kind: str) -> Minor:
    """Sum the charges of one kind, each as it stands."""
    charges = (c for line in lines for c in line.charges.charge if c.charge_type == kind)
    return _bounded(sum(price(each.charge_amount, currency) for each in charges))


def taxes(lines: Iterable[Line], currency: str) -> Minor:
    """Sum the taxes on all charges."""
    found = (c.tax.tax_amount for line in lines for c in line.charges.charge if c.tax)
    return _bounded(sum(price(each, currency) for each in found if each))


def _bounded(amount: int) -> Minor:
    if abs(amount) > MINOR_MAX:
        raise NotMoney("are larger than any order", "charges", amount)
    return Minor(amount)


def money_facts(
    snapshot: Snapshot, order: Order, parts: list[Part], currency: str
) -> Iterator[Fact]:
    """Say what the buyer was charged for, which is what was shipped, and what went back."""
    lines = order.order_lines.order_line
    due = 0
    for line in lines:
        left = sum(p.pieces for p in parts if p.line is line and p.meaning.happened in LEFT)
        due += _due(line, parts, currency, left)
    if due > 0:
        amount = _bounded(due)
        at = order.order_date
        yield snapshot.claim(facts.PaymentCaptured, amount, currency, code="Shipped", at=at)
    for line in lines:
        if line.refund:
            yield from _refund(snapshot, order, line, line.refund, currency)


def _refund(
    snapshot: Snapshot, order: Order, line: Line, refund: payload.Refund, currency: str
) -> Iterator[Fact]:
    """Say that money went back; Walmart writes it with a minus."""
    rows = refund.refund_charges.refund_charge if refund.refund_charges else ()
    amount = 0
    for row in rows:
        amount += abs(price(row.charge.charge_amount, currency))
        if row.charge.tax and row.charge.tax.tax_amount:
            amount += abs(price(row.charge.tax.tax_amount, currency))
    name = f"{order.purchase_order_id}:{line.line_number}:{refund.refund_id}"
    if not amount:
        return
    body = Operation(
        provider="walmart",
        reference=name,
        amount=_bounded(amount),
        currency=currency,
        evidence=Evidence.SHOP,
        note=rows[0].refund_reason,
    )
    at = line.status_date or order.order_date
    revision = 0 if refund.refund_id else snapshot.revision  # Without an id it may grow.
    yield snapshot.writer.fact(
        facts.PaymentRefunded, f"refund:{name}", at, body=body, revision=revision
    )


def cancelled(line: Line, parts: list[Part]) -> int:
    return sum(p.pieces for p in parts if p.line is line and p.meaning.happened == "cancelled")
