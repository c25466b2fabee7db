"""One delivery in, facts that are sure to be valid out, each with its bytes.

Structs do not check what they are built from, so every fact is encoded and read back against
its type here: what a connector let slip becomes a quarantine that names the field, not a record
that the next reader cannot read. The shell sends the bytes as they are.
"""

import re
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from connectors.body import admit
from connectors.delivery import Delivery, Normalised, Quarantined, Source, Wanted
from domain.envelope import kind_of
from domain.fact import Fact
from domain.personal import PERSONAL_CHARACTERS_MAX, overlong

FACTS_MAX: Final = 20_000
"""Of one delivery: 250 orders with 80 facts each."""

WANTED_MAX: Final = 1_000
"""Of one delivery: a list of 250 hooks that want four documents each."""

_VALUE_CHARACTERS_MAX: Final = 200
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Fact).decode
_PATH: Final = re.compile(r"`\$\.?([^`]*)`")
_WORD: Final = re.compile(r"[\w.:/-]{1,200}", re.ASCII)
_WAY: Final = re.compile(
    r"(?!/)(?!.*(?:\.\.|//|%2[ef]))[\w./~%?=&,+-]{1,500}", re.ASCII | re.IGNORECASE
)
"""A path below an API: nothing in it leads to another host or above where it began."""


class Reading(Struct, frozen=True, kw_only=True):
    """What a delivery came to: `encoded[i]` is `facts[i]` as JSON."""

    facts: tuple[Fact, ...] = ()
    encoded: tuple[bytes, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    ignored: str = ""


def normalise(source: Source, delivery: Delivery, *, duplicates: bool = True) -> Reading:
    """Read a delivery with its connector; whatever happens, the answer is a value."""
    body = admit(delivery.body, source.formats, duplicates=duplicates)
    if isinstance(body, Quarantined):
        return Reading(quarantined=(body,))
    outcome = _outcome(source, replace(delivery, body=body))
    if isinstance(outcome, Quarantined):
        return Reading(quarantined=(_short(outcome),))
    if len(outcome.facts) > FACTS_MAX:
        return Reading(quarantined=(Quarantined(reason=f"over {FACTS_MAX} facts"),))
    if len(outcome.wanted) > WANTED_MAX:
        return Reading(quarantined=(Quarantined(reason=f"over {WANTED_MAX} documents wanted"),))
    return _checked(outcome)


def _outcome(source: Source, delivery: Delivery) -> Normalised | Quarantined:
    try:
        return source.normalise(delivery)
    except Exception as error:  # noqa: BLE001  # see the comment below
        # A connector must not raise. If one does it is our bug, met by a payload nobody foresaw:
        # the partition has to go on (X.16) and the payload has to be kept for the fix, so this
        # one place turns any exception into a quarantine. `RecursionError` is among them. The
        # message stays out: it may quote what the payload says of a person.
        return Quarantined(reason=f"internal: {type(error).__name__} in {source.name}")


def _checked(outcome: Normalised) -> Reading:
    """Encode every fact and read it back; a fact that says the same twice is said once."""
    facts: dict[bytes, Fact] = {}
    quarantined = [_short(each) for each in outcome.quarantined]
    for fact in outcome.facts:
        try:
            encoded = _encode(fact)
            facts[encoded] = _decode(encoded)
            if len(encoded) > PERSONAL_CHARACTERS_MAX and (field := overlong(fact)):
                del facts[encoded]
                quarantined.append(_too_long(fact, field))
        except (msgspec.MsgspecError, ValueError, TypeError, OverflowError) as error:
            quarantined.append(_invalid(fact, error))
    wanted: list[Wanted] = []
    for each in dict.fromkeys(outcome.wanted):
        if astray := misled(each):
            quarantined.append(_short(astray))
        else:
            wanted.append(each)
    return Reading(
        facts=tuple(facts.values()),
        encoded=tuple(facts),
        quarantined=tuple(quarantined),
        wanted=tuple(wanted),
        ignored=outcome.ignored,
    )


def _too_long(fact: Fact, field: str) -> Quarantined:
    """Refuse a text for which its type has room, because sealed ones need it, and a source has not."""
    kind = fact.__struct_config__.tag
    reason = f"invalid {kind}: over {PERSONAL_CHARACTERS_MAX} characters"
    return Quarantined(reason=reason, field=field)


def misled(wanted: Wanted) -> Quarantined | None:
    """Refuse a document whose name could lead a fetch astray: it is made of a payload's words."""
    for field, shape in (("id", _WORD), ("what", _WORD), ("topic", _WORD), ("path", _WAY)):
        value: str = getattr(wanted, field)
        if not shape.fullmatch(value):
            reason = f"a document wanted by this {field} cannot be fetched"
            return Quarantined(reason=reason, field=field, value=value)
    return None


def _invalid(fact: Fact, error: Exception) -> Quarantined:
    kind = kind_of(type(fact))
    if isinstance(error, UnicodeEncodeError):
        return Quarantined(reason=f"invalid {kind}: lone surrogate in a string")
    path = _PATH.search(str(error))
    return _short(
        Quarantined(reason=f"invalid {kind}: {error}", field=path.group(1) if path else "")
    )


def _short(quarantined: Quarantined) -> Quarantined:
    """Cut what may have come from the payload, so a dead letter stays small."""
    longest = max(len(quarantined.reason), len(quarantined.field), len(quarantined.value))
    if longest <= _VALUE_CHARACTERS_MAX:
        return quarantined
    return Quarantined(
        reason=quarantined.reason[:_VALUE_CHARACTERS_MAX],
        field=quarantined.field[:_VALUE_CHARACTERS_MAX],
        value=quarantined.value[:_VALUE_CHARACTERS_MAX],
    )
