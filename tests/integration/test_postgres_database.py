"""The door to Postgres: what is away is said to be away, and comes back by itself."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from core.errors import ConfigurationError, InvalidRequest, StorageUnavailable
from storage.database import Database, conninfo, libpq_url, open_database
from storage.embedded import EmbeddedPostgres
from storage.migrating import migrate
from storage.repositories import open_repositories
from storage.tenants import create_tenant


@pytest.fixture
def mortal() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """A server that may be killed."""
    home = Path(tempfile.mkdtemp(prefix="quaestor-test-", dir="/tmp"))
    home.chmod(0o711)
    server = EmbeddedPostgres(home, fast=True)
    server.start()
    migrate(server.owner_url)
    yield server, home
    server.stop()
    shutil.rmtree(home)


async def use_until_it_breaks(kept, submission):
    """A killed postmaster's children take a moment to notice."""
    for _ in range(500):
        await kept.documents.get(submission.document.id)
        await asyncio.sleep(0.01)


async def test_after_a_crash_the_same_pool_works_again(mortal, library):
    server, home = mortal
    async with open_database(server.app_url, pool_size=2) as database:
        kept = open_repositories(database, await create_tenant(database, "acme"))
        submission = await kept.documents.submit(library.upload())

        os.kill(int((home / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        with pytest.raises(StorageUnavailable):
            await use_until_it_breaks(kept, submission)

        server.start()
        assert (await kept.jobs.get(submission.job.id)).state == "queued"


async def test_a_transaction_that_fails_leaves_nothing(database, tenant_id):
    async def fail_half_way():
        async with database.transaction(tenant_id) as connection:
            await connection.execute(
                text("insert into blobs values (:tenant, 'x', false, '')"), {"tenant": tenant_id}
            )
            raise KeyError

    with pytest.raises(KeyError):
        await fail_half_way()

    async with database.transaction(tenant_id) as connection:
        assert (await connection.execute(text("select count(*) from blobs"))).scalar_one() == 0


async def test_a_pool_that_is_used_up_is_unavailable(database_url, tenant_id, monkeypatch):
    monkeypatch.setattr("storage.database._POOL_SECONDS", 0.05)
    database = Database(database_url, pool_size=1)
    async with database.transaction(tenant_id):
        with pytest.raises(StorageUnavailable):
            async with database.transaction(tenant_id):
                pass
    await database.close()


async def test_a_statement_that_takes_too_long_is_unavailable(database_url, tenant_id):
    database = Database(database_url, pool_size=1, statement_seconds=0.1)
    started = time.monotonic()

    async def sleep(connection):
        await connection.execute(text("select pg_sleep(20)"))

    with pytest.raises(StorageUnavailable):
        async with database.transaction(tenant_id) as connection:
            await sleep(connection)
    with pytest.raises(StorageUnavailable):
        async with database.session(tenant_id) as driver:
            await driver.execute("select pg_sleep(20)")

    assert time.monotonic() - started < 10
    async with database.transaction(tenant_id, statement_seconds=5) as connection:
        await connection.execute(text("select pg_sleep(0.3)"))
    await database.close()


async def test_a_server_that_stands_still_is_unavailable(database_url, tenant_id, monkeypatch):
    monkeypatch.setattr("storage.database._SPARE_SECONDS", 0.2)
    database = Database(database_url, pool_size=1, statement_seconds=0.2)
    async with database.transaction(tenant_id) as connection:
        backend = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()

    os.kill(backend, signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            with pytest.raises(StorageUnavailable):
                async with database.transaction(tenant_id):
                    pass
            monkeypatch.undo()
            async with database.transaction(tenant_id) as connection:
                assert (await connection.execute(text("select 1"))).scalar_one() == 1
    finally:
        os.kill(backend, signal.SIGCONT)
        await database.close()


async def test_a_wait_for_a_lock_that_nobody_gives_back_is_unavailable(database_url, tenant_id):
    database = Database(database_url, pool_size=2, statement_seconds=0.2)
    lock = text("select pg_advisory_xact_lock(7)")
    async with database.transaction(tenant_id) as holder:
        await holder.execute(lock)
        with pytest.raises(StorageUnavailable):
            async with database.transaction(tenant_id) as waiter:
                await waiter.execute(lock)
    await database.close()


async def test_a_peer_that_vanished_is_noticed(database):
    async with database.transaction() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        known = driver.info.get_parameters()

    wanted = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
    assert wanted.items() <= known.items()
    assert known["tcp_user_timeout"] == "10000"


async def test_a_value_postgres_cannot_hold_is_an_invalid_request(database, tenant_id):
    async def search(value):
        async with database.transaction(tenant_id) as connection:
            await connection.execute(text("select :value"), {"value": value})

    with pytest.raises(InvalidRequest):
        await search("a\x00b")


async def test_a_server_that_is_not_there_is_unavailable(tmp_path):
    database = Database(f"postgresql://quaestor_app@/quaestor?host={tmp_path}")

    with pytest.raises(StorageUnavailable):
        await database.check()
    await database.close()


def test_a_url_is_understood_in_either_form():
    plain = "postgresql://app:s%40fe@db.example:6432/quaestor?sslmode=require"
    driver = plain.replace("postgresql:", "postgresql+psycopg:")

    assert libpq_url(plain) == libpq_url(driver)
    assert conninfo_to_dict(conninfo(driver)) == {
        "host": "db.example",
        "port": "6432",
        "dbname": "quaestor",
        "user": "app",
        "password": "s@fe",
        "sslmode": "require",
    }


def test_a_space_in_a_url_is_still_one():
    url = "postgresql://app@/q?options=-c%20role%3Dx&application_name=a%2Bb"

    assert conninfo_to_dict(libpq_url(url))["options"] == "-c role=x"
    assert conninfo_to_dict(libpq_url(url))["application_name"] == "a+b"


def test_the_queue_always_gets_a_password():
    assert conninfo_to_dict(conninfo("postgresql://app@/q?host=/run"))["password"]


def test_a_url_that_is_none_is_a_configuration_error():
    with pytest.raises(ConfigurationError):
        Database("not a url")
