"""Migrates the database the settings name, and grants it to the role the service will use."""

from psycopg.conninfo import conninfo_to_dict

from core.settings import Settings
from storage.database import libpq_url
from storage.migrating import migrate


def migrate_as_set(settings: Settings, owner_url: str) -> None:
    """As the owner; the application role is the one that QUAESTOR_DATABASE_URL names.

    Raises StorageUnavailable and ConfigurationError.
    """
    queue = settings.broker_url is None
    given = settings.database_url
    role = conninfo_to_dict(libpq_url(given.get_secret_value())).get("user") if given else None
    if role is None:
        migrate(owner_url, queue=queue)
    else:
        migrate(owner_url, app_role=str(role), queue=queue)
