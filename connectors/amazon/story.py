"""What both versions of the Orders API say of an order, and the facts that it makes.

Amazon tells the total of an order only once the payment is sure; until then the document says
that it is unknown, in the currency of the marketplace. Where the total is missing later on, or
the marketplace is new, there is no document: the order keeps the one that it has.
Version 0 tells an order without its lines: such a document counts less than any whole one,
however much newer it is, so its revision is in seconds where those of whole ones are in
microseconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.amazon.table import NEW_WORD, ORDER, Meaning
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Reason
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.office_body import GiftMessage
from domain.office_fact import OrderGiftMessageSet
from domain.vocabulary import CancelReason, Minor, Validity

_WORDS_OF_ONE_SECOND: Final = 16
_NOTHING: Final = Minor(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An order as either version tells it.

    `status` is Amazon's own word, `word` the same in those of 2026. `asked` are the buyer's
    reasons to call it off; `shipped` are pieces by line.
    """

    order_id: str
    names: tuple[str, ...]
    placed_at: datetime
    changed_at: datetime
    status: str
    word: str
    currency: str
    total: Minor | None
    lines: tuple[Line, ...]
    shipped: dict[str, int]
    shipping_total: Minor = _NOTHING
    tax_total: Minor = _NOTHING
    discount_total: Minor = _NOTHING
    by_hand: bool = False
    method: str = ""
    ship_by: datetime | None = None
    promised_at: datetime | None = None
    service: str = ""
    pickup: bool = False
    customer: Party | None = None
    ship_to: Address | None = None
    asked: tuple[str, ...] = ()
    gift_messages: tuple[str, ...] = ()


def story(writer: Writer, told: Told) -> Iterator[Fact]:
    """Say the document of an order and what its status implies."""
    meaning = ORDER.get(told.word, NEW_WORD)
    snapshot = Snapshot(
        writer=writer,
        placed_at=told.placed_at,
        changed_at=told.changed_at,
        revision=_revision(told, meaning),
    )
    awaited = meaning.validity is Validity.PENDING and bool(told.currency)
    if told.total is not None or awaited:
        yield snapshot.document(_document(told, meaning))
    yield from snapshot.links(*(f"order:{name}" for name in (told.order_id, *told.names) if name))
    if meaning is NEW_WORD:
        yield snapshot.unknown("fulfillmentStatus", told.status)
    yield from status_facts(snapshot, told, meaning)
    yield from _wishes(snapshot, told)


def _revision(told: Told, meaning: Meaning) -> int:
    at = micros(told.changed_at)
    if told.lines:
        return at + meaning.progress
    return at // 1_000_000 * _WORDS_OF_ONE_SECOND + meaning.progress


def status_facts(snapshot: Snapshot, told: Told, meaning: Meaning) -> Iterable[Fact]:
    """Say what the status implies of goods and money."""
    if meaning.happened == "cancelled":
        return [snapshot.cancelled()]
    implied: list[Fact] = []
    if meaning.happened and told.total and not told.by_hand:
        paid = meaning.happened == "shipped"
        kind: type[Fact] = facts.PaymentCaptured if paid else facts.PaymentAuthorized
        at = told.placed_at  # The same in all snapshots, for none says when it was paid.
        implied += [snapshot.claim(kind, told.total, told.currency, code=told.status, at=at)]
    if meaning.happened == "shipped":
        return [*implied, snapshot.shipped()]
    return implied + snapshot.counted(told.shipped)


def _document(told: Told, meaning: Meaning) -> Document:
    method = "manual" if told.by_hand else "online"
    return Document(
        currency=told.currency,
        total=told.total or _NOTHING,
        total_unknown=told.total is None,
        lines=told.lines,
        number=told.order_id,
        placed_at=told.placed_at,
        shipping_total=told.shipping_total,
        tax_total=told.tax_total,
        discount_total=told.discount_total,
        payment_method=method,
        payment_method_name=told.method,
        source_status=told.status,
        validity=meaning.validity,
        hold=meaning.hold,
        ship_by=told.ship_by.date() if told.ship_by else None,
        promised_at=told.promised_at,
        shipping_method=told.service,
        pickup=told.pickup,
        customer=told.customer,
        ship_to=told.ship_to,
    )


def _wishes(snapshot: Snapshot, told: Told) -> Iterator[Fact]:
    """Say what the buyer wants besides: to call the order off, words that go with the goods.

    A snapshot does not say when the buyer asked, only that he did, so the asking is dated like
    the order: a refusal stays one, and ORDER_CHANGE, which knows the time, can ask again.
    """
    writer, at = snapshot.writer, told.placed_at
    name = f"order:{told.order_id}"
    if told.asked:
        body = Reason(
            reason=CancelReason.BUYER_ASKED, note="; ".join(filter(None, told.asked))[:2_000]
        )
        event_id = f"{name}:cancel_requested"
        yield writer.fact(facts.OrderCancelRequested, event_id, at, body=body, inferred=True)
    if told.gift_messages:
        text = GiftMessage(text="\n".join(dict.fromkeys(told.gift_messages))[:4_000])
        yield writer.fact(OrderGiftMessageSet, f"{name}:gift_message", at, body=text)
