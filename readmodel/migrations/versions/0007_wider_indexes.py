"""PostgreSQL's indexes of sorts say too what is asked of an order; test orders have an index."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ASKED_TOO = ("lifecycle", "payment", "fulfilment", "channel", "source")
_SORTS = {
    "all": ["created_at"],
    "created": ["tenant", "created_at"],
    "changed": ["tenant", "changed_at"],
    "lifecycle": ["tenant", "lifecycle", "created_at"],
    "payment": ["tenant", "payment", "created_at"],
    "fulfilment": ["tenant", "fulfilment", "created_at"],
    "channel": ["tenant", "channel", "created_at"],
}


def upgrade() -> None:
    op.create_index(
        "ix_orders_test",
        "orders",
        ["tenant", "created_at", "order_key"],
        postgresql_where=sa.text("test"),
        sqlite_where=sa.text("test = 1"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for name, columns in _SORTS.items():
            too = [column for column in _ASKED_TOO if column not in columns]
            op.drop_index(f"ix_orders_{name}", "orders")
            op.create_index(f"ix_orders_by_{name}", "orders", [*columns, "order_key", *too])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, columns in _SORTS.items():
            op.drop_index(f"ix_orders_by_{name}", "orders")
            op.create_index(f"ix_orders_{name}", "orders", [*columns, "order_key"])
    op.drop_index("ix_orders_test", "orders")
