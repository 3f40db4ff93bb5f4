"""One Postgres for the session, one database for each test module, one tenant for each test.

The server is the embedded one in fast mode, so the tests need nothing installed and never skip.
Under pytest-xdist every worker starts its own.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from core.ids import new_id
from storage.database import Database
from storage.embedded import APP, DATABASE, OWNER, EmbeddedPostgres
from storage.migrating import migrate
from storage.protocols import Repositories
from storage.repositories import open_repositories
from storage.tenants import create_tenant


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server whose database ``quaestor`` is migrated and serves as the template."""
    home = Path(tempfile.mkdtemp(prefix="quaestor-test-", dir="/tmp"))
    home.chmod(0o711)  # as root, Postgres runs as another user who must pass through
    server = EmbeddedPostgres(home, fast=True)
    try:
        server.start()
        migrate(server.owner_url, queue=True)
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def _cloned(server: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    names = {
        "name": sql.Identifier(name),
        "owner": sql.Identifier(OWNER),
        "template": sql.Identifier(DATABASE),
    }
    create = "create database {name} owner {owner} template {template} strategy file_copy"
    drop = "drop database {name} with (force)"
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(create).format(**names))
        yield name
        connection.execute(sql.SQL(drop).format(**names))


@pytest.fixture(scope="module")
def database_name(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated, empty database shared by the tests of one module."""
    yield from _cloned(postgres)


@pytest.fixture(scope="module")
def database_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The module's database as the application role."""
    return postgres.url(APP, database_name)


@pytest.fixture(scope="module")
def database_owner_url(postgres: EmbeddedPostgres, database_name: str) -> str:
    """The module's database as the role that owns the tables."""
    return postgres.url(OWNER, database_name)


@pytest.fixture
def fresh_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of this one test, for what crosses tenants."""
    for name in _cloned(postgres):
        yield postgres.url(APP, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database, opened in this test's event loop."""
    opened = Database(database_url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant_id(database: Database) -> UUID:
    """A tenant nobody else uses."""
    return await create_tenant(database, f"tenant {new_id()}")


@pytest.fixture
def repositories(database: Database, tenant_id: UUID) -> Repositories:
    """What that tenant keeps, in Postgres."""
    return open_repositories(database, tenant_id)
