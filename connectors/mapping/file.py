"""A mapping as it is written: one source per TOML file, no code.

Paths are JMESPath; those of a row with `each` start at its item, or with `^.` at the element
around. What is empty text or null counts as missing. A field of a body is either a path alone or
a table `{ path = …, table = … }`; into what it is turned follows from the field (`docs/facts.md`).
"""

from typing import Literal

from msgspec import Struct

from connectors.delivery import Format, Kind


class Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value comes from: a path, a constant, or fields of its own.

    `table` names the table that turns the source's words into ours; a word that is not in it is
    reported as unknown. `default` stands in where nothing is there. `fields` describe an object,
    with `each` a list of them; `format` and `zone` belong to one time, see `Times`.
    """

    path: str = ""
    value: str | int | bool | None = None
    table: str = ""
    default: str | int | bool | None = None
    each: str = ""
    fields: "dict[str, str | Value]" = {}
    format: str = ""
    zone: str = ""


class Times(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How times are written: `iso`, `seconds` or `milliseconds` since 1970, or as `%d.%m.%Y`.

    `zone` is where times are from that do not say it; without it such a time is refused.
    """

    format: str = "iso"
    zone: str = ""


class Money(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How amounts are written, and the path (or the `value`) of their currency.

    `decimal` is 12.34 in the currency's own unit, `minor` its smallest by ISO 4217, a number the
    decimals that a whole number hides whatever its currency.
    """

    currency: str | Value = ""
    unit: Literal["decimal", "minor"] | int = "decimal"
    decimal_comma: bool = False


class About(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fact is about: an order of this account by its id, or what only a reference knows.

    `number` is another name of an order, `parcel` a tracking number, `payment` the id that a
    provider gave; `provider` is a path too, so a fixed one is `'stripe'`.
    """

    order: str = ""
    number: str = ""
    parcel: str = ""
    payment: str = ""
    provider: str = ""


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact per element, or per item of `each`, where `when` holds and the topic is listed.

    `id` are the paths whose values name the happening for ever. `revised_at` (a time) or
    `version` (a whole number) orders statements about one thing; a document needs one of them.
    """

    kind: str
    id: tuple[str, ...]
    when: str = ""
    topics: tuple[str, ...] = ()
    each: str = ""
    about: About | None = None
    at: str | Value = ""
    revised_at: str | Value = ""
    version: str = ""
    inferred: bool = False
    body: dict[str, str | Value] = {}


class File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping.

    `elements` leads to the object or the list of objects that the rows read; `recognise` must
    hold for each of them. `links` say what else belongs to the element's order.
    """

    name: str
    kind: Kind
    facts: tuple[Row, ...]
    title: str = ""
    formats: tuple[Format, ...] = ("json",)
    signature: str = "none: taken over from a source that is trusted"
    topics: tuple[str, ...] = ()
    elements: str = "@"
    recognise: str = ""
    about: About = About()
    at: str | Value = ""
    test: str = ""
    times: Times = Times()
    money: Money = Money()
    tables: dict[str, dict[str, str]] = {}
    links: tuple[About, ...] = ()
