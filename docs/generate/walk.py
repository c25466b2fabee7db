"""How a profile's word of an order comes about: one small order walked through every step."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from domain.codec import decode_record
from domain.command import Record
from domain.facets import facets_of
from domain.order import Order
from domain.process import process, unseen
from domain.profile import POSITION, Facets, holds
from domain.rules import Rules

START = "[*]"
"""What an order comes from; Mermaid's sign."""
_KEY = "acme/shop/1"
_NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
_DOCUMENT = {
    "currency": "EUR",
    "total": 100,
    "lines": [{"line_id": "a", "quantity": 2, "unit_price": 50}],
}
_HALF = [{"line_id": "a", "quantity": 1}]


class _Step(NamedTuple):
    """What may happen: records by kind and body, where an order's facets are `when`."""

    label: str
    records: tuple[tuple[str, Any], ...]
    when: Mapping[str, tuple[str, ...]] = {}


def _asked(name: str, body: object = None, label: str = "") -> _Step:
    return _Step(label or name, ((f"command.{name}", body),))


def _money(label: str, kind: str, amount: int, *when: str) -> _Step:
    told = {"amount": amount, "currency": "EUR", "provider": "psp", "evidence": "provider"}
    names = {"reference": label, "parent": "" if kind == "authorized" else "authorised"}
    return _Step(label, ((f"payment.{kind}", {**told, **names}),), {"payment": when})


def _sent(label: str, shipment: str, *when: str) -> _Step:
    told = {"shipment_id": shipment}
    made = ("shipment.created", {**told, "lines": _HALF})
    return _Step(label, (made, ("shipment.handed_over", told)), {"handed_over": when})


def _of_all(kind: str) -> tuple[tuple[str, Any], ...]:
    return tuple((kind, {"shipment_id": one}) for one in ("f1", "f2"))


def _back(label: str, pieces: int, *when: str) -> _Step:
    told = {"return_id": label, "lines": [{"line_id": "a", "quantity": pieces}]}
    return _Step(label, (("return.marked", told),), {"fulfilment": when})


_STARTS = (
    _Step("placed", (("order.placed", _DOCUMENT),)),
    _Step("saved", (("order.saved", _DOCUMENT),)),
)
_NOTHING_PAID = ("unpaid", "in_progress", "authorized")
_STEPS = (
    _asked("confirm"),
    _asked("start"),
    _money("authorised", "authorized", 100, "unpaid", "in_progress"),
    _money("half paid", "captured", 50, *_NOTHING_PAID),
    _money("rest paid", "captured", 50, "partially_paid"),
    _money("paid", "captured", 100, *_NOTHING_PAID),
    _money("half refunded", "refunded", 50, "paid"),
    _money("rest refunded", "refunded", 50, "partially_refunded"),
    _money("refunded", "refunded", 100, "paid"),
    _sent("some left", "f1", "none"),
    _sent("all left", "f2", "some"),
    _Step("all delivered", _of_all("shipment.delivered_marked"), {"handed_over": ("all",)}),
    _Step("all collected", _of_all("shipment.collected"), {"handed_over": ("all",)}),
    _back("some returned", 1, "delivered", "partially_fulfilled", "fulfilled"),
    _back("all returned", 2, "delivered"),
    _asked("mark_shipped"),
    _asked("request_cancel"),
    _asked("decline_cancel"),
    _asked("cancel", {}),
    _asked("hold", {}),
    _asked("hold", {"reason": "suspended", "hold_id": "s"}, "hold (suspended)"),
    _asked("release", {}),
    _asked("flag_risk", {}),
    _asked("clear_risk"),
    _asked("close"),
    _asked("archive"),
)
"""Commands by their name, facts by what happened: two pieces of one line, 100 cents in all."""
_TOLD_APART = ("lifecycle", "closure", "hold", "risk", "handed_over", "valid", "confirmed")
"""Places are the same that agree in these facets and in every word."""


class Place(NamedTuple):
    """An order that a walk came to; `words` are those of the governing profile."""

    order: Order
    words: dict[str, str]
    facets: Facets

    @property
    def name(self) -> tuple[str, ...]:
        """Say what tells this place from others."""
        return (*(self.facets[POSITION[one]] for one in _TOLD_APART), *self.words.values())


def edges(rules: Rules) -> Iterator[tuple[str, str, str, str]]:
    """Walk everywhere, each place once; give axis, word before, step, and another word after."""
    start = unseen(_KEY, _NINE)
    ahead: deque[tuple[Place, int]] = deque()
    for step in _STARTS:
        place = _go(start, step, 0, rules)
        yield from ((axis, START, step.label, word) for axis, word in place.words.items())
        ahead.append((place, 1))
    known = {place.name for place, _ in ahead}
    while ahead:
        here, minute = ahead.popleft()
        for step in _STEPS:
            if not holds(step.when, here.facets):
                continue
            there = _go(here.order, step, minute, rules)
            for axis, word in there.words.items():
                if word != here.words[axis]:
                    yield axis, here.words[axis], step.label, word
            if there.name not in known:
                known.add(there.name)
                ahead.append((there, minute + 1))


def _go(order: Order, step: _Step, minute: int, rules: Rules) -> Place:
    for kind, body in step.records:
        order = process(order, _record(kind, body, minute), rules).order
    facets = facets_of(order.derived, rules)
    words = {axis: word(facets) for axis, _, word in rules.profiles[0].order_words}
    return Place(order, words, facets)


def _record(kind: str, body: Any, minute: int) -> Record:
    told = {
        "kind": kind,
        "event_id": f"{kind}:{json.dumps(body)}@{minute}",
        "order_key": _KEY,
        "tenant": "acme",
        "channel": "shop",
        "source": "shop",
        "occurred_at": (_NINE + timedelta(minutes=minute)).isoformat(),
    }
    return decode_record(json.dumps(told if body is None else {**told, "body": body}).encode())
