"""Money that WooCommerce tells of: what came in, by the names that the provider has for it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from connectors.money import NotMoney, minor, minor_unsigned
from connectors.woocommerce import payload
from connectors.woocommerce.payload import Order
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Operation
from domain.fact import Fact
from domain.vocabulary import Evidence, Minor

MANUAL: Final = frozenset({"cod", "bacs", "cheque"})

_INTENT: Final = re.compile(r"pi_[A-Za-z0-9]{8,120}", re.ASCII)
_CHARGE: Final = re.compile(r"(?:ch|py)_[A-Za-z0-9]{8,120}", re.ASCII)
_CHARGE_KEYS: Final = frozenset({"_charge_id", "_stripe_charge_id"})
_INTENT_KEYS: Final = frozenset({"_intent_id", "_stripe_intent_id"})


class Payer(NamedTuple):
    """Who moved the money, and the names that the provider has for it."""

    provider: str
    charge: str
    intent: str


def money_facts(writer: Writer, order: Order, payer: Payer, revision: int) -> Iterator[Fact]:
    """Say what came in, once and as well witnessed as the payload allows, and what went back.

    Stripe names a capture by its charge; an intent alone is the shop's word beside Stripe's. A
    refund has no time here, so it is dated like the payment it is taken from.
    """
    paid_at = order.date_paid_gmt
    total = minor_unsigned(order.total, order.currency, field="total")
    if paid_at and total:
        evidence, reference = Evidence.STATUS, f"order:{order.id}"
        if payer.charge:
            evidence, reference = Evidence.PROVIDER, payer.charge
        elif payer.intent:
            evidence, reference = Evidence.SHOP, payer.intent
        claim = evidence is Evidence.STATUS
        body = Operation(
            provider="" if claim else payer.provider,
            reference=reference,
            parent="" if claim else payer.intent or payer.charge,
            amount=total,
            currency=order.currency,
            evidence=evidence,
            code=order.payment_method,
        )
        yield writer.fact(
            facts.PaymentCaptured,
            f"order:{order.id}:captured:{reference}",
            paid_at,
            body=body,
            revision=revision if claim else 0,
            inferred=claim,
        )
    for refund in order.refunds:
        yield from _refund(writer, order, refund, payer)


def _refund(writer: Writer, order: Order, refund: payload.Refund, payer: Payer) -> Iterator[Fact]:
    amount = minor(refund.total, order.currency, field="refunds.total")
    if amount > 0:
        raise NotMoney("must not be positive", "refunds.total", refund.total)
    body = Operation(
        provider=payer.provider,
        reference=refund.id,
        parent=payer.charge,
        amount=Minor(-amount),
        currency=order.currency,
        evidence=Evidence.SHOP,
    )
    at = order.date_paid_gmt or order.date_created_gmt
    if amount:
        yield writer.fact(facts.PaymentRefunded, f"refund:{refund.id}", at, body=body)


def payer_of(order: Order) -> Payer:
    meta = {each.key: each.value for each in order.meta_data if isinstance(each.value, str)}
    names = [order.transaction_id]
    charge = _first(_CHARGE, names + [meta[key] for key in sorted(_CHARGE_KEYS & meta.keys())])
    intent = _first(_INTENT, names + [meta[key] for key in sorted(_INTENT_KEYS & meta.keys())])
    return Payer("stripe" if charge or intent else _provider(order.payment_method), charge, intent)


@lru_cache(1_024)
def _provider(method: str) -> str:
    """Write a payment method so that one provider has one name."""
    slug = re.sub(r"[^a-z0-9]+", "_", method.lower()).strip("_")
    return "manual" if method in MANUAL else slug


def _first(shape: re.Pattern[str], names: list[str]) -> str:
    return next((name for name in names if shape.fullmatch(name)), "")
