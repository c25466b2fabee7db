"""Tables of orders: one row an order, and the parts of an order, written from its snapshot.

A part belongs to the snapshot's version: whoever writes an order replaces its parts. `detail` is
the part as the snapshot has it, with the fields that have no column. `tenant` stands in every
table, because every query asks for it (X.19).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from readmodel.column import Instant, Key

METADATA: Final = MetaData()

_Column = Column[Any]  # Any: whatever the column holds


def keys(*names: str) -> list[_Column]:
    """Make columns of text that is compared."""
    return [Column(name, Key, nullable=False, server_default="") for name in names]


def words(*names: str) -> list[_Column]:
    """Make columns of text that is only read."""
    return [Column(name, Text, nullable=False, server_default="") for name in names]


def numbers(*names: str) -> list[_Column]:
    """Make columns of whole numbers: pieces, or minor units of the order's currency."""
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in names]


def flags(*names: str) -> list[_Column]:
    """Make columns that are true or false."""
    return [Column(name, Boolean, nullable=False, server_default=text("false")) for name in names]


def instants(*names: str) -> list[_Column]:
    """Make columns of moments that may be unknown."""
    return [Column(name, Instant) for name in names]


_ASKED_TOO: Final = ("lifecycle", "payment", "fulfilment", "channel", "source")


def _walked(name: str, *sorted_by: str) -> list[Index]:
    """Make the index of a sort. PostgreSQL's says too what is most often asked of an order beside it.

    So it passes over those that it needs not without reading their rows. There each change of an
    order writes every index anyway; SQLite writes those alone of which a column changed (ADR 38).
    """
    columns = (*sorted_by, "order_key")
    too = (column for column in _ASKED_TOO if column not in columns)
    return [
        _of("postgresql", Index(f"ix_orders_by_{name}", *columns, *too)),
        _of("sqlite", Index(f"ix_orders_{name}", *columns)),
    ]


def _of(dialect: str, index: Index) -> Index:
    index.info["dialect"] = dialect
    index.ddl_if(dialect=dialect)
    return index


