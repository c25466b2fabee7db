"""Orders that left the hot state, and which version of an order left."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from readmodel.column import Instant, Key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_archived_order()
    op.create_table(
        "departed_order",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_key"),
    )


def downgrade() -> None:
    op.drop_table("departed_order")
    op.drop_table("archived_order")


def _make_archived_order() -> None:
    op.create_table(
        "archived_order",
        *_columns(),
        sa.PrimaryKeyConstraint("order_key", "created_at"),
        postgresql_partition_by="RANGE (created_at)",
    )
    for name, columns in (
        ("all", ["created_at", "order_key"]),
        ("created", ["tenant", "created_at", "order_key"]),
        ("number", ["number", "tenant"]),
        ("customer_id", ["customer_id", "tenant"]),
        ("customer_email", ["customer_email", "tenant"]),
    ):
        op.create_index(f"ix_archived_order_{name}", "archived_order", columns)


def _columns() -> list[sa.Column[Any]]:  # Any: of many types
    return [
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("channel", Key(), server_default="", nullable=False),
        sa.Column("external_id", Key(), server_default="", nullable=False),
        sa.Column("number", Key(), server_default="", nullable=False),
        sa.Column("source", Key(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("lifecycle", Key(), server_default="", nullable=False),
        sa.Column("closure", Key(), server_default="", nullable=False),
        sa.Column("hold", Key(), server_default="", nullable=False),
        sa.Column("risk", Key(), server_default="", nullable=False),
        sa.Column("payment", Key(), server_default="", nullable=False),
        sa.Column("fulfilment", Key(), server_default="", nullable=False),
        sa.Column("valid", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unfinished", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("cancel_requester", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("authorized", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("captured", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refund_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("disputed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("capture_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reversal_pending", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("voided", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pickup", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("payment_method", sa.Text(), server_default="", nullable=False),
        sa.Column("payment_method_name", sa.Text(), server_default="", nullable=False),
        sa.Column("shipping_method", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_id", Key(), server_default="", nullable=False),
        sa.Column("customer_name", Key(), server_default="", nullable=False),
        sa.Column("customer_email", Key(), server_default="", nullable=False),
        sa.Column("customer_phone", sa.Text(), server_default="", nullable=False),
        sa.Column("locale", sa.Text(), server_default="", nullable=False),
        sa.Column("ship_to", sa.Text(), server_default="", nullable=False),
        sa.Column("bill_to", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
    ]
