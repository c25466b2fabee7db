"""Tables of what happened: append-only, one row a message, written from the log and the outputs."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from readmodel.column import Instant, Key
from readmodel.order_table import METADATA, flags, instants, keys, numbers, words

_Column = Column[Any]  # Any: whatever the column holds

TIMELINE: Final = Table(
    "timeline",
    METADATA,
    Column("topic", Key, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    *keys("tenant", "order_key"),
    Column("generation", Integer, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    *words("what", "event_id", "actor", "source", "cause"),
    *words("axis", "profile", "subject", "before", "after"),
    *numbers("seq"),
    *words("because", "detail"),
    Index("ix_timeline_order", "order_key", "occurred_at"),
)
"""What came in and what it changed; the record's place in its topic makes it known (S4.19)."""

SCANS: Final = Table(
    "parcel_scan",
    METADATA,
    Column("order_key", Key, primary_key=True),
    Column("parcel", Key, primary_key=True),
    Column("occurred_at", Instant, primary_key=True),
    Column("code", Key, primary_key=True),
    Column("place", Key, primary_key=True),
    Column("tenant", Key, nullable=False),
    Column("generation", Integer, nullable=False),
    *words("state", "carrier", "reason", "local_time"),
    *flags("inferred"),
)
"""A scan's identity is the model's: parcel, code, time, place (spec model, 8.11)."""


def _messages(name: str, *own: _Column | Index) -> Table:
    return Table(
        name,
        METADATA,
        Column("id", Key, primary_key=True),
        *keys("tenant", "order_key", "channel"),
        Column("generation", Integer, nullable=False),
        Column("occurred_at", Instant, nullable=False),
        *own,
        Column("test", Boolean, nullable=False),
        Column("detail", Text, nullable=False),
        Index(f"ix_{name}_order", "order_key", "occurred_at"),
    )


NOTIFICATIONS: Final = _messages(
    "notification",
    *keys("trigger", "audience", "medium"),
    *words("template", "profile", "axis", "subject", "word", "locale"),
    *numbers("seq"),
)
ANOMALIES: Final = _messages(
    "anomaly",
    *keys("kind", "change", "severity"),
    *words("cause", "proposed"),
    Index("ix_anomaly_kind", "tenant", "kind", "occurred_at"),
)
RESULTS: Final = _messages(
    "command_result",
    *keys("command_id", "command"),
    *flags("accepted"),
    *words("guard", "reason", "actor"),
)
ACTIONS: Final = _messages(
    "action_required",
    *keys("action"),
    *numbers("amount"),
    *words("currency", "provider", "reference", "note"),
)
MESSAGES: Final = (NOTIFICATIONS, ANOMALIES, RESULTS, ACTIONS)

STOCK_MOVEMENTS: Final = Table(
    "stock_movement",
    METADATA,
    Column("topic", Key, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    *keys("tenant", "order_key", "line_id", "sku", "warehouse"),
    Column("generation", Integer, nullable=False),
    *instants("occurred_at"),
    *numbers("wanted", "committed"),
    Column("cause", Text, nullable=False),
    Index("ix_stock_movement_sku", "tenant", "sku", "warehouse"),
)
"""What order lines want of stocks, and what they did to them."""

STOCKS: Final = Table(
    "stock",
    METADATA,
    Column("tenant", Key, primary_key=True),
    Column("warehouse", Key, primary_key=True),
    Column("sku", Key, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    *numbers("on_hand", "allocated", "available", "committed", "available_to_pick", "expected"),
    *numbers("backordered", "balance"),
    *keys("health"),
    Index("ix_stock_health", "tenant", "health"),
)
"""Each stock as it is now."""

POSITIONS: Final = Table(
    "projection_position",
    METADATA,
    Column("consumer", Key, primary_key=True),
    Column("topic", Key, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
"""How far the view is: the offset that comes next, moved in the transaction that wrote the rows."""

GENERATIONS: Final = Table(
    "projection_generation",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    *instants("begun_at", "done_at"),
)
"""One row: which generation is written now. A rebuild begins a new one and removes the old."""

ERASED: Final = Table(
    "erased_order",
    METADATA,
    Column("order_key", Key, primary_key=True),
    Column("tenant", Key, nullable=False),
    Column("erased_at", Instant, nullable=False),
)
"""Orders of which nobody may know any more who they were for (X.20)."""

UNREADABLE: Final = Table(
    "unreadable_record",
    METADATA,
    Column("topic", Key, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    *words("key", "reason"),
)
"""Records that are no message of their topic; they hold nobody up and stay findable."""