ORDERS: Final = Table(
    "orders",
    METADATA,
    Column("order_key", Key, primary_key=True),
    *keys("tenant", "channel", "external_id", "number", "source"),
    Column("version", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    *keys("lifecycle", "closure", "hold", "risk", "payment", "fulfilment"),
    *flags("valid", "test", "unfinished"),
    Column("created_at", Instant, nullable=False),  # placed_at, the epoch while nobody said it
    *instants("placed_at"),
    Column("changed_at", Instant, nullable=False),
    *instants("due_at", "cancelled_at"),
    *words("cancel_reason", "cancel_requester", "currency"),
    *numbers("total", "shipping_total", "tax_total", "discount_total", "due"),
    *numbers("authorized", "captured", "refunded", "refund_pending", "pending", "disputed"),
    *numbers("capture_pending", "reversal_pending"),
    *flags("voided", "pickup"),
    *words("payment_method", "payment_method_name", "shipping_method"),
    *keys("customer_id", "customer_name", "customer_email"),
    *words("customer_phone", "locale", "ship_to", "bill_to", "note"),
    Column("snapshot", Text, nullable=False),
    Column("digests", LargeBinary, nullable=False),
    *_walked("all", "created_at"),
    *_walked("created", "tenant", "created_at"),
    *_walked("changed", "tenant", "changed_at"),
    *_walked("lifecycle", "tenant", "lifecycle", "created_at"),
    *_walked("payment", "tenant", "payment", "created_at"),
    *_walked("fulfilment", "tenant", "fulfilment", "created_at"),
    *_walked("channel", "tenant", "channel", "created_at"),
    Index(
        "ix_orders_test",  # nearly no order is one
        *("tenant", "created_at", "order_key"),
        postgresql_where=text("test"),
        sqlite_where=text("test = 1"),
    ),
    Index(
        "ix_orders_unfinished",
        *("tenant", "created_at", "order_key"),
        postgresql_where=text("unfinished"),
        sqlite_where=text("unfinished = 1"),
    ),
    Index("ix_orders_number", "number", "tenant"),
    *(
        Index(
            f"ix_orders_{column}",
            *(column, "tenant"),
            postgresql_where=text(f"{column} <> ''"),
            sqlite_where=text(f"{column} <> ''"),
        )
        for column in ("customer_id", "customer_email")
    ),
    Index(
        "ix_orders_short_id",  # no trigram finds it
        *("external_id", "tenant"),
        postgresql_where=text("length(external_id) < 3"),
        sqlite_where=text("length(external_id) < 3"),
    ),
    *(
        Index(
            f"ix_orders_{axis}",
            "tenant",
            axis,
            "created_at",
            "order_key",
            postgresql_where=text(f"{axis} <> '{rest}'"),
            sqlite_where=text(f"{axis} <> '{rest}'"),
        )
        for axis, rest in (("closure", "open"), ("hold", "clear"), ("risk", "none"))
    ),
    Index(
        "ix_orders_due",
        "tenant",
        "due_at",
        postgresql_where=text("due_at IS NOT NULL"),
        sqlite_where=text("due_at IS NOT NULL"),
    ),
)


def _part(name: str, *own: _Column | Index) -> Table:
    return Table(
        name,
        METADATA,
        Column("order_key", Key, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("tenant", Key, nullable=False),
        *own,
        Column("detail", Text, nullable=False),
    )


LINES: Final = _part(
    "order_line",
    *keys("line_id", "sku"),
    *words("title", "warehouse", "shipping_method", "style", "colour"),
    *numbers("unit_price", "ordered", "cancelled", "reserved", "committed", "picked", "packed"),
    *numbers("handed_over", "delivered", "collected", "came_back", "returned", "invoiced"),
    Index("ix_order_line_sku", "sku", "tenant"),
)
SHIPMENTS: Final = _part(
    "order_shipment",
    *keys("shipment_id", "state", "stage", "carrier"),
    *words("service"),
    *instants("handed_over_at", "expected_at"),
)
PARCELS: Final = _part(
    "order_parcel",
    *keys("number", "state", "carrier", "shipment_id"),
    *instants("at"),
    *numbers("scans"),
    Index("ix_order_parcel_number", "number", "tenant"),
    Index("ix_order_parcel_carrier", "carrier", "tenant"),
)
TRANSACTIONS: Final = _part(
    "payment_transaction",
    *keys("kind", "provider", "reference"),
    *instants("at"),
    *numbers("amount"),
    *words("currency", "evidence"),
    Index("ix_payment_transaction_reference", "reference", "tenant"),
)
HOLDS: Final = _part("order_hold", *keys("hold_id", "reason"), *instants("since"), *words("note"))
RETURNS: Final = _part("order_return", *keys("return_id", "state"), *words("resolution", "reason"))
INVOICES: Final = _part(
    "order_invoice", *keys("invoice_id", "number", "mode"), *instants("at"), *flags("void")
)
NOTES: Final = _part("order_note", *keys("note_id"), *words("text"))
ANOMALY_PART: Final = _part(
    "order_anomaly",
    *keys("kind", "about"),
    Index("ix_order_anomaly_kind", "kind", "tenant"),
)
WORDS: Final = Table(
    "order_word",
    METADATA,
    Column("order_key", Key, primary_key=True),
    Column("profile", Key, primary_key=True),
    Column("axis", Key, primary_key=True),
    Column("word", Key, primary_key=True),
    Column("tenant", Key, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_order_word_word", "tenant", "profile", "axis", "word", "created_at", "order_key"),
)
SEARCH: Final = Table(
    "order_search",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("order_key", Key, nullable=False, unique=True),
    Column("tenant", Key, nullable=False),
    Column("text", Text, nullable=False),
)
"""What an order is found by; its text index is the database's own kind (`migrations`)."""

PARTS: Final = (
    LINES,
    SHIPMENTS,
    PARCELS,
    TRANSACTIONS,
    HOLDS,
    RETURNS,
    INVOICES,
    NOTES,
    ANOMALY_PART,
    WORDS,
)
