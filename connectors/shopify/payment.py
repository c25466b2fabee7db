"""Money that Shopify tells of: transactions one by one, or what an order's status implies.

Order webhooks carry no transactions but those inside their refunds, so `financial_status` is
read as a claim (`Evidence.STATUS`) that any transaction outweighs. A transaction of the gateway
`stripe` names Stripe's own operation, so it is the one that Stripe's webhooks tell of too.
Shopify Payments runs on Stripe, but its merchant never hears Stripe: there Shopify's id counts.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from connectors.money import minor_unsigned
from connectors.shopify.payload import Order, Refund, Transaction
from connectors.writer import Writer
from domain import fact as facts
from domain.body import (
    LinesCancelled,
    MethodChosen,
    Operation,
    ReturnMarked,
    Units,
)
from domain.fact import Fact
from domain.vocabulary import Evidence, Validity

Says = tuple[str, Callable[..., Fact]]

_AUTHORIZED: Final[Says] = ("authorized", facts.PaymentAuthorized)
_CAPTURED: Final[Says] = ("captured", facts.PaymentCaptured)
_FAILED: Final[Says] = ("failed", facts.PaymentFailed)
_PENDING: Final[Says] = ("pending", facts.PaymentPending)

_AUTHORIZATION: Final[dict[str, Says | None]] = {
    "pending": _PENDING,
    "success": _AUTHORIZED,
    "failure": _FAILED,
    "error": _FAILED,
}
_NO_MONEY: Final[dict[str, Says | None]] = dict.fromkeys(_AUTHORIZATION)

KINDS: Final[dict[str, dict[str, Says | None]]] = {
    "authorization": _AUTHORIZATION,
    "emv_authorization": _AUTHORIZATION,
    "capture": {
        "pending": _PENDING,
        "success": _CAPTURED,
        "failure": ("capture_failed", facts.PaymentCaptureFailed),
        "error": ("capture_failed", facts.PaymentCaptureFailed),
    },
    "sale": {"pending": _PENDING, "success": _CAPTURED, "failure": _FAILED, "error": _FAILED},
    # An authorisation whose reversal failed simply stands.
    "void": {**_NO_MONEY, "success": ("reversed", facts.PaymentReversed)},
    "refund": {
        "pending": ("refund_requested", facts.PaymentRefundRequested),
        "success": ("refunded", facts.PaymentRefunded),
        "failure": ("refund_failed", facts.PaymentRefundFailed),
        "error": ("refund_failed", facts.PaymentRefundFailed),
    },
    # Coins handed back at the till, and a proposal: neither is money of the order.
    "change": _NO_MONEY,
    "suggested_refund": _NO_MONEY,
}
TRANSACTIONS: Final = {
    (kind, status): says[1] if says else None
    for kind, statuses in KINDS.items()
    for status, says in statuses.items()
}
"""The same by kind and status together: which fact a transaction becomes."""

STATUS_ALIASES: Final = {"awaiting_response": "pending"}

FINANCIAL: Final[dict[str, Validity]] = {
    "": Validity.UNSTATED,
    "pending": Validity.PENDING,
    "unpaid": Validity.PENDING,
    "authorized": Validity.PENDING,  # whether that is enough is a policy (spec model, 6.11)
    "partially_paid": Validity.PENDING,
    "paid": Validity.VALID,
    "partially_refunded": Validity.VALID,
    "refunded": Validity.VALID,
    "voided": Validity.PENDING,
    "expired": Validity.PENDING,
}

MANUAL: Final = frozenset(
    {
        "manual",
        "cash",
        "cod",
        "cash_on_delivery",
        "cash_on_delivery_cod",
        "bank_deposit",
        "bank_transfer",
        "money_order",
        "check",
        "cheque",
        "invoice",
    }
)
"""Shopify's names for manual methods; a shop that renames one is read as online."""

_PROVIDERS: Final = {
    "adyen": re.compile(r"[A-Z0-9]{16}", re.ASCII),
    "mollie": re.compile(r"(?:tr|re)_[A-Za-z0-9]{6,40}", re.ASCII),
    "paypal": re.compile(r"[A-Z0-9]{17}", re.ASCII),
    "stripe": re.compile(r"(?:ch|py|pyr|re|pi)_[A-Za-z0-9]{8,120}", re.ASCII),
}
"""How a provider's own numbers look. They link its payments to the order; Stripe's also name its
operations, the others' number of one operation may be that of another one at the shop."""
_INTENT, _CHARGE, _REFUND = ("pi_",), ("ch_", "py_"), ("re_", "pyr_")
_NAMED_BY: Final = {
    "pending": _INTENT,
    "authorized": _INTENT,
    "reversed": _INTENT,
    "captured": _CHARGE,
    "failed": _CHARGE,
    "refunded": _REFUND,
    "refund_requested": _REFUND,
    "refund_failed": _REFUND,
}
"""Which of Stripe's ids names which operation, as in `connectors/stripe`; else Shopify's does."""


@lru_cache(1_024)
def provider_of(gateway: str) -> str:
    """Write a gateway's name so that one provider has one name."""
    name = re.sub(r"[^a-z0-9]+", "_", gateway.lower()).strip("_")
    return "manual" if name in MANUAL else name


