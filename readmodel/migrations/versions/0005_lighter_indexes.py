"""Indexes hold only what is asked for, and parts leave room to be changed where they stand."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHANGED_IN_PLACE = (
    *("order_line", "order_shipment", "order_parcel", "payment_transaction", "order_search"),
)
_FILLED_PERCENT = 85


def upgrade() -> None:
    op.drop_index("ix_orders_unfinished", "orders")
    _partial("ix_orders_unfinished", ["tenant", "created_at", "order_key"], _unfinished())
    for column in ("customer_id", "customer_email"):
        op.drop_index(f"ix_orders_{column}", "orders")
        _partial(f"ix_orders_{column}", [column, "tenant"], f"{column} <> ''")
    _partial("ix_orders_short_id", ["external_id", "tenant"], "length(external_id) < 3")
    if op.get_bind().dialect.name == "postgresql":
        for table in _CHANGED_IN_PLACE:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {_FILLED_PERCENT})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _CHANGED_IN_PLACE:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    op.drop_index("ix_orders_short_id", "orders")
    for column in ("customer_id", "customer_email"):
        op.drop_index(f"ix_orders_{column}", "orders")
        op.create_index(f"ix_orders_{column}", "orders", [column, "tenant"])
    op.drop_index("ix_orders_unfinished", "orders")
    op.create_index(
        "ix_orders_unfinished", "orders", ["tenant", "unfinished", "created_at", "order_key"]
    )


def _unfinished() -> str:
    return "unfinished" if op.get_bind().dialect.name == "postgresql" else "unfinished = 1"


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "orders", columns, postgresql_where=condition, sqlite_where=condition)
