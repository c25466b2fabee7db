"""What orders are found by, with the index of the database's own kind."""

import sqlalchemy as sa
from alembic import op

from readmodel.column import Key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_order_search()
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql()
    else:
        _index_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE order_search_index")
    op.drop_table("order_search")


def _make_order_search() -> None:
    op.create_table(
        "order_search",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_key", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_key"),
    )


def _index_on_postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE INDEX ix_order_search_text ON order_search USING gin (text gin_trgm_ops)")


def _index_on_sqlite() -> None:
    """An index over the table's own text, kept by triggers; it stores no text of its own."""
    op.execute(
        "CREATE VIRTUAL TABLE order_search_index"
        " USING fts5(text, content='order_search', content_rowid='id', tokenize='trigram')"
    )
    added = "INSERT INTO order_search_index(rowid, text) VALUES (new.id, new.text);"
    removed = (
        "INSERT INTO order_search_index(order_search_index, rowid, text)"
        " VALUES ('delete', old.id, old.text);"
    )
    for event, then in (("INSERT", added), ("DELETE", removed), ("UPDATE", removed + added)):
        op.execute(
            f"CREATE TRIGGER order_search_{event.lower()} AFTER {event} ON order_search"
            f" BEGIN {then} END"
        )
