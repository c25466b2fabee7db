"""What goes into a connector and what comes out: one delivery in, facts or a quarantine out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec import field as struct_field

from domain.fact import Fact

BODY_BYTES_MAX: Final = 256 * 1024
"""Vendors advise 20 kB; memory in flight is deliveries times body (spec reliability, section 5)."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One request or record of a source: its raw bytes and what came beside them.

    `account` is `tenant/channel`; `topic` the vendor's name of the event, empty if unknown;
    `headers` have lower-case names; `received_at` is when we got it (aware UTC), if known.
    """

    body: bytes
    account: str
    topic: str = ""
    headers: Mapping[str, str] = struct_field(default_factory=dict)
    received_at: datetime | None = None

    @property
    def tenant(self) -> str:
        """The part of the account before the slash."""
        return self.account.partition("/")[0]

    @property
    def channel(self) -> str:
        """The part of the account after the slash."""
        return self.account.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What was not understood: the field, its value (cut short) and why."""

    reason: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A document that a delivery only names: to be fetched and put on the feed of its source.

    `what` is the connector's word for the kind of document (`order`, `shipments`, `payment`) and
    `id` the vendor's id of it; `path` leads to it below the address of the account's API, with
    its query and without a leading slash; `topic` is what the document's own delivery is to say.
    """

    source: str
    account: str
    what: str
    id: str
    path: str
    topic: str


class Normalised(Struct, frozen=True, kw_only=True):
    """What a delivery says in canonical facts; parts not understood stand beside them.

    No facts, no quarantine and nothing wanted means: understood, and nothing an order needs to
    know; `ignored` says why.
    """

    facts: tuple[Fact, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    ignored: str = ""


Outcome = Normalised | Quarantined
Kind = Literal["orders", "payments", "tracking"]
Format = Literal["json", "xml", "form"]
Words = Mapping[Any, object]
"""Any: a word of the source, or several that count together; the object: what it becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One connector: its name, which feed it reads, what it understands.

    `headers` are those that carry meaning beside the signature; a body in another format than
    `formats` never reaches the connector. `words` are the tables that it reads statuses by, under
    the name of the field that they stand in; `limits` its own beside those of every body; both
    are for people. `notes` are too, where the docstring of the module is not this source's own.
    """

    name: str
    kind: Kind
    topics: tuple[str, ...]
    signature: str
    normalise: Callable[[Delivery], Outcome]
    headers: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ("json",)
    words: Mapping[str, Words] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    notes: str = ""
