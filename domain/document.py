"""The order as its source describes it: the body of `order.saved`, `order.placed`, `order.revised`.

A document is always whole: a newer one replaces an older one, whatever order they arrive in.
Single changes (an address, a cancelled line) are facts of their own.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from domain.vocabulary import HoldReason, Minor, Validity

LINES_MAX = 1_000
"""Lines of one order; more is a catalogue, not an order."""

Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Quantity = Annotated[int, Meta(ge=0, le=1_000_000)]
Money = Annotated[Minor, Meta(ge=-(10**15), le=10**15)]
Amount = Annotated[Minor, Meta(ge=0, le=10**15)]
Time = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(max_length=4_096)]
Id = Annotated[str, Meta(min_length=1, max_length=256)]
Personal = Annotated[str, Meta(max_length=24_000, extra={"personal": True})]
"""Text that may name a person: what erasing takes away (X.20, `personal.py`).

Plain it is as long as `Text` at most, which the edges see to; sealed it is longer (ADR 30).
"""


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One ordered article; `cancelled` is what was taken off again, `replaces` the line before it."""

    line_id: Id
    quantity: Quantity
    sku: Text = ""
    title: Text = ""
    unit_price: Money = Minor(0)
    cancelled: Quantity = 0
    warehouse: Text = ""
    drop_shippable: bool = False
    replaces: Text = ""


class Party(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person or firm; every field but `locale` is personal and may be erased (X.20)."""

    customer_id: Personal = ""
    name: Personal = ""
    email: Personal = ""
    phone: Personal = ""
    locale: Text = ""


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A postal address; every field but `country` is personal."""

    name: Personal = ""
    company: Personal = ""
    street: tuple[Personal, ...] = ()
    postal_code: Personal = ""
    city: Personal = ""
    region: Personal = ""
    country: Text = ""
    phone: Personal = ""


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The whole order; amounts in minor units of `currency`, `total` what the buyer owes.

    `payment_method` is manual for cash on delivery, transfer and the like (S2.14).
    `source_status` is the source's raw word, `validity` what it means, `hold` the hold it implies.
    `placed_at` is when the buyer ordered; without it the fact's time stands in.
    `ship_by` is the last day on which goods may leave (S0.9).
    `total_unknown` where the source does not tell it yet: `total` is 0 then, and nothing is free.
    """

    currency: Currency
    total: Money
    total_unknown: bool = False
    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES_MAX)] = ()
    number: Text = ""
    placed_at: Time | None = None
    shipping_total: Money = Minor(0)
    tax_total: Money = Minor(0)
    discount_total: Money = Minor(0)
    payment_method: Annotated[str, Meta(pattern="^(manual|online|)$")] = ""
    payment_method_name: Text = ""
    source_status: Text = ""
    validity: Validity = Validity.UNSTATED
    hold: HoldReason | None = None
    ship_by: date | None = None
    promised_at: Time | None = None
    shipping_method: Text = ""
    pickup: bool = False
    note: Personal = ""
    customer: Party | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
