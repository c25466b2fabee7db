"""Alembic's entry: runs the migrations on the connection that `readmodel.database` hands over."""

from alembic import context

from readmodel.order_table import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, transactional_ddl=True, render_as_batch=False
)
context.run_migrations()
