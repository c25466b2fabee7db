"""What a shop has to say of itself, for its documents do not: currencies, zone, own states.

All three are ids or clocks of one database. They come as headers of the feed's records:
`prestashop-currencies: 1=EUR,2=USD`, `prestashop-timezone: Europe/Madrid`,
`prestashop-states: 15=shipped,16=paid` (words of `table.STATES`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.delivery import Quarantined
from connectors.payload import read_time
from connectors.prestashop.table import NUMBERS, STATES

CURRENCIES: Final = "prestashop-currencies"
TIMEZONE: Final = "prestashop-timezone"
OWN_STATES: Final = "prestashop-states"

_PAIR: Final = re.compile(r"([0-9]{1,10})=([A-Za-z_]{1,20})", re.ASCII)
_UNSET: Final = ("", "0000-00-00 00:00:00", "0000-00-00")


class Unsaid(ValueError):  # noqa: N818 - says what is missing, not that something is
    """Something that only the shop knows; carries which field, its value and why."""

    def __init__(self, reason: str, field: str, value: str) -> None:
        """Name the field."""
        super().__init__(f"{field}: {reason}")
        self.reason = reason
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop's own numbers and clock."""

    currencies: Mapping[str, str]
    states: Mapping[str, str]
    zone: ZoneInfo | None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self | Quarantined:
        """Read what the headers say of the shop."""
        try:
            return cls(
                currencies=_pairs(headers, CURRENCIES),
                states={**NUMBERS, **_states(headers)},
                zone=_zone(headers.get(TIMEZONE, "")),
            )
        except Unsaid as error:
            return Quarantined(reason=error.reason, field=error.field, value=error.value)

    def currency(self, number: str) -> str:
        """Name a currency by its number; raises Unsaid where the shop did not."""
        code = self.currencies.get(number)
        if code is None:
            reason = f"a currency of the shop's own that {CURRENCIES} does not name"
            raise Unsaid(reason, "id_currency", number)
        return code

    def only_currency(self) -> str:
        """Name the one currency of a shop that has one; raises Unsaid for any other."""
        if len(self.currencies) != 1:
            reason = "names no currency, and the shop has not just one"
            raise Unsaid(reason, CURRENCIES, ",".join(self.currencies.values()))
        [code] = self.currencies.values()
        return code

    def time(self, text: str, field: str) -> datetime:
        """Read a time that must be there; raises Unsaid where it is not or has no zone."""
        if text in _UNSET:
            raise Unsaid("has no time", field, text)
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            raise Unsaid("is no time", field, text) from None
        if read.tzinfo is None:
            if self.zone is None:
                reason = f"a local time of a shop that {TIMEZONE} does not place"
                raise Unsaid(reason, field, text)
            read = read.replace(tzinfo=self.zone)
        try:
            return read_time(read.astimezone(UTC).isoformat())
        except (ValueError, OverflowError):
            raise Unsaid("is not of this age", field, text) from None


def _states(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = _pairs(headers, OWN_STATES)
    for word in pairs.values():
        if word not in STATES:
            raise Unsaid("is no state that a table knows", OWN_STATES, word)
    return pairs


def _pairs(headers: Mapping[str, str], name: str) -> dict[str, str]:
    text = headers.get(name, "").strip()
    if not text:
        return {}
    found = [_PAIR.fullmatch(pair.strip()) for pair in text.split(",")]
    if None in found:
        raise Unsaid("is not NUMBER=WORD, several with commas", name, text)
    return {pair[1]: pair[2] for pair in found if pair}


def _zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unsaid("is no zone of the time zone database", TIMEZONE, name) from None
