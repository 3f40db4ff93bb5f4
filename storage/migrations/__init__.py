"""Alembic revisions; ``storage.migrating`` runs them."""
