"""The other parts of an order."""

import sqlalchemy as sa
from alembic import op

from readmodel.column import Instant, Key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_payment_transaction()
    _make_order_hold()
    _make_order_return()
    _make_order_invoice()
    _make_order_note()
    _make_order_anomaly()


def downgrade() -> None:
    op.drop_table("order_anomaly")
    op.drop_table("order_note")
    op.drop_table("order_invoice")
    op.drop_table("order_return")
    op.drop_table("order_hold")
    op.drop_table("payment_transaction")


def _make_payment_transaction() -> None:
    op.create_table(
        "payment_transaction",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("kind", Key(), server_default="", nullable=False),
        sa.Column("provider", Key(), server_default="", nullable=False),
        sa.Column("reference", Key(), server_default="", nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )
    op.create_index(
        "ix_payment_transaction_reference",
        "payment_transaction",
        ["reference", "tenant"],
        unique=False,
    )


def _make_order_hold() -> None:
    op.create_table(
        "order_hold",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("hold_id", Key(), server_default="", nullable=False),
        sa.Column("reason", Key(), server_default="", nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )


def _make_order_return() -> None:
    op.create_table(
        "order_return",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("return_id", Key(), server_default="", nullable=False),
        sa.Column("state", Key(), server_default="", nullable=False),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )


def _make_order_invoice() -> None:
    op.create_table(
        "order_invoice",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("invoice_id", Key(), server_default="", nullable=False),
        sa.Column("number", Key(), server_default="", nullable=False),
        sa.Column("mode", Key(), server_default="", nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )


def _make_order_note() -> None:
    op.create_table(
        "order_note",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("note_id", Key(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )


def _make_order_anomaly() -> None:
    op.create_table(
        "order_anomaly",
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("kind", Key(), server_default="", nullable=False),
        sa.Column("about", Key(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_key", "position"),
    )
    op.create_index("ix_order_anomaly_kind", "order_anomaly", ["kind", "tenant"], unique=False)
