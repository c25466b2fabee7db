"""What a scene is made of: stories, the beats of each, and how each must end.

A beat is sent once its order shows what the beat waits for, so a story keeps its own order of
events however the topics race; within a beat nothing is ordered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from streams import topic

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When the scene begins; it plays within a week of story time."""

Shown = dict[str, str]
"""What an order shows, by name: `lifecycle`, `payment`, `storefront.payment`, `parcel:JD01` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One record on its way to a feed topic or to the commands."""

    topic: str
    value: bytes
    at: datetime
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Deliveries that go out together, once the order shows what they wait for.

    Where nothing of what went before can be seen, `after_seconds` lets it arrive.
    """

    deliveries: tuple[Delivery, ...]
    once: Shown = field(default_factory=dict)
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What must be true of an order when everything has arrived.

    `commands` maps a command's id to `accepted` or to the guard that refuses it; `notices`
    counts intents by `template/audience`, where a story is about them.
    """

    shows: Shown
    anomalies: frozenset[str] = frozenset()
    commands: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, int] = field(default_factory=dict)
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One order from its first word to its last; `about` says what it is there to show."""

    order_key: str
    about: str
    beats: tuple[Beat, ...]
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A record that is nobody's story: it must end as a dead letter with this cause."""

    about: str
    delivery: Delivery
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that is sent and all that must come of it."""

    stories: tuple[Story, ...]
    strays: tuple[Stray, ...]

    @property
    def deliveries(self) -> int:
        """Count the records that are sent."""
        told = sum(len(beat.deliveries) for story in self.stories for beat in story.beats)
        return told + len(self.strays)


def at(minutes: float) -> datetime:
    """Give a time of the story."""
    return START + timedelta(minutes=minutes)


def feed(
    to: str,
    source: str,
    account: str,
    event: str,
    payload: object,
    when: datetime,
    **vendor: str,
) -> Delivery:
    """Write what a gateway puts on a feed topic: the vendor's bytes, and headers beside them."""
    headers = {
        "source": source,
        "account": account,
        "topic": event,
        "received_at": when.isoformat(),
        **{name.replace("_", "-"): text for name, text in vendor.items()},
    }
    return Delivery(
        topic=to,
        value=payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
        at=when,
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )


def command(
    kind: str,
    command_id: str,
    order_key: str,
    when: datetime,
    **body: Any,
) -> Delivery:
    """Write a command as an operator's tool would; the record's time is when it was asked."""
    asked = {
        "kind": kind,
        "command_id": command_id,
        "order_key": order_key,
        "actor": "operator:mia",
        "body": body,
    }
    return Delivery(
        topic=topic.ORDER_COMMANDS,
        key=order_key.encode(),
        value=json.dumps(asked).encode(),
        at=when,
    )


def amount(minor: int) -> str:
    """Write minor units as shops do: `58.00`."""
    return f"{minor // 100}.{minor % 100:02}"
