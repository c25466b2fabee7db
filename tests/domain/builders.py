"""Short words for facts and commands, and `run` to tell a story with them.

Times are minutes after NINE; lines are written `2a 1b`: two pieces of line a, one of line b.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.resources import files
from typing import NamedTuple

import msgspec

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import request as requests
from domain.command import Record, Verdict
from domain.document import Document, Line
from domain.fact import Fact
from domain.guard import GUARDS, name_of
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Message,
    Notification,
    Snapshot,
    StatusChanged,
)
from domain.order import Order
from domain.process import process, unseen
from domain.profile_proof import parse_profile
from domain.rules import Policy, Rules
from domain.snapshot import take_snapshot
from domain.vocabulary import Evidence, HoldReason, Minor, Parcel

KEY = "acme/shop/1001"
NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
PRICE = 50
"""Of every piece, in cents, unless a test says otherwise."""


def minute(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


def profile(name: str):
    return parse_profile((files("domain") / "profiles" / f"{name}.toml").read_text())


PROFILES = {
    name: profile(name)
    for name in ("storefront", "marketplace", "simple", "configurable", "allocation")
}


def rules(*names: str, zone: tzinfo = UTC, **policy) -> Rules:
    chosen = tuple(PROFILES[name] for name in names or ("storefront", "marketplace"))
    wanted = {**chosen[0].profile.policy, **policy}
    return Rules(profiles=chosen, policy=msgspec.convert(wanted, Policy), zone=zone)


RULES = rules()


class Story(NamedTuple):
    order: Order
    messages: list[Message]
    snapshot: Snapshot


def start(key: str = KEY) -> Order:
    return unseen(key, NINE)


def run(records: Iterable[Record], by: Rules = RULES, order: Order | None = None) -> Story:
    order = order or start()
    messages: list[Message] = []
    for record in records:
        step = process(order, record, by)
        order = step.order
        messages += step.messages
    return Story(order, messages, take_snapshot(order, by))


def told(
    messages: Sequence[Message], axis: str, profile: str = "", subject: str = ""
) -> list[str]:
    return [
        one.after
        for one in messages
        if isinstance(one, StatusChanged)
        and (one.axis, one.profile, one.subject) == (axis, profile, subject)
    ]


def results(messages: Sequence[Message]) -> list[CommandResult]:
    return [one for one in messages if isinstance(one, CommandResult)]


def actions(messages: Sequence[Message]) -> dict[str, int]:
    return {one.action: one.amount for one in messages if isinstance(one, ActionRequired)}


def notices(messages: Sequence[Message], audience: str) -> list[Notification]:
    return [one for one in messages if isinstance(one, Notification) and one.audience == audience]


def anomalies(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(one.kind, one.change) for one in messages if isinstance(one, Anomaly)]


def units(text: str) -> tuple[bodies.Units, ...]:
    return tuple(
        bodies.Units(line_id=line_id, quantity=int(quantity))
        for quantity, line_id in re.findall(r"(\d+)([a-z]\w*)", text)
    )


def lines(text: str, price: int = PRICE) -> tuple[Line, ...]:
    return tuple(
        Line(line_id=one.line_id, quantity=one.quantity, unit_price=Minor(price))
        for one in units(text)
    )


def document(wanted: str = "2a", total: int | None = None, **fields) -> Document:
    ordered = lines(wanted)
    if total is None:
        total = sum(line.quantity * line.unit_price for line in ordered)
    return Document(**{"currency": "EUR", "total": Minor(total), "lines": ordered, **fields})


def say(kind: type, at: float = 0, body=None, **envelope) -> Fact:
    """Make a fact or command of a class; its id is made of its kind and time unless given."""
    tag = kind.__struct_config__.tag
    envelope = {"event_id": f"{tag}@{at:g}", "order_key": KEY, "source": "shop", **envelope}
    if body is not None:
        envelope["body"] = body
    return kind(occurred_at=minute(at), **envelope)


def placed(wanted: str = "2a", at: float = 0, *, revision: int = 0, test: bool = False, **fields):
    return say(facts.OrderPlaced, at, document(wanted, **fields), revision=revision, test=test)


def saved(wanted: str = "2a", at: float = 0, *, revision: int = 0, **fields):
    return say(facts.OrderSaved, at, document(wanted, **fields), revision=revision)


def revised(wanted: str = "2a", at: float = 1, *, revision: int = 0, **fields):
    return say(facts.OrderRevised, at, document(wanted, **fields), revision=revision)


MONEY = {
    kind.__struct_config__.tag.removeprefix("payment."): kind
    for kind in (
        facts.PaymentPending,
        facts.PaymentAuthorized,
        facts.PaymentAuthorizationAdjusted,
        facts.PaymentAuthorizationExpired,
        facts.PaymentReversed,
        facts.PaymentCaptured,
        facts.PaymentCaptureFailed,
        facts.PaymentFailed,
        facts.PaymentRefundRequested,
        facts.PaymentRefunded,
        facts.PaymentRefundFailed,
        facts.PaymentRefundReversed,
        facts.PaymentDisputed,
        facts.PaymentDisputeWon,
        facts.PaymentDisputeLost,
        facts.PaymentMarkedPaid,
    )
}
"""Every fact about money by the last part of its kind."""


def money(kind: str, amount: int = 100, at: float = 1, ref: str = "", parent: str = "", **more):
    envelope = {name: more.pop(name) for name in ("event_id", "revision", "test") if name in more}
    operation = {"currency": "EUR", "provider": "stripe", "evidence": Evidence.PROVIDER, **more}
    body = bodies.Operation(amount=Minor(amount), reference=ref, parent=parent, **operation)
    return say(MONEY[kind], at, body, **envelope)


def captured(amount: int = 100, at: float = 1, ref: str = "ch_1", **more):
    return money("captured", amount, at, ref, **more)


def refunded(amount: int = 100, at: float = 2, ref: str = "re_1", **more):
    return money("refunded", amount, at, ref, **more)


def method(word: str, at: float = 1):
    return say(facts.PaymentMethodChosen, at, bodies.MethodChosen(method=word))


def created(
    shipment: str = "f1",
    wanted: str = "2a",
    parcels: str = "Z1",
    at: float = 10,
    revision: int = 0,
    **fields,
):
    body = bodies.ShipmentInfo(
        shipment_id=shipment,
        lines=units(wanted),
        parcels=tuple(bodies.PackageInfo(number=number) for number in parcels.split()),
        **fields,
    )
    name = f"created:{shipment}@{at:g}"
    return say(facts.ShipmentCreated, at, body, event_id=name, revision=revision)


def _about_shipment(kind: type, shipment: str, at: float):
    body = bodies.ShipmentRef(shipment_id=shipment)
    return say(kind, at, body, event_id=f"{kind.__name__}:{shipment}@{at:g}")


def packed(shipment: str = "f1", at: float = 15):
    return _about_shipment(facts.ShipmentPacked, shipment, at)


def handed_over(shipment: str = "f1", at: float = 20):
    return _about_shipment(facts.ShipmentHandedOver, shipment, at)


def voided(shipment: str = "f1", at: float = 25):
    return _about_shipment(facts.ShipmentCancelled, shipment, at)


def marked_delivered(shipment: str = "f1", at: float = 60):
    return _about_shipment(facts.ShipmentDeliveredMarked, shipment, at)


def collected(shipment: str = "f1", at: float = 60):
    return _about_shipment(facts.ShipmentCollected, shipment, at)


def scan(state: str, at: float = 30, number: str = "Z1", *, inferred: bool = False, **fields):
    body = bodies.Scan(**{"state": Parcel(state), "number": number, "code": state, **fields})
    name = f"scan:{number}:{state}@{at:g}"
    return say(facts.ShipmentScan, at, body, event_id=name, inferred=inferred)


def returned(wanted: str = "1a", at: float = 90, return_id: str = "r1"):
    body = bodies.ReturnMarked(return_id=return_id, lines=units(wanted))
    return say(facts.ReturnWasMarked, at, body, event_id=f"return:{return_id}@{at:g}")


def lines_cancelled(wanted: str = "1a", at: float = 5, cancellation_id: str = "x1"):
    body = bodies.LinesCancelled(cancellation_id=cancellation_id, lines=units(wanted))
    return say(facts.OrderLinesCancelled, at, body, event_id=f"off:{cancellation_id}@{at:g}")


def held(hold_id: str = "fraud", at: float = 5, reason: str = "fraud"):
    body = bodies.HoldPlaced(hold_id=hold_id, reason=HoldReason(reason))
    return say(facts.HoldWasPlaced, at, body, event_id=f"held:{hold_id}@{at:g}")


def released(hold_id: str = "fraud", at: float = 6):
    body = bodies.HoldReleased(hold_id=hold_id)
    return say(facts.HoldWasReleased, at, body, event_id=f"released:{hold_id}@{at:g}")


def cancelled_at_source(at: float = 5, reason: str = "buyer_asked"):
    return say(facts.OrderCancelledAtSource, at, bodies.Reason(reason=reason))


def timer(name: str, due: datetime):
    return facts.TimerHasFired(
        event_id=f"{KEY}:timer:{name}:{due.isoformat()}",
        order_key=KEY,
        occurred_at=due,
        actor="system",
        body=bodies.TimerFired(timer=name, deadline=due),
    )


COMMANDS = {name_of(kind): kind for kind in GUARDS}
"""Every command by its name."""


def ask(command: str, at: float = 40, body=None, event_id: str = "", **envelope):
    """Make a command of a clerk; its id is made of its name and time unless given."""
    name = event_id or f"{command}@{at:g}"
    return say(COMMANDS[command], at, body, event_id=name, actor="clerk", **envelope)


def cancel(at: float = 40, event_id: str = "", **fields):
    return ask("cancel", at, requests.CancelOrder(**fields), event_id)


def hold(at: float = 40, event_id: str = "", **fields):
    return ask("hold", at, requests.PlaceHold(**fields), event_id)


def release(at: float = 41, event_id: str = "", **fields):
    return ask("release", at, requests.ReleaseHold(**fields), event_id)


def judged(command_id: str, command: str, *effects: Fact, at: float = 40, **verdict):
    body = Verdict(
        **{
            "command_id": command_id,
            "command": command,
            "accepted": True,
            "effects": effects,
            **verdict,
        }
    )
    return say(commands.CommandJudged, at, body, event_id=f"{command_id}:judged")


def rows(table: str) -> list[list[str]]:
    """Split a text table into its rows of cells, without the heading."""
    return [line.split() for line in table.strip().splitlines()[1:] if line.strip()]


def cells(table: str) -> list[tuple[str, str, str]]:
    """Split a text matrix into (row, column, cell)."""
    heading, *body = [line.split() for line in table.strip().splitlines() if line.strip()]
    for line in body:
        if len(line) != len(heading):
            raise ValueError(f"{line[0]}: {len(line)} cells, not {len(heading)}")
    return [
        (line[0], column, cell)
        for line in body
        for column, cell in zip(heading[1:], line[1:], strict=True)
    ]
