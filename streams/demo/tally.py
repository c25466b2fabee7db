"""What came out so far: the last word of every order, every message once, and what is wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from streams import topic
from streams.agents.dead_letter import PREFIX
from streams.demo.story import Delivery, Scene, Shown, Story

Message = dict[str, Any]  # Any: an output as JSON, read as any other service would

READ: Final = (
    topic.ORDER_STATUS,
    topic.ORDER_SNAPSHOTS,
    topic.NOTIFICATIONS,
    topic.COMMAND_RESULTS,
    topic.ACTION_REQUIRED,
    topic.ANOMALIES,
    topic.DEAD_LETTERS,
)
_AXES: Final = ("lifecycle", "closure", "hold", "payment", "fulfilment")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter, as its headers tell of it."""

    topic: str
    cause: str
    value: bytes


class Tally:
    """Takes every output record in and answers questions; knows no broker and no clock."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.last: dict[str, str] = {}
        self.notices: dict[str, Counter[str]] = defaultdict(Counter)
        self.commands: dict[str, Message] = {}
        self.actions: dict[str, list[str]] = defaultdict(list)
        self.anomalies: Counter[tuple[str, str]] = Counter()
        self.standing: dict[str, set[str]] = defaultdict(set)
        self.dead: list[DeadLetter] = []
        self.records = 0
        self.broken: list[str] = []
        self._ids: set[str] = set()
        self._said: dict[tuple[str, ...], tuple[int, str]] = {}

    def take(
        self, where: str, value: bytes | None, headers: Iterable[tuple[str, bytes]] = ()
    ) -> str:
        """Take one record in; answers one line for people, empty for nothing to tell."""
        self.records += 1
        if where == topic.DEAD_LETTERS:
            return self._bury(value or b"", dict(headers))
        message: Message = msgspec.json.decode(value or b"{}")
        if where == topic.ORDER_SNAPSHOTS:
            self.shown[message["order_key"]] = shown(message)
            return ""
        if message["id"] in self._ids:
            self.broken.append(f"{where}: {message['id']} was said twice")
        self._ids.add(message["id"])
        return _TELL[where](self, message)

    def _bury(self, value: bytes, headers: dict[str, bytes]) -> str:
        letter = DeadLetter(
            topic=headers[f"{PREFIX}topic"].decode(),
            cause=headers[f"{PREFIX}cause"].decode(),
            value=value,
        )
        self.dead.append(letter)
        return f"dead letter from {letter.topic}: {letter.cause}"

    def _status(self, message: Message) -> str:
        """Check that an axis counts without gaps and goes on from where it was."""
        names = ("order_key", "profile", "axis", "subject")
        axis = tuple(str(message.get(name, "")) for name in names)
        seq, word = self._said.get(axis, (0, ""))
        if message["seq"] != seq + 1 or (seq and message["from"] != word):
            self.broken.append(f"{message['id']}: follows {seq} {word!r}")
        self._said[axis] = (message["seq"], message["to"])
        change = f"{message['from'] or '-'} → {message['to']}"
        self.last.pop(axis[0], None)  # the newest stands last
        self.last[axis[0]] = f"{axis[2]}: {change}"
        return f"{axis[0]}  {'.'.join(filter(None, axis[1:]))}: {change}"

    def _notice(self, message: Message) -> str:
        self.notices[message["order_key"]][f"{message['template']}/{message['audience']}"] += 1
        return ""

    def _answer(self, message: Message) -> str:
        self.commands[message["command_id"]] = message
        return f"{message['order_key']}  {message['command']}: {verdict(message)}"

    def _action(self, message: Message) -> str:
        self.actions[message["order_key"]].append(message["action"])
        return f"{message['order_key']}  somebody must act: {message['action']}"

    def _anomaly(self, message: Message) -> str:
        kind, change = message["kind"], message["change"]
        self.anomalies[kind, change] += 1
        standing = self.standing[message["order_key"]]
        name = message["id"].rpartition(":")[0]  # without the change
        (standing.add if change == "raised" else standing.discard)(f"{kind}|{name}")
        return f"{message['order_key']}  anomaly {change}: {kind}"


_TELL: Final = {
    topic.ORDER_STATUS: Tally._status,  # noqa: SLF001 - its own
    topic.NOTIFICATIONS: Tally._notice,  # noqa: SLF001 - its own
    topic.COMMAND_RESULTS: Tally._answer,  # noqa: SLF001 - its own
    topic.ACTION_REQUIRED: Tally._action,  # noqa: SLF001 - its own
    topic.ANOMALIES: Tally._anomaly,  # noqa: SLF001 - its own
}


def shown(snapshot: Message) -> Shown:
    """Flatten what a snapshot shows into names and words."""
    words = {axis: str(snapshot[axis]) for axis in _AXES}
    for profile, axes in snapshot["words"].items():
        for axis, word in axes.items():
            if isinstance(word, dict):
                words |= {f"{profile}.{axis}:{name}": each for name, each in word.items()}
            else:
                words[f"{profile}.{axis}"] = word
    return words | {f"parcel:{one['number']}": one["state"] for one in snapshot["parcels"]}


def verdict(answer: Message) -> str:
    """Say what became of a command: `accepted`, or the guard that refused."""
    return "accepted" if answer["accepted"] else str(answer["guard"])


class Director:
    """Says which deliveries are due: the next beat of each story whose order is far enough."""

    def __init__(self, scene: Scene) -> None:
        self._strays = [stray.delivery for stray in scene.strays]
        self._waiting = [(story, list(story.beats)) for story in scene.stories]
        self._sent_at: dict[str, float] = {}

    def due(self, tally: Tally, now_seconds: float) -> list[Delivery]:
        """Take the deliveries that are due now."""
        found, self._strays = self._strays, []
        for story, beats in self._waiting:
            shows = tally.shown.get(story.order_key, {})
            waited = now_seconds - self._sent_at.get(story.order_key, 0.0)
            if _holds(beats[0].once, shows) and waited >= beats[0].after_seconds:
                found.extend(beats.pop(0).deliveries)
                self._sent_at[story.order_key] = now_seconds
        self._waiting = [(story, beats) for story, beats in self._waiting if beats]
        return found

    def waiting(self, tally: Tally) -> list[str]:
        """Say which stories cannot go on, and what they wait for."""
        return [
            f"{story.order_key} ({story.about}) waits for {_differ(beats[0].once, shows)}"
            for story, beats in self._waiting
            for shows in [tally.shown.get(story.order_key, {})]
        ]


def differences(scene: Scene, tally: Tally) -> list[str]:
    """List what is not as the scene must end; empty when all is well."""
    found = list(tally.broken)
    for story in scene.stories:
        found += [f"{story.order_key} ({story.about}): {line}" for line in _of(story, tally)]
    found += _of_strays(scene, tally)
    return found


def _of(story: Story, tally: Tally) -> Iterator[str]:
    key, ending = story.order_key, story.ending
    if wrong := _differ(ending.shows, tally.shown.get(key, {})):
        yield wrong
    standing = sorted({name.partition("|")[0] for name in tally.standing[key]})
    if standing != sorted(ending.anomalies):
        yield f"anomalies {standing}, not {sorted(ending.anomalies)}"
    for command_id, expected in ending.commands.items():
        answer = tally.commands.get(command_id)
        got = verdict(answer) if answer else "no answer"
        if got != expected:
            yield f"command {command_id}: {got}, not {expected}"
    if ending.notices and tally.notices[key] != Counter(ending.notices):
        yield f"notices {dict(tally.notices[key])}, not {dict(ending.notices)}"
    if ending.actions and sorted(tally.actions[key]) != sorted(ending.actions):
        yield f"actions {tally.actions[key]}, not {list(ending.actions)}"


def _of_strays(scene: Scene, tally: Tally) -> Iterator[str]:
    """Match every dead letter with the stray that it is: same topic, same bytes, its cause."""
    left = list(tally.dead)
    for stray in scene.strays:
        of_it = [
            letter
            for letter in left
            if (letter.topic, letter.value) == (stray.delivery.topic, stray.delivery.value)
            and stray.cause in letter.cause
        ]
        if not of_it:
            yield f"no dead letter for: {stray.about}"
            continue
        left.remove(of_it[0])
    yield from (f"dead letter nobody expects, from {each.topic}: {each.cause}" for each in left)


def _holds(wanted: Shown, shows: Shown) -> bool:
    return all(shows.get(name) == word for name, word in wanted.items())


def _differ(wanted: Shown, shows: Shown) -> str:
    wrong: Sequence[str] = [
        f"{name} is {shows.get(name, '-')}, not {word}"
        for name, word in wanted.items()
        if shows.get(name) != word
    ]
    return ", ".join(wrong)
