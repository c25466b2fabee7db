"""Announcements: what changed for the outside since the last time anything was said.

`told` remembers the last word per axis, so `from` is always the previous `to`, `seq` has no gaps
(X.13), and nothing is said when nothing changed (X.14).
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.alarm import sound_alarms
from domain.explain import because
from domain.facets import facets_of
from domain.instant import EPOCH as _EPOCH
from domain.message import Because, Message, Notification, StatusChanged
from domain.order import Derived, Order, Told
from domain.profile import Compiled, Facets, Notice, explain_word, holds
from domain.rma import rmas
from domain.rules import Policy, Rules
from domain.vocabulary import PLAIN, Closure, HoldState, Risk

_AXES: Final = ("lifecycle", "closure", "hold", "risk", "payment", "fulfilment")
"""The canonical axes, in the order of the facets."""
_REST: Final[dict[str, str]] = {
    "closure": PLAIN[Closure.OPEN],
    "hold": PLAIN[HoldState.CLEAR],
    "risk": PLAIN[Risk.NONE],
}
"""Where an axis is before anything happens; being there is not news."""
_UNKNOWN: Final[Facets] = ("", _REST["closure"], _REST["hold"], _REST["risk"], "", "")
"""The facets of an order of which nothing was said yet."""


class Cause(Struct, frozen=True, gc=False):
    """What made the order change: the fact's or command's id, and when it happened."""

    event_id: str
    occurred_at: datetime
    notify_customer: bool = True


class _Speaker:
    """Collects what is said about one order in one step; holds no state between steps."""

    __slots__ = (
        "cause",
        "channel",
        "external_id",
        "messages",
        "order",
        "policy",
        "tenant",
        "told",
    )

    def __init__(self, order: Order, cause: Cause, policy: Policy) -> None:
        self.order = order
        self.cause = cause
        self.policy = policy
        self.told = dict(order.told)
        self.messages: list[Message] = []
        self.tenant, self.channel, self.external_id = order.key.split("/", 2)

    def say(
        self,
        name: str,
        axis: str,
        word: str,
        because: Because,
        subject: str = "",
        profile: str = "",
    ) -> int:
        """Announce a word that is news on the axis called `name`; answers its number."""
        order, last = self.order, self.told.get(name)
        seq = last.seq + 1 if last else 1
        self.told[name] = Told(word, seq)
        self.messages.append(
            StatusChanged(
                id=f"{order.key}:{name}:{seq}",
                order_key=order.key,
                tenant=self.tenant,
                channel=self.channel,
                axis=axis,
                before=last.word if last else _REST.get(name),
                after=word,
                seq=seq,
                occurred_at=self.cause.occurred_at,
                cause=self.cause.event_id,
                because=because,
                subject=subject,
                profile=profile,
                test=order.test,
            )
        )
        return seq

    def _patience(self, switch: str) -> tuple[datetime, str]:
        """Say how long news of several parcels wait for each other, and under which name."""
        window = timedelta(minutes=self.policy.merge_minutes)
        number = (self.cause.occurred_at - _EPOCH) // window
        return _EPOCH + (number + 1) * window, f"{self.order.key}:{switch}:{number}"

    def notify(self, notice: Notice, profile: str, word: str, subject: str, seq: int) -> None:
        """Emit one intent per medium, unless the person must not hear of it."""
        order, policy, to_customer = self.order, self.policy, notice.audience == "customer"
        if to_customer and (order.test or not self.cause.notify_customer):
            return
        switch = f"{profile}.{notice.on}"
        if policy.muted and (switch in policy.muted or f"{switch}.{word}" in policy.muted):
            return
        trigger = f"{switch}:{subject}" if subject else switch
        wait, merged = None, ""
        if policy.merge_minutes and subject and to_customer:
            wait, merged = self._patience(switch)
        about = f"{order.key}:{trigger}"
        for medium in notice.media:
            person = f"{notice.audience}:{medium}"
            self.messages.append(
                Notification(
                    id=f"{about}:{seq}:{person}",
                    not_before=wait,
                    supersedes=f"{about}:{seq - 1}:{person}" if seq > 1 else "",
                    merge_key=f"{merged}:{medium}" if merged else "",
                    order_key=order.key,
                    tenant=self.tenant,
                    channel=self.channel,
                    trigger=trigger,
                    audience=notice.audience,
                    medium=medium,
                    template=notice.template,
                    occurred_at=self.cause.occurred_at,
                    cause=self.cause.event_id,
                    profile=profile,
                    axis="" if notice.on == "placed" else notice.on,
                    subject=subject,
                    word=word,
                    seq=seq,
                    locale=order.head.locale if order.head else "",
                    data={"order": self.external_id},
                    test=order.test,
                )
            )


def announce(
    before: Order, order: Order, cause: Cause, rules: Rules
) -> tuple[Order, list[Message]]:
    """Say what changed between two states of an order; also keep what was said."""
    speaker = _Speaker(order, cause, rules.policy)
    old, new = before.derived, order.derived
    if new.promise.known:
        first = not old.promise.known
        if first or _may_show_else(old, new):
            before_that = _UNKNOWN if first else facets_of(old, rules)
            facets = facets_of(new, rules)
            if facets != before_that:
                _say_words(speaker, _compare(rules, before_that, facets))
        if first or new.goods is not old.goods:
            _say_parcels(speaker, rules)
        if order.changes is not before.changes:
            _say_returns(speaker, rules)
        if "placed" in order.marks and (first or "placed" not in before.marks):
            _say_placed(speaker, rules)
    raised, alarms = sound_alarms(order, cause.event_id, cause.occurred_at, rules.policy)
    speaker.messages.extend(alarms)
    if not speaker.messages:
        return order, speaker.messages
    return replace(order, told=speaker.told, raised=raised), speaker.messages


def _may_show_else(old: Derived, new: Derived) -> bool:
    """Say whether any facet can have moved; a scan on its way moves none."""
    return (
        new.promise is not old.promise
        or new.money is not old.money
        or new.goods.lines is not old.goods.lines
    )


class _Words(NamedTuple):
    """What differs between two sets of facets, and whom to tell: the same for every order."""

    axes: tuple[tuple[str, str], ...]
    """The canonical axes, and their new states."""
    shown: tuple[tuple[str, str, str, str, Because, tuple[Notice, ...]], ...]
    """Profile, axis, both as one name, the new word, why, and the notices."""


def _say_words(speaker: _Speaker, changed: _Words) -> None:
    for axis, state in changed.axes:
        speaker.say(axis, axis, state, because(speaker.order, axis))
    for profile, axis, name, word, why, notices in changed.shown:
        last = speaker.told.get(name)
        if last is not None and last.word == word:
            continue
        seq = speaker.say(name, axis, word, why, "", profile)
        for notice in notices:
            speaker.notify(notice, profile, word, "", seq)


@lru_cache(maxsize=16_384)
def _compare(rules: Rules, before: Facets, facets: Facets) -> _Words:
    axes = zip(_AXES, before, facets, strict=False)
    return _Words(
        tuple((axis, state) for axis, old, state in axes if old != state),
        tuple(
            (
                compiled.name,
                axis,
                name,
                word_of(facets),
                Because(rule=explain_word(compiled, axis, facets)),
                tuple(
                    notice
                    for notice in compiled.notices.get((axis, word_of(facets)), ())
                    if holds(notice.when, facets)
                ),
            )
            for compiled in rules.profiles
            for axis, name, word_of in compiled.order_words
            if before is _UNKNOWN or word_of(before) != word_of(facets)
        ),
    )


def _say_parcels(speaker: _Speaker, rules: Rules) -> None:
    told = speaker.told
    goods = speaker.order.derived.goods
    for number, parcel in goods.parcels.items():
        name = f"parcel:{number}"
        last = told.get(name)
        if last is None or last.word != parcel.state:
            speaker.say(name, "parcel", parcel.state, _PARCEL_RULE, number)
    for compiled in rules.profiles:
        for axis, prefix, words in compiled.shipment_words:
            for shipment_id, state in goods.shipments.items():
                last = told.get(prefix + shipment_id)
                if last is None or last.word != words[state]:
                    _say_shipment(speaker, compiled, axis, shipment_id, words[state])


_PARCEL_RULE: Final = Because(rule="the fold over the scans by time")
_SHIPMENT_RULE: Final = Because(rule="the least advanced live parcel of the shipment")


def _say_shipment(
    speaker: _Speaker, compiled: Compiled, axis: str, shipment_id: str, word: str
) -> None:
    name = f"{compiled.name}.{axis}:{shipment_id}"
    seq = speaker.say(name, axis, word, _SHIPMENT_RULE, shipment_id, compiled.name)
    statement = speaker.order.shipments[shipment_id].statement
    for notice in compiled.notices.get((axis, word), ()):
        if notice.audience != "customer" or statement is None or statement.notify_customer:
            speaker.notify(notice, compiled.name, word, shipment_id, seq)


_RETURN_RULE: Final = Because(rule="the furthest step that was told of the return")


def _say_returns(speaker: _Speaker, rules: Rules) -> None:
    """Tell each step of a return (S4.33)."""
    for return_id, rma in rmas(speaker.order).items():
        name = f"return:{return_id}"
        last = speaker.told.get(name)
        if last is not None and last.word == rma.state:
            continue
        seq = speaker.say(name, "return", rma.state, _RETURN_RULE, return_id)
        for compiled in rules.profiles:
            for notice in compiled.notices.get(("return", rma.state), ()):
                speaker.notify(notice, compiled.name, rma.state, return_id, seq)


def _say_placed(speaker: _Speaker, rules: Rules) -> None:
    for compiled in rules.profiles:
        for notice in compiled.notices.get(("placed", ""), ()):
            speaker.notify(notice, compiled.name, "", "", 1)
