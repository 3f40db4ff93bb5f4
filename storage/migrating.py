"""Brings a database to today's tables: ours, LangGraph's, and, when asked, the queue's.

Runs as the role that owns the tables; several processes may try at once. What the application
role may do is granted here and nowhere else.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from pgmq.install import install_pgmq_from_sql
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row
from sqlalchemy import create_engine
from sqlalchemy import exc as sa_exc
from sqlalchemy.pool import NullPool

from core.errors import ConfigurationError, StorageUnavailable
from storage.checkpoints import CHECKPOINT_TABLES, create_checkpoint_tables
from storage.database import libpq_url, sqlalchemy_url
from storage.tables import metadata

_LOCK = 0x71756573  # any number that is only ours
_LOCK_SECONDS = 300

_GRANT_TABLE = "grant select, insert, update, delete on {table} to {role}"
_GRANT_FUNCTIONS = """
grant execute on function
    due_jobs, tenant_of_key, forget_finished_threads, queue_recalibrations to {role}
"""
# The application makes its queues itself: it creates tables here and owns them, and what it owns
# nobody else can grant.
_GRANT_SCHEMA = "grant usage, create on schema pgmq to {role}"
_GRANT_QUEUE = "grant select, insert, update, delete on pgmq.{table} to {role}"
_GRANT_SEQUENCE = "grant usage on sequence pgmq.{table} to {role}"
_QUEUE_TABLES = """
select tablename as name from pg_tables where schemaname = 'pgmq' and tableowner = current_user
"""
_QUEUE_SEQUENCES = """
select sequencename as name from pg_sequences
where schemaname = 'pgmq' and sequenceowner = current_user
"""


def migrate(owner_url: str, *, app_role: str = "quaestor_app", queue: bool = False) -> None:
    """Upgrade the tables and grant them to ``app_role``; ``queue`` installs pgmq besides.

    Raises StorageUnavailable when the database is away, ConfigurationError when a database
    administrator has to act first.
    """
    try:
        with (
            psycopg.connect(
                libpq_url(owner_url), autocommit=True, row_factory=dict_row
            ) as connection,
            _exclusively(connection),
        ):
            _require_role(connection, app_role)
            _upgrade(owner_url)
            create_checkpoint_tables(connection)
            if queue:
                _install_queue(connection, owner_url)
            _grant(connection, app_role, queue=queue)
    except (psycopg.OperationalError, sa_exc.OperationalError) as exc:
        raise StorageUnavailable from exc
    except (psycopg.errors.InsufficientPrivilege, sa_exc.ProgrammingError) as exc:
        raise ConfigurationError(f"the database cannot be migrated: {exc.args[0]}") from exc


@contextmanager
def _exclusively(connection: Connection[DictRow]) -> Iterator[None]:
    """One migration at a time. Waiting inside a statement would block concurrent index builds."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while not _value(connection, "select pg_try_advisory_lock(%s) as value", _LOCK):
        if time.monotonic() > deadline:
            raise StorageUnavailable("another migration does not end")
        time.sleep(0.05)
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _require_role(connection: Connection[DictRow], role: str) -> None:
    if not _value(connection, "select 1 as value from pg_roles where rolname = %s", role):
        quoted = sql.Identifier(role).as_string()
        raise ConfigurationError(
            f"role {role!r} does not exist; a database administrator makes it with "
            f"`create role {quoted} login` and, in this database, `create extension vector`"
        )


def _upgrade(owner_url: str) -> None:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _install_queue(connection: Connection[DictRow], owner_url: str) -> None:
    if _value(connection, "select to_regclass('pgmq.meta')::text as value") is None:
        with psycopg.connect(libpq_url(owner_url)) as own:
            install_pgmq_from_sql(conn=own)


def _grant(connection: Connection[DictRow], role: str, *, queue: bool) -> None:
    with connection.transaction():
        for table in (*metadata.tables, *CHECKPOINT_TABLES):
            _execute(connection, _GRANT_TABLE, role, table)
        _execute(connection, _GRANT_FUNCTIONS, role)
        if queue:
            _grant_queue(connection, role)


def _grant_queue(connection: Connection[DictRow], role: str) -> None:
    _execute(connection, _GRANT_SCHEMA, role)
    for query, grant in ((_QUEUE_TABLES, _GRANT_QUEUE), (_QUEUE_SEQUENCES, _GRANT_SEQUENCE)):
        for row in connection.execute(query).fetchall():
            _execute(connection, grant, role, row["name"])


def _execute(connection: Connection[DictRow], grant: str, role: str, table: str = "") -> None:
    names = {"role": sql.Identifier(role), "table": sql.Identifier(table)}
    connection.execute(sql.SQL(grant).format(**names))


def _value(connection: Connection[DictRow], query: str, *parameters: object) -> object:
    row = connection.execute(query.encode(), parameters).fetchone()
    return None if row is None else row["value"]
