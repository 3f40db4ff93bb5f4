"""What Alembic runs: one transaction over the connection that ``storage.migrating`` hands in."""

from alembic import context

from storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
