"""Tables of orders that left the hot state: one row an order, without its parts.

The row holds the snapshot, of which all parts can be made again. PostgreSQL keeps one partition for
each year of placing, made when the first order of that year comes (`retention.py`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Table

from readmodel.column import Key
from readmodel.order_table import METADATA, ORDERS

_NOT_KEPT: Final = frozenset({"digests"})

ARCHIVED: Final = Table(
    "archived_order",
    METADATA,
    *(
        Column(
            column.name,
            column.type,
            primary_key=column.name in {"order_key", "created_at"},
            nullable=column.nullable,
            server_default=getattr(column.server_default, "arg", None),
        )
        for column in ORDERS.columns
        if column.name not in _NOT_KEPT
    ),
    Index("ix_archived_order_all", "created_at", "order_key"),
    Index("ix_archived_order_created", "tenant", "created_at", "order_key"),
    Index("ix_archived_order_number", "number", "tenant"),
    Index("ix_archived_order_customer_id", "customer_id", "tenant"),
    Index("ix_archived_order_customer_email", "customer_email", "tenant"),
    postgresql_partition_by="RANGE (created_at)",
)

DEPARTED: Final = Table(
    "departed_order",
    METADATA,
    Column("order_key", Key, primary_key=True),
    Column("tenant", Key, nullable=False),
    Column("version", BigInteger, nullable=False),
)
"""Which version of an order the hot state let go last, by the log; its row may come later."""