def _known(provider: str) -> str:
    """Find whose gateway it is where its name says more: `paypal_express` is PayPal's."""
    return next((name for name in _PROVIDERS if f"{provider}_".startswith(f"{name}_")), provider)


def method_of(order: Order) -> tuple[str, str]:
    """Tell manual from online payment, and the names that the shop gives them."""
    names = [name for name in order.payment_gateway_names or (order.gateway,) if name]
    if not names:
        return "", ""
    manual = all(provider_of(name) in {"manual", "gift_card"} for name in names)
    only_cards = all(provider_of(name) == "gift_card" for name in names)
    return ("manual" if manual and not only_cards else "online"), ", ".join(names)


def transaction_facts(
    writer: Writer, transaction: Transaction, at: datetime, currency: str = ""
) -> Iterator[Fact]:
    """Say what one transaction did; `at` and `currency` stand in where it names none itself."""
    name = f"transaction:{transaction.id}"
    occurred_at = transaction.processed_at or transaction.created_at or at
    row = KINDS.get(transaction.kind)
    status = STATUS_ALIASES.get(transaction.status, transaction.status)
    if row is None or status not in row:
        field = "kind" if row is None else "status"
        value: str = getattr(transaction, field)
        event_id = f"{name}:unknown:{field}:{value}"
        yield writer.unknown(event_id, occurred_at, field=f"transaction.{field}", value=value)
        return
    if says := row[status]:
        yield from _operation(writer, transaction, says, currency, occurred_at)


def _operation(
    writer: Writer, transaction: Transaction, says: Says, currency: str, at: datetime
) -> Iterator[Fact]:
    word, kind = says
    name = f"transaction:{transaction.id}:{word}"
    provider = _known(provider_of(transaction.gateway))
    code = transaction.currency or currency
    if word == "pending" and provider == "manual":
        method = MethodChosen(method="manual", name=transaction.gateway)
        yield writer.fact(facts.PaymentMethodChosen, name, at, body=method)
        return
    references = _references(provider, transaction)
    names = _NAMED_BY.get(word, ("-",)) if provider == "stripe" else ("-",)
    own = [each for each in references if each.startswith(names)]
    body = Operation(
        provider=provider,
        reference=own[0] if own else transaction.id,
        parent=_parent(transaction, references, own),
        amount=minor_unsigned(transaction.amount, code),
        currency=code,
        evidence=Evidence.PROVIDER if own else Evidence.SHOP,
        code=transaction.error_code,
    )
    yield writer.fact(kind, name, at, body=body)
    for reference in references:
        yield writer.link(f"payment:{provider}:{reference}", at)


def _parent(transaction: Transaction, references: list[str], own: list[str]) -> str:
    """Name what the operation acts on, in the numbers of whoever names the operation."""
    if not own:
        return transaction.parent_id or ""
    wanted = _CHARGE if own[0].startswith(_REFUND) else _INTENT + _CHARGE
    found = [each for prefix in wanted for each in references if each.startswith(prefix)]
    return found[0] if found else ""


def _references(provider: str, transaction: Transaction) -> list[str]:
    """Find the provider's own numbers where a known provider's shape gives them away."""
    shape = _PROVIDERS.get(provider)
    if shape is None:
        return []
    receipt = transaction.receipt if isinstance(transaction.receipt, dict) else {}
    charges = receipt.get("charges")
    inner = charges.get("data") if isinstance(charges, dict) else None
    places = [
        transaction.authorization,
        transaction.payment_id,
        receipt.get("id"),
        *(receipt.get(key) for key in ("charge", "latest_charge", "payment_intent")),
        *(row.get("id") for row in inner or () if isinstance(row, dict)),
    ]
    found = [each for each in places if isinstance(each, str) and shape.fullmatch(each)]
    return list(dict.fromkeys(found))


def refund_facts(
    writer: Writer, refund: Refund, at: datetime, currency: str = ""
) -> Iterator[Fact]:
    """Say what money went back, which pieces were called off and which came back."""
    refunded_at = refund.processed_at or refund.created_at or at
    for transaction in refund.transactions:
        yield from transaction_facts(writer, transaction, refunded_at, currency)
    if off := _units(refund, "cancel"):
        body = LinesCancelled(cancellation_id=refund.id, lines=off)
        event_id = f"refund:{refund.id}:lines_cancelled"
        yield writer.fact(facts.OrderLinesCancelled, event_id, refunded_at, body=body)
    if back := _units(refund, "return"):
        marked = ReturnMarked(return_id=refund.id, lines=back, restocked=True)
        event_id = f"refund:{refund.id}:returned"
        yield writer.fact(facts.ReturnWasMarked, event_id, refunded_at, body=marked)


def _units(refund: Refund, restock_type: str) -> tuple[Units, ...]:
    """Sum the pieces of a refund that were restocked this way, line by line."""
    pieces: dict[str, int] = {}
    for line in refund.refund_line_items:
        if line.restock_type == restock_type and line.quantity:
            pieces[line.line_item_id] = pieces.get(line.line_item_id, 0) + line.quantity
    return tuple(Units(line_id=line_id, quantity=n) for line_id, n in sorted(pieces.items()))
