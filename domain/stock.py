"""One stock: a SKU in a warehouse, its numbers, and which order lines get its pieces.

`take` is total and deterministic, like `process.py`. The two formulas of the source hold by
construction: `on_hand = allocated + available = committed + available_to_pick` (S3.27). Claims
of lines that wait for nothing any more are kept apart by the caller, so that a stock stays small.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from domain.identity import digest
from domain.instant import micros
from domain.message import Anomaly
from domain.office_body import LineReserved
from domain.office_fact import LineWasReserved
from domain.stock_alarm import sound
from domain.stock_book import (
    ADJUSTED,
    LEVEL,
    RECEIVED,
    Claim,
    Entry,
    compacted,
    grant,
    tally,
    with_flows,
)
from domain.stock_fact import (
    StockFact,
    StockLevelWasSet,
    StockLimitsWereSet,
    StockMovement,
    StockRecord,
    StockWasAdjusted,
    StockWasReceived,
    is_stocked,
)
from domain.stock_state import Stock, key_of_stock

CLAIMS_MAX: Final = 5_000
"""Order lines that wait for one stock at once; a stock is written whole at each movement."""


class Unfit(Exception):  # noqa: N818 - says what is wrong, not that something is
    """A record that a stock cannot take in; carries why. The stock is as if it had never come."""


class StockStep(NamedTuple):
    """What a record brought about; `settled` is a claim to keep apart, None if there is none."""

    stock: Stock
    answers: Sequence[LineWasReserved] = ()
    anomalies: Sequence[Anomaly] = ()
    settled: Claim | None = None
    repeat: bool = False


def unseen_stock(record: StockRecord) -> Stock:
    """Make the stock of which nothing is known but that a record names it."""
    return Stock(record.tenant, record.body.warehouse, record.body.sku)


def claim_name(movement: StockMovement) -> str:
    """Name the claim of an order line; an order key holds no blank."""
    return f"{movement.order_key} {movement.body.line_id}"


def take(stock: Stock, record: StockRecord, settled: Claim | None = None) -> StockStep:
    """Take one record in; `settled` is what was kept apart of the claim that a movement names."""
    if record.test:
        return StockStep(stock, settled=settled, repeat=True)  # X.18
    if not is_stocked(stock.sku, stock.warehouse):
        raise Unfit("sku or warehouse cannot be printed")
    if isinstance(record, StockMovement):
        if not (record.order_key or "").startswith(f"{stock.tenant}/"):
            raise Unfit(f"wrong key: {record.order_key} is no order of {stock.tenant}")
        return _moved(stock, record, settled)
    after = _told(stock, record)
    if after is stock:
        return StockStep(stock, repeat=True)
    return _shared_out(replace(after, version=stock.version + 1), record)


def _told(stock: Stock, fact: StockFact) -> Stock:
    """Take in a fact from outside; the stock itself if that says nothing new."""
    at = micros(fact.occurred_at)
    if isinstance(fact, StockLimitsWereSet):
        limits = (at, fact.body.minimum, fact.body.maximum)
        return replace(stock, limits=limits) if limits > stock.limits else stock
    name, entry = _entry(fact, at)
    book, known = stock.book, stock.book.entries.get(name)
    if known == entry:
        return stock
    if at <= book.horizon:
        raise Unfit(f"{stock.sku}: older than what the stock remembers one by one")
    conflicts = set(stock.conflicts)
    if known is not None:
        conflicts.add(name)
        entry = max(entry, known, key=lambda one: (one.revision, one.at, one.quantity))
    book = compacted(replace(book, entries={**book.entries, name: entry}))
    after = replace(stock, book=book, conflicts=tuple(sorted(conflicts & book.entries.keys())))
    return stock if after == stock else after


def _entry(fact: StockFact, at: int) -> tuple[str, Entry]:
    """Name a fact by its business key, so that who tells it twice counts once (spec model 8.11)."""
    match fact:
        case StockLevelWasSet(body=body):
            return f"level:{fact.event_id}", Entry(at, LEVEL, fact.revision, body.on_hand)
        case StockWasReceived(body=body):
            name = f"received:{body.receipt_id or fact.event_id}"
            return name, Entry(at, RECEIVED, fact.revision, body.quantity)
        case StockWasAdjusted(body=body):
            name = f"adjusted:{body.adjustment_id or fact.event_id}"
            return name, Entry(at, ADJUSTED, fact.revision, body.quantity)
        case _:  # pragma: no cover - limits are no entries
            raise AssertionError


def _moved(stock: Stock, movement: StockMovement, settled: Claim | None) -> StockStep:
    """Replace what an order line wanted by what it wants now, if that is newer."""
    name, wish = claim_name(movement), movement.body
    old = stock.claims.get(name) or settled
    if old and old.version >= movement.revision:
        return StockStep(stock, settled=settled, repeat=True)
    if wish.wanted and name not in stock.claims and len(stock.claims) >= CLAIMS_MAX:
        raise Unfit(f"{wish.sku}: more than {CLAIMS_MAX} order lines wait for it")
    claim = Claim(
        movement.revision,
        micros(wish.since) if wish.since else 0,
        wish.wanted,
        min(wish.committed, wish.wanted),
        tuple((micros(one.at), one.quantity) for one in wish.departures),
        tuple((micros(one.at), one.quantity) for one in wish.purchases),
        old.believed if old else -1,
    )
    claims = {key: one for key, one in stock.claims.items() if key != name}
    if wish.wanted:
        claims[name] = claim
    book = compacted(with_flows(stock.book, old, claim))
    after = replace(stock, book=book, claims=claims, version=stock.version + 1)
    return _shared_out(after, movement)._replace(settled=None if wish.wanted else claim)


def _shared_out(stock: Stock, cause: StockRecord) -> StockStep:
    """Share the pieces out again; answer the lines that have another number than they believe.

    Who asks for the first time is always answered, so that an order knows what it lacks (S4.30).

    A line knows by itself that no more is held for it than it waits for (`stock_wish.py`).
    """
    found = tally(stock.book, stock.claims)
    granted = grant(found.on_hand, stock.claims)
    claims, answers = dict(stock.claims), []
    for name, claim in stock.claims.items():
        if min(claim.believed, claim.wanted) != granted[name]:
            claims[name] = replace(claim, believed=granted[name])
            answers.append(_answer(stock, cause, name, granted[name]))
    stock = replace(stock, claims=claims)
    raised, anomalies = sound(stock, cause, found, granted)
    return StockStep(replace(stock, raised=raised), answers, anomalies)


def _answer(stock: Stock, cause: StockRecord, name: str, quantity: int) -> LineWasReserved:
    order_key, _, line_id = name.partition(" ")
    which = digest(f"{key_of_stock(stock)} {line_id}".encode())
    return LineWasReserved(
        event_id=f"stock:{which:x}:{stock.version}",
        occurred_at=cause.occurred_at,
        order_key=order_key,
        tenant=stock.tenant,
        channel=order_key.split("/", 2)[1],
        source="orderstream",
        revision=stock.version,
        actor="system",
        cause_id=cause.event_id,
        body=LineReserved(
            line_id=line_id, sku=stock.sku, warehouse=stock.warehouse, quantity=quantity
        ),
    )
