"""Commands about money: what is asked of a payment provider, and what came by hand.

A capture, reversal or refund is a request; the ledger moves when the provider's fact comes, but
what is asked for counts against what may still be asked for (spec model, 3 and 8.12).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec.json import decode
from msgspec.structs import replace

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_fact as office_facts
from domain.allotment import Share, authorization_shares, refund_shares
from domain.command import Command
from domain.effects.common import (
    Maker,
    Outcome,
    document_of,
    envelope,
    pick_lines,
    stated,
    units,
    unshipped,
)
from domain.fact import Fact
from domain.guard import Refusal
from domain.order import Order
from domain.payment_witness import COMMANDED
from domain.remainder import capturable, refundable, reversible
from domain.rma import asked_back
from domain.rules import Rules
from domain.vocabulary import Evidence, Minor

_MANUAL: Final = "manual"


def _currency(order: Order) -> str:
    return order.head.currency if order.head else ""


def _wrong_currency(order: Order, asked: str) -> Refusal | None:
    if not asked or asked == _currency(order):
        return None
    return Refusal("currency", f"the order is in {_currency(order)}, not in {asked}")


def _amount(asked: int | None, most: int, what: str) -> int | Refusal:
    """Check an amount against what there is; none means all of it."""
    if asked is None:
        asked = most
    if asked < 1:
        return Refusal("amount", f"the amount must be more than zero, up to {most} {what}")
    if asked > most:
        return Refusal("amount", f"{asked} asked for, {most} {what}")
    return asked


def _asked(
    order: Order, command: Command, shares: list[Share], *, final: bool = False
) -> Iterator[bodies.Operation]:
    """Ask for each share of an amount at its own provider, under a name of its own."""
    for number, share in enumerate(shares, start=1):
        yield bodies.Operation(
            amount=Minor(share.amount),
            currency=_currency(order),
            provider=share.provider,
            reference=_numbered(command.event_id, number),
            parent=share.reference,
            evidence=Evidence.SHOP,
            final=final,
        )


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}:{number}"


def _facts(
    make: Callable[..., Fact], command: Command, suffix: str, asked: Iterable[bodies.Operation]
) -> tuple[Fact, ...]:
    return tuple(
        make(**envelope(command, _numbered(suffix, number)), body=body)
        for number, body in enumerate(asked, start=1)
    )


def _capture(order: Order, command: commands.Capture, _rules: Rules) -> Outcome | Refusal:
    if refused := _wrong_currency(order, command.body.currency):
        return refused
    amount = _amount(command.body.amount, capturable(order.derived.money), "authorised")
    if isinstance(amount, Refusal):
        return amount
    shares = authorization_shares(order, amount)
    asked = _asked(order, command, shares, final=command.body.final)
    return Outcome(_facts(office_facts.PaymentCaptureRequested, command, "capture", asked))


def _reverse(order: Order, command: commands.Reverse, _rules: Rules) -> Outcome:
    asked = _asked(order, command, authorization_shares(order, reversible(order.derived.money)))
    return Outcome(_facts(office_facts.PaymentReversalRequested, command, "reversal", asked))


def _refund(order: Order, command: commands.Refund, rules: Rules) -> Outcome | Refusal:
    """Refund an amount, or pieces with what goes beside them (S2.20, S2.22, 8.8)."""
    wanted = command.body
    if refused := _wrong_currency(order, wanted.currency):
        return refused
    reckoned = _reckon(order, command)
    if isinstance(reckoned, Refusal):
        return reckoned
    amount = _amount(reckoned, refundable(order.derived.money), "left to refund")
    if isinstance(amount, Refusal):
        return amount
    first, *others = _asked(order, command, refund_shares(order, amount))
    named = {one.line_id: one.quantity for one in wanted.lines}
    first = replace(first, lines=units(named), shipping=Minor(wanted.shipping))
    asked = (first, *others)
    if rules.policy.refund_counts == "on_command":
        counting = (replace(one, code=COMMANDED) for one in asked)
        money_back = _facts(facts.PaymentRefunded, command, "refund", counting)
    else:
        money_back = _facts(facts.PaymentRefundRequested, command, "refund", asked)
    return Outcome((*money_back, *_cancelled_with(order, command)))


def _reckon(order: Order, command: commands.Refund) -> int | Refusal | None:
    """Add up pieces, shipping, adjustment and fee; None where neither is asked for."""
    wanted = command.body
    parts = wanted.lines or wanted.shipping or wanted.adjustment or wanted.fee
    if wanted.amount is not None:
        if parts:
            return Refusal("amount", "either an amount or its parts, not both")
        return wanted.amount
    if not parts:
        return None
    head = order.head
    if min(wanted.shipping, wanted.fee) < 0:
        return Refusal("amount", "shipping and fee must not be negative")
    refunded, shipping_refunded = refunded_parts(order)
    shipping_left = max(document_of(order).shipping_total - shipping_refunded, 0)
    if wanted.shipping > shipping_left:
        reason = f"{wanted.shipping} asked for, {shipping_left} paid and not refunded"
        return Refusal("shipping", reason)
    bought = {item.line_id: item.quantity for item in head.items} if head else {}
    for line_id, quantity in refunded.items():
        bought[line_id] = bought.get(line_id, 0) - quantity
    lines = pick_lines(order, wanted.lines, bought, "bought and not refunded")
    if isinstance(lines, Refusal):
        return lines
    prices = {item.line_id: item.unit_price for item in head.items} if head else {}
    goods = sum(prices[line_id] * quantity for line_id, quantity in lines.items())
    return goods + wanted.shipping + wanted.adjustment - wanted.fee


def refunded_parts(order: Order) -> tuple[dict[str, int], int]:
    """Count the pieces of each line that refunds named, and sum the shipping that they gave back."""
    pieces: dict[str, int] = {}
    shipping = 0
    for name, (_, value) in order.changes.items():
        if name.startswith("refund_lines:"):
            parts = decode(value, type=bodies.RefundedLines)
            shipping += parts.shipping
            for one in parts.lines:
                pieces[one.line_id] = pieces.get(one.line_id, 0) + one.quantity
    return pieces, shipping


def _cancelled_with(order: Order, command: commands.Refund) -> tuple[Fact, ...]:
    """Cancel refunded pieces that were not shipped (S4.7, spec model 6.14).

    Pieces that came back, or are on their way, and were not refunded yet are meant first.
    """
    room, refunded = unshipped(order), refunded_parts(order)[0]
    coming = asked_back(order)
    off: dict[str, int] = {}
    for line in order.derived.goods.lines:
        asked = sum(one.quantity for one in command.body.lines if one.line_id == line.line_id)
        back = line.returned + coming.get(line.line_id, 0) - refunded.get(line.line_id, 0)
        cut = min(asked - max(back, 0), room[line.line_id])
        if cut > 0:
            off[line.line_id] = cut
    if not off:
        return ()
    body = bodies.LinesCancelled(
        cancellation_id=command.event_id, lines=units(off), reason="refunded"
    )
    return (facts.OrderLinesCancelled(**envelope(command, "lines_cancelled"), body=body),)


def _record(order: Order, command: commands.RecordPayment, _rules: Rules) -> Outcome | Refusal:
    """Note money that came by hand; it may be more than is due."""
    if refused := _wrong_currency(order, command.body.currency):
        return refused
    money = order.derived.money
    asked = command.body.amount
    if asked is None:
        asked = max(money.due - money.captured, 0)
    amount = _amount(asked, 10**15, "at most")
    if isinstance(amount, Refusal):
        return amount
    body = bodies.Operation(
        amount=Minor(amount),
        currency=_currency(order),
        provider=_MANUAL,
        reference=command.body.reference or command.event_id,
        note=command.body.note,
    )
    return Outcome((facts.PaymentMarkedPaid(**envelope(command, "paid"), body=body),))


def _sync(_order: Order, _command: commands.SyncPayments, _rules: Rules) -> Outcome:
    """Change nothing here: somebody fetches the provider's history, which comes as a fact."""
    return Outcome()


MONEY: Final[dict[type, Maker]] = {
    commands.Capture: _capture,
    commands.Reverse: _reverse,
    commands.Refund: _refund,
    commands.RecordPayment: _record,
    commands.ChooseMethod: stated(
        facts.PaymentMethodChosen,
        lambda command: bodies.MethodChosen(method=command.body.method, name=command.body.name),
        "method",
    ),
    commands.SyncPayments: _sync,
}
