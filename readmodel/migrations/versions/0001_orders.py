"""Orders, their words, and the parts that people ask for most."""

import sqlalchemy as sa
from alembic import op

from readmodel.column import Instant, Key

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_orders()
    _make_order_word()
    _make_order_line()
    _make_order_shipment()
    _make_order_parcel()


def downgrade() -> None:
    op.drop_table("order_parcel")
    op.drop_table("order_shipment")
    op.drop_table("order_line")
    op.drop_table("order_word")
    op.drop_table("orders")


def _make_orders() -> None:
    op.create_table(
        "orders",
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
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("order_key"),
    )
    op.create_index("ix_orders_all", "orders", ["created_at", "order_key"], unique=False)
    op.create_index(
        "ix_orders_changed", "orders", ["tenant", "changed_at", "order_key"], unique=False
    )
    op.create_index(
        "ix_orders_channel",
        "orders",
        ["tenant", "channel", "created_at", "order_key"],
        unique=False,
    )
    op.create_index(
        "ix_orders_closure",
        "orders",
        ["tenant", "closure", "created_at", "order_key"],
        unique=False,
        postgresql_where=sa.text("closure <> 'open'"),
        sqlite_where=sa.text("closure <> 'open'"),
    )
    op.create_index(
        "ix_orders_created", "orders", ["tenant", "created_at", "order_key"], unique=False
    )
    op.create_index(
        "ix_orders_customer_email", "orders", ["customer_email", "tenant"], unique=False
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id", "tenant"], unique=False)
    op.create_index(
        "ix_orders_due",
        "orders",
        ["tenant", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_fulfilment",
        "orders",
        ["tenant", "fulfilment", "created_at", "order_key"],
        unique=False,
    )
    op.create_index(
        "ix_orders_hold",
        "orders",
        ["tenant", "hold", "created_at", "order_key"],
        unique=False,
        postgresql_where=sa.text("hold <> 'clear'"),
        sqlite_where=sa.text("hold <> 'clear'"),
    )
    op.create_index(
        "ix_orders_lifecycle",
        "orders",
        ["tenant", "lifecycle", "created_at", "order_key"],
        unique=False,
    )
    op.create_index("ix_orders_number", "orders", ["number", "tenant"], unique=False)
    op.create_index(
        "ix_orders_payment",
        "orders",
        ["tenant", "payment", "created_at", "order_key"],
        unique=False,
    )
    op.create_index(
        "ix_orders_risk",
        "orders",
        ["tenant", "risk", "created_at", "order_key"],
        unique=False,
        postgresql_where=sa.text("risk <> 'none'"),
        sqlite_where=sa.text("risk <> 'none'"),
    )
    op.create_index(
        "ix_orders_unfinished",
        "orders",
        ["tenant", "unfinished", "created_at", "order_key"],
        unique=False,
    )


def _make_order_word() -> None:
    op.create_table(
        "order_word",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("profile", Key(), nullable=False),
        sa.Column("axis", Key(), nullable=False),
        sa.Column("word", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "profile", "axis", "word"),
    )
    op.create_index(
        "ix_order_word_word",
        "order_word",
        ["tenant", "profile", "axis", "word", "created_at", "order_key"],
        unique=False,
    )


def _make_order_line() -> None:
    op.create_table(
        "order_line",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("line_id", Key(), server_default="", nullable=False),
        sa.Column("sku", Key(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("shipping_method", sa.Text(), server_default="", nullable=False),
        sa.Column("style", sa.Text(), server_default="", nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("unit_price", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ordered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancelled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("picked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("packed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("handed_over", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("delivered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("collected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("came_back", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("invoiced", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )
    op.create_index("ix_order_line_sku", "order_line", ["sku", "tenant"], unique=False)


def _make_order_shipment() -> None:
    op.create_table(
        "order_shipment",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("shipment_id", Key(), server_default="", nullable=False),
        sa.Column("state", Key(), server_default="", nullable=False),
        sa.Column("stage", Key(), server_default="", nullable=False),
        sa.Column("carrier", Key(), server_default="", nullable=False),
        sa.Column("service", sa.Text(), server_default="", nullable=False),
        sa.Column("handed_over_at", Instant(), nullable=True),
        sa.Column("expected_at", Instant(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )


def _make_order_parcel() -> None:
    op.create_table(
        "order_parcel",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("number", Key(), server_default="", nullable=False),
        sa.Column("state", Key(), server_default="", nullable=False),
        sa.Column("carrier", Key(), server_default="", nullable=False),
        sa.Column("shipment_id", Key(), server_default="", nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("scans", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )
    op.create_index("ix_order_parcel_carrier", "order_parcel", ["carrier", "tenant"], unique=False)
    op.create_index("ix_order_parcel_number", "order_parcel", ["number", "tenant"], unique=False)
