"""An order's money in the one currency that its buyer pays in, and what its status claims.

Order webhooks carry no transactions but those inside their refunds, so `financial_status` is
read as a claim about the whole order; any transaction that is told of by itself outweighs it.
All claims of one order share the reference `order:<id>`, so that a reversal finds what it ends.
"""

from collections.abc import Callable, Iterator
from typing import Self

from msgspec import Struct

from connectors.delivery import Quarantined
from connectors.money import NotMoney, minor, minor_unsigned
from connectors.quarantine import path
from connectors.shopify.payload import Line, Order
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Operation
from domain.fact import Fact
from domain.vocabulary import Evidence, Minor


class Purse(Struct, frozen=True, gc=False):
    """The order's money in one currency: the one that the buyer pays in."""

    order: Order
    currency: str
    foreign: bool

    @classmethod
    def of(cls, order: Order) -> Self:
        buyers = order.presentment_currency
        total = order.total_price_set.presentment_money if order.total_price_set else None
        if buyers and buyers != order.currency and total and total.currency_code == buyers:
            return cls(order, buyers, foreign=True)
        return cls(order, order.currency, foreign=False)

    def read(self, owner: Order | Line, field: str) -> Minor | None:
        """Read an amount of the order or a line; None where the payload has none."""
        raw: object = getattr(owner, field, None)
        amounts = getattr(owner, f"{field}_set", None)
        buyers = amounts.presentment_money if amounts else None
        if self.foreign or (raw is None and buyers and buyers.currency_code == self.currency):
            raw = buyers.amount if buyers else None
        return None if raw is None else minor(raw, self.currency, field=field)

    def total(self) -> Minor:
        total = self.read(self.order, "total_price")
        if total is None or total < 0:
            raise NotMoney("is no total", "total_price", self.order.total_price)
        return total

    def refunded(self) -> Minor:
        """Sum the refunds that went through."""
        return Minor(
            sum(
                minor_unsigned(each.amount, self.currency, field="refunds.transactions.amount")
                for refund in self.order.refunds
                for each in refund.transactions
                if (each.kind, each.status) == ("refund", "success")
                and each.currency in {"", self.currency}
            )
        )

    def net(self) -> Minor | None:
        """Work out what the shop holds: what is due now less what is still to come."""
        if self.foreign:
            return None  # what is to come is told in the shop's currency only
        due = self.read(self.order, "current_total_price")
        to_come = self.read(self.order, "total_outstanding")
        return None if due is None or to_come is None else Minor(due - to_come)


def claim_facts(writer: Writer, order: Order, purse: Purse, revision: int) -> Iterator[Fact]:
    """Say what the financial status implies, unless the order brings its transactions."""
    if order.transactions:
        return
    for kind, word, amount in _claims(order, purse):
        body = Operation(
            reference=f"order:{order.id}",
            amount=amount,
            currency=purse.currency,
            evidence=Evidence.STATUS,
            code=order.financial_status,
        )
        yield writer.fact(
            kind,
            f"order:{order.id}:{word}",
            order.created_at,
            body=body,
            revision=revision,
            inferred=True,
        )


def _claims(order: Order, purse: Purse) -> Iterator[tuple[Callable[..., Fact], str, Minor]]:
    total, net, refunded = purse.total(), purse.net(), purse.refunded()
    held = total if net is None else Minor(max(net, 0) + refunded)
    match order.financial_status:
        case "authorized":
            yield facts.PaymentAuthorized, "authorized", total
        case "paid" | "partially_refunded":
            yield facts.PaymentCaptured, "captured", held
        case "partially_paid" if net is not None:
            yield facts.PaymentCaptured, "captured", held
        case "refunded":
            yield facts.PaymentCaptured, "captured", refunded or total
            if not refunded:
                yield facts.PaymentRefunded, "refunded", total
        case "voided":
            yield facts.PaymentReversed, "reversed", total
        case "expired":
            yield facts.PaymentAuthorizationExpired, "expired", total
        case _:
            return


def gaps(order: Order, at: str = "") -> tuple[Quarantined, ...]:
    """Name amounts that the status speaks of and the payload does not hold."""
    purse = Purse.of(order)
    status = order.financial_status
    if order.transactions:
        return ()
    if status == "partially_paid" and purse.net() is None:
        return (_gap(path(at, "total_outstanding"), status),)
    if status == "partially_refunded" and not purse.refunded():
        return (_gap(path(at, "refunds"), status),)
    return ()


def _gap(field: str, status: str) -> Quarantined:
    return Quarantined(reason="the amount is not in the payload", field=field, value=status)
