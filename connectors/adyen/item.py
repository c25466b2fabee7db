"""One notification: an operation on a payment, a step of a dispute, a word about fraud."""

from collections.abc import Callable
from typing import Final

from connectors.adyen.payload import Amount, Item
from connectors.adyen.table import (
    CANCEL_OR_REFUND,
    DECIMALS,
    DISPUTE,
    DISPUTE_STATUS,
    MODIFICATION,
    PAYMENT,
    RISK,
    VOID,
    Meaning,
)
from connectors.money import NotMoney
from connectors.teller import ORDER_KEYS, Kind, Money, Teller, rescaled
from domain.body import RiskFlagged
from domain.fact import (
    Fact,
    PaymentCaptured,
    PaymentDisputed,
    PaymentDisputeLost,
    PaymentDisputeWon,
    PaymentRefundFailed,
    RiskWasCleared,
    RiskWasFlagged,
)
from domain.instant import micros
from domain.vocabulary import Evidence

_AT_ONCE: Final = "0"
_CODE_CHARACTERS_MAX: Final = 200
_ENDED: Final[dict[str, Kind]] = {"won": PaymentDisputeWon, "lost": PaymentDisputeLost}


def item_facts(teller: Teller, item: Item) -> list[Fact] | None:
    """Tell what a notification says; None where its event is not one of ours."""
    code = item.event_code
    if code in PAYMENT:
        return _payment(teller, item, PAYMENT[code])
    if code in MODIFICATION:
        return _modification(teller, item, MODIFICATION[code])
    reader = _OTHERS.get(code)
    return reader(teller, item) if reader else None


def payment_name(item: Item) -> str:
    """Name the payment that a notification is about."""
    return item.original_reference or item.psp_reference


def _payment(teller: Teller, item: Item, meaning: Meaning) -> list[Fact]:
    facts = _order(teller, item)
    kind = meaning.done if item.success else meaning.refused
    if kind is None:
        return facts
    facts.append(teller.money(kind, _said(item)))
    if item.event_code == "AUTHORISATION" and item.success:
        facts += _beyond_authorised(teller, item)
    return facts


def _beyond_authorised(teller: Teller, item: Item) -> list[Fact]:
    """Claim the capture that comes with an authorisation, and the doubt that does.

    A payment that is captured at once, and one that knows no capture, get no event of it.
    """
    facts: list[Fact] = []
    operations = item.operations or ()
    knows_no_capture = "REFUND" in operations and "CAPTURE" not in operations
    if item.more("captureDelayHours") == _AT_ONCE or knows_no_capture:
        claim = _said(item, evidence=Evidence.STATUS, final=True)
        facts.append(teller.money(PaymentCaptured, claim))
    if item.more("fraudManualReview") == "true":
        facts.append(_flag(teller, item, "suspected", "manual review"))
    return facts


def _modification(teller: Teller, item: Item, meaning: Meaning) -> list[Fact]:
    facts = _names(teller, item)
    kind = meaning.done if item.success else meaning.refused
    return [*facts, teller.money(kind, _said(item))] if kind else facts


def _cancel_or_refund(teller: Teller, item: Item) -> list[Fact]:
    action = item.more("modification.action")
    meaning = CANCEL_OR_REFUND.get(action)
    if meaning is None and not item.success:
        return _names(teller, item)
    if meaning is None:
        name, at = payment_name(item), item.event_date
        return [
            *_names(teller, item),
            teller.unknown(name, "modification.action", action, at),
        ]
    return _modification(teller, item, meaning)


def _void(teller: Teller, item: Item) -> list[Fact]:
    """Tell that a refund which had not gone out yet never will."""
    if not item.success:
        return []
    refund = payment_name(item)
    return [teller.money(PaymentRefundFailed, _said(item, reference=refund))]


def _dispute(teller: Teller, item: Item) -> list[Fact]:
    """Tell how a dispute stands: by its event, or by its status where the event leaves it open."""
    if not item.success:
        return []
    facts = [*_order(teller, item), *_names(teller, item)]
    outcome = DISPUTE[item.event_code]
    word = item.more("disputeStatus")
    if word and word not in DISPUTE_STATUS:
        facts.append(teller.unknown(payment_name(item), "disputeStatus", word, item.event_date))
    if outcome == "open":
        outcome = DISPUTE_STATUS.get(word, outcome)
    said = _said(item, revision=micros(item.event_date))
    facts.append(teller.money(PaymentDisputed, said))
    if outcome in _ENDED:
        facts.append(teller.money(_ENDED[outcome], said))
    return facts


def _risk(teller: Teller, item: Item) -> list[Fact]:
    level = RISK[item.event_code]
    if not item.success:
        return []
    return [*_order(teller, item), _flag(teller, item, level, item.reason or "")]


def _flag(teller: Teller, item: Item, level: str, note: str) -> Fact:
    name, at = payment_name(item), item.event_date
    about = teller.about(name)
    event_id = f"{item.psp_reference}:risk:{level}"
    if level == "cleared":
        return about.fact(RiskWasCleared, event_id, at)
    return about.fact(RiskWasFlagged, event_id, at, body=RiskFlagged(level=level, note=note))


def _order(teller: Teller, item: Item) -> list[Fact]:
    """Say which order the payment is for: its metadata before the merchant's reference."""
    named = [item.more(f"metadata.{key}") for key in ORDER_KEYS]
    candidates = (*named, item.merchant_reference)
    return teller.is_order(payment_name(item), candidates, item.event_date)


def _names(teller: Teller, item: Item) -> list[Fact]:
    """Lead from the operation's name to the payment's.

    Its merchant reference may be the operation's own, so it does not name the order; the one of
    the payment does, where Adyen is set to send it along.
    """
    at, payment = item.event_date, payment_name(item)
    original = item.more("originalMerchantReference")
    links = teller.is_payment(item.psp_reference, payment, at)
    return [*links, *teller.is_order(payment, (original,), at)]


def _said(
    item: Item,
    *,
    reference: str = "",
    evidence: Evidence = Evidence.PROVIDER,
    final: bool = False,
    revision: int = 0,
) -> Money:
    """Describe the operation of a notification.

    The reason of an authorisation that succeeded holds a card's last digits: it is left out.
    """
    amount = _amount(item)
    granted = item.success and item.event_code == "AUTHORISATION"
    return Money(
        reference=reference or item.psp_reference,
        payment=payment_name(item),
        amount=rescaled(amount.value, amount.currency, DECIMALS),
        currency=amount.currency,
        at=item.event_date,
        parent=payment_name(item),
        evidence=evidence,
        final=final,
        code="" if granted else (item.reason or "")[:_CODE_CHARACTERS_MAX],
        revision=revision,
        apart=item.event_code.lower() if revision else "",
    )


def _amount(item: Item) -> Amount:
    if item.amount is None:
        raise NotMoney("is missing", "amount", None)
    return item.amount


_Reader = Callable[[Teller, Item], list[Fact]]
_OTHERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(DISPUTE, _dispute),
    **dict.fromkeys(RISK, _risk),
    "CANCEL_OR_REFUND": _cancel_or_refund,
    VOID: _void,
}
