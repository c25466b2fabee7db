"""What happened, and how far the view is."""

import sqlalchemy as sa
from alembic import op

from readmodel.column import Instant, Key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_timeline()
    _make_parcel_scan()
    _make_notification()
    _make_anomaly()
    _make_command_result()
    _make_action_required()
    _make_stock_movement()
    _make_stock()
    _make_projection_position()
    _make_projection_generation()
    _make_erased_order()
    _make_unreadable_record()
    op.execute("INSERT INTO projection_generation (id, generation) VALUES (1, 1)")


def downgrade() -> None:
    op.drop_table("unreadable_record")
    op.drop_table("erased_order")
    op.drop_table("projection_generation")
    op.drop_table("projection_position")
    op.drop_table("stock")
    op.drop_table("stock_movement")
    op.drop_table("action_required")
    op.drop_table("command_result")
    op.drop_table("anomaly")
    op.drop_table("notification")
    op.drop_table("parcel_scan")
    op.drop_table("timeline")


def _make_timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("topic", Key(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("axis", sa.Text(), server_default="", nullable=False),
        sa.Column("profile", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "offset"),
    )
    op.create_index("ix_timeline_order", "timeline", ["order_key", "occurred_at"], unique=False)


def _make_parcel_scan() -> None:
    op.create_table(
        "parcel_scan",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("parcel", Key(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("code", Key(), nullable=False),
        sa.Column("place", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("local_time", sa.Text(), server_default="", nullable=False),
        sa.Column("inferred", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "parcel", "occurred_at", "code", "place"),
    )


def _make_notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("channel", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("trigger", Key(), server_default="", nullable=False),
        sa.Column("audience", Key(), server_default="", nullable=False),
        sa.Column("medium", Key(), server_default="", nullable=False),
        sa.Column("template", sa.Text(), server_default="", nullable=False),
        sa.Column("profile", sa.Text(), server_default="", nullable=False),
        sa.Column("axis", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("word", sa.Text(), server_default="", nullable=False),
        sa.Column("locale", sa.Text(), server_default="", nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_notification_order", "notification", ["order_key", "occurred_at"], unique=False
    )


def _make_anomaly() -> None:
    op.create_table(
        "anomaly",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("channel", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("kind", Key(), server_default="", nullable=False),
        sa.Column("change", Key(), server_default="", nullable=False),
        sa.Column("severity", Key(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed", sa.Text(), server_default="", nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_anomaly_kind", "anomaly", ["tenant", "kind", "occurred_at"], unique=False)
    op.create_index("ix_anomaly_order", "anomaly", ["order_key", "occurred_at"], unique=False)


def _make_command_result() -> None:
    op.create_table(
        "command_result",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("channel", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("command_id", Key(), server_default="", nullable=False),
        sa.Column("command", Key(), server_default="", nullable=False),
        sa.Column("accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("guard", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_command_result_order", "command_result", ["order_key", "occurred_at"], unique=False
    )


def _make_action_required() -> None:
    op.create_table(
        "action_required",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("channel", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("action", Key(), server_default="", nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("provider", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_action_required_order", "action_required", ["order_key", "occurred_at"], unique=False
    )


def _make_stock_movement() -> None:
    op.create_table(
        "stock_movement",
        sa.Column("topic", Key(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), server_default="", nullable=False),
        sa.Column("order_key", Key(), server_default="", nullable=False),
        sa.Column("line_id", Key(), server_default="", nullable=False),
        sa.Column("sku", Key(), server_default="", nullable=False),
        sa.Column("warehouse", Key(), server_default="", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=True),
        sa.Column("wanted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "offset"),
    )
    op.create_index(
        "ix_stock_movement_sku", "stock_movement", ["tenant", "sku", "warehouse"], unique=False
    )


def _make_stock() -> None:
    op.create_table(
        "stock",
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("warehouse", Key(), nullable=False),
        sa.Column("sku", Key(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("allocated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("available", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("committed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("available_to_pick", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("backordered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("health", Key(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "warehouse", "sku"),
    )
    op.create_index("ix_stock_health", "stock", ["tenant", "health"], unique=False)


def _make_projection_position() -> None:
    op.create_table(
        "projection_position",
        sa.Column("consumer", Key(), nullable=False),
        sa.Column("topic", Key(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition"),
    )


def _make_projection_generation() -> None:
    op.create_table(
        "projection_generation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _make_erased_order() -> None:
    op.create_table(
        "erased_order",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("order_key"),
    )


def _make_unreadable_record() -> None:
    op.create_table(
        "unreadable_record",
        sa.Column("topic", Key(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "offset"),
    )
