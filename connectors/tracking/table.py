"""What the words of one vendor mean: parcel states and reasons, each vendor's own (SHAPES 22).

One code means different things to two carriers, so tables are never shared. Reasons are words of
one list for all, so that a profile can tell them apart without knowing the carrier.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from domain.vocabulary import Parcel

_REASONS: Final = """
    carrier_damaged_parcel carrier_sorting_error carrier_address_not_found carrier_parcel_lost
    carrier_not_enough_time carrier_vehicle_issue carrier_capacity_exceeded
    carrier_mechanical_delay retailer_cancelled retailer_incorrect_data retailer_not_ready
    retailer_incorrect_parcel retailer_incorrect_dimensions retailer_packaging_issue
    consignee_refused consignee_business_closed consignee_not_available consignee_not_home
    consignee_cancelled consignee_verification_failed consignee_incorrect_address
    consignee_access_restricted consignee_safe_place_unavailable customs_delay
    customs_documentation customs_duties_unpaid customs_prohibited customs_inspection
    weather_delay natural_disaster force_majeure parcel_being_researched security_issue
    regulatory_hold unknown
"""
REASONS: Final = frozenset(_REASONS.split())
"""The common list of incident reasons (spec model, section 5)."""

_TROUBLE: Final = {
    "carrier_address_not_found": Parcel.ATTEMPT_FAILED,
    "carrier_damaged_parcel": Parcel.DAMAGED,
    "carrier_parcel_lost": Parcel.LOST,
    "parcel_being_researched": Parcel.HELD,
    "regulatory_hold": Parcel.HELD,
    "security_issue": Parcel.HELD,
    "unknown": Parcel.UNKNOWN,
}
_TROUBLES: Final = {
    "consignee": Parcel.ATTEMPT_FAILED,
    "customs": Parcel.HELD,
    "retailer": Parcel.UNKNOWN,
}
"""By who causes it; everything else (weather, a lorry, a sorter) delays a parcel on its way."""

T = TypeVar("T", bound=str)
Words = str | tuple[str, ...]
"""Codes, split at spaces; or a tuple of words that have spaces in them."""


def state_of(reason: str) -> Parcel:
    """Say where a parcel is of which a carrier tells no more than this reason."""
    by_cause = _TROUBLES.get(reason.partition("_")[0], Parcel.IN_TRANSIT)
    return _TROUBLE.get(reason, by_cause)


class Table:
    """Looks words up, whatever their case; a word stands once, or the table is wrong."""

    def __init__(
        self,
        states: Mapping[Parcel, Words],
        reasons: Mapping[str, Words] | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """Turn the lists, which read like the vendor's page, around.

        A word that stands among the reasons alone has the state that its reason implies.

        `whole` says that the vendor publishes all its codes and that all of them stand here: then
        a code that does not is reported even where a more general word tells the state.
        """
        self.whole: Final = whole
        reasons = reasons or {}
        self.reasons: Final[Mapping[str, str]] = _turned(reasons.items())
        if strange := set(self.reasons.values()) - REASONS:
            raise ValueError(f"no common reasons: {sorted(strange)}")
        implied = {word: state_of(reason) for word, reason in self.reasons.items()}
        stated = _turned(states.items())
        self.states: Final[Mapping[str, Parcel]] = MappingProxyType({**implied, **stated})
        self.words: Final[Mapping[str, Mapping[str, str]]] = {
            "state": {
                word: self.states[word.casefold()]
                for words in (*states.values(), *reasons.values())
                for word in _each(words)
            },
            "reason": {word: reason for reason, words in reasons.items() for word in _each(words)},
        }
        """The same as it is written above, for people."""

    def state(self, words: Iterable[str]) -> Parcel | None:
        """Take the first word that says anything: words come from the sharp to the general."""
        states = self.states
        found: Parcel | None = None
        for word in words:
            if (state := states.get(word.casefold())) is not None:
                if state is not Parcel.UNKNOWN:
                    return state
                found = state
        return found

    def knows(self, code: str, words: Iterable[str]) -> bool:
        """Whether a code stands here, or at least says as much as one that does."""
        if code.casefold() in self.states:
            return True
        if self.whole:
            return False
        return self.state(words) not in {None, Parcel.UNKNOWN}

    def reason(self, words: Iterable[str]) -> str:
        """Say why, if any of the words does."""
        reasons = self.reasons
        for word in words:
            if reason := reasons.get(word.casefold()):
                return reason
        return ""


def _each(words: Words) -> Iterable[str]:
    return words.split() if isinstance(words, str) else words


def _turned(lists: Iterable[tuple[T, Words]]) -> Mapping[str, T]:
    turned: dict[str, T] = {}
    for meaning, words in lists:
        for word in _each(words):
            if turned.setdefault(word.casefold(), meaning) != meaning:
                raise ValueError(f"stands twice: {word}")
    return MappingProxyType(turned)
