"""Migrations: repeatable, safe when several run at once, and equal to the tables in the code."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import storage
from core.errors import ConfigurationError, StorageUnavailable
from core.ids import new_id
from storage.database import Database, conninfo, sqlalchemy_url
from storage.embedded import APP, OWNER, EmbeddedPostgres
from storage.migrating import migrate
from storage.repositories import open_repositories
from storage.tables import metadata

TABLES = "select count(*) from pg_tables where schemaname in ('public', 'pgmq')"


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres):
    """A database with nothing but the extension, as an administrator hands it over."""
    name = f"empty_{new_id().hex}"
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(OWNER)}
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {name} owner {owner}").format(**names))
        with psycopg.connect(postgres.url("postgres", name), autocommit=True) as inside:
            inside.execute("create extension vector")
        yield name
        connection.execute(sql.SQL("drop database {name} with (force)").format(**names))


def count_tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(TABLES).fetchone()
    assert row is not None
    return int(row[0])


def test_migrating_again_changes_nothing(database_owner_url):
    before = count_tables(database_owner_url)

    migrate(database_owner_url, queue=True)

    assert count_tables(database_owner_url) == before


def test_several_may_migrate_at_once(postgres, empty_database, database_owner_url):
    url = postgres.url(OWNER, empty_database)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: migrate(url, queue=True), range(4)))

    assert count_tables(url) == count_tables(database_owner_url)


def test_the_tables_are_what_the_code_believes(database_owner_url):
    engine = create_engine(sqlalchemy_url(database_owner_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    ours = set(metadata.tables)
    relevant = [d for d in differences if _table_of(d) in ours and _kind_of(d) in _SHAPE]
    assert relevant == []
    engine.dispose()


_SHAPE = {"add_table", "add_column", "remove_column", "modify_type", "modify_nullable"}


def _first(difference):
    return difference[0] if isinstance(difference, list) else difference


def _kind_of(difference):
    return _first(difference)[0]


def _table_of(difference):
    kind, *rest = _first(difference)
    if kind == "add_table":
        return rest[0].name
    return rest[1] if kind.startswith(("add_column", "remove_column", "modify")) else None


ONE_VERSION = """
insert into tenants values ('{tenant}', 'ours');
insert into documents (tenant_id, id, external_id, title, collection, source)
values ('{tenant}', '{document}', 'pump', 'Pump', 'default', '{{}}');
insert into versions
    (tenant_id, id, document_id, number, content_sha256, filename, size, source, collection,
     status, batch)
values
    ('{tenant}', '{version}', '{document}', 1, '', '', 0, '{{}}', 'default', '{status}',
     '{version}');
"""

BEFORE_RUN_READS = """
insert into runs (tenant_id, id, graph, status, subject, engine, attempts, started_at)
select '{tenant}', run, 'answering', 'succeeded', '{{}}', '{{}}', 1, now()
from unnest(array['{read}', '{spoke}']::uuid[]) as run;
insert into steps
    (tenant_id, run_id, sequence, node, attempt, status, inputs, outputs, started_at, seconds)
select tenant_id, id, 0, 'retrieve', 1, 'succeeded', '{{}}', '{{}}', now(), 0 from runs;
insert into entries
    (tenant_id, run_id, sequence, node, ordinal, kind, name, request_sha256, value, started_at,
     seconds)
select tenant_id, run_id, 0, 'retrieve', number,
       case run_id when '{read}' then 'retrieval' else 'tool' end, 'hybrid', '',
       '[{{"version_id": "{version}"}}, {{"version_id": "{version}"}}]', now(), 0
from steps, generate_series(0, 1) as number
"""


async def test_a_deletion_finds_the_runs_that_were_recorded_before_reads_were(
    postgres, empty_database
):
    names = ("tenant", "document", "version", "read", "spoke")
    ids = {name: new_id() for name in names}
    owner_url = postgres.url(OWNER, empty_database)
    migrate_to("0006", owner_url)
    with psycopg.connect(owner_url) as connection:
        connection.execute(ONE_VERSION.format(status="failed", **ids).encode())
        connection.execute(BEFORE_RUN_READS.format(**ids).encode())

    migrate(owner_url)

    assert reads(owner_url) == [(ids["tenant"], ids["read"], ids["version"])]
    database = Database(postgres.url(APP, empty_database))
    kept = open_repositories(database, ids["tenant"])
    assert (await kept.documents.delete(ids["document"])).runs == 1
    assert (await kept.runs.get(ids["read"])).purged
    assert not (await kept.runs.get(ids["spoke"])).purged
    await database.close()


BEFORE_HOLDS = """
insert into memories
    (tenant_id, id, document_id, version_id, ordinal, status, collection, principal, origin, trust,
     content_type, length, decision, body)
select '{tenant}', id, '{document}', '{version}', number, 'quarantined', 'default', 'mallory', 'o',
       0.3, 'concept', 1, 'quarantined', '{{}}'
from unnest(array['{revoked}', '{by_hand}', '{both}', '{undone}']::uuid[])
     with ordinality as given(id, number);
insert into revocations (tenant_id, id, field, name, by, reason, memories, undone)
values ('{tenant}', '{standing}', 'principal', 'mallory', 'ada', '', 2, null),
       ('{tenant}', '{past}', 'origin', 'o', 'ada', '', 1, '{{"by": "ada"}}');
insert into revoked_memories (tenant_id, revocation_id, memory_id, decision)
values ('{tenant}', '{standing}', '{revoked}', 'verified'),
       ('{tenant}', '{standing}', '{both}', null),
       ('{tenant}', '{past}', '{undone}', null);
insert into runs (tenant_id, id, graph, status, subject, engine, attempts, started_at)
values ('{tenant}', '{run}', 'answering', 'succeeded', '{{}}', '{{}}', 1, now());
insert into audit_items (tenant_id, id, memory_id, run_id, risk, signals, decision)
values ('{tenant}', '{run}', '{both}', '{run}', 0.9, '[]', 'quarantine')
"""


def test_what_was_out_before_holds_were_is_held_by_who_took_it_out(postgres, empty_database):
    names = "tenant document version revoked by_hand both undone standing past run"
    ids = {name: new_id() for name in names.split()}
    owner_url = postgres.url(OWNER, empty_database)
    migrate_to("0009", owner_url)
    with psycopg.connect(owner_url) as connection:
        connection.execute(ONE_VERSION.format(status="active", **ids).encode())
        connection.execute(BEFORE_HOLDS.format(**ids).encode())

    migrate(owner_url)

    called = {value: name for name, value in ids.items()}
    with psycopg.connect(owner_url) as connection:
        held = connection.execute("select memory_id, holder from holds").fetchall()
        decided = connection.execute("select id from memories where decision = 'verified'")
        assert [called[memory_id] for (memory_id,) in decided] == ["revoked"]
        others = connection.execute("select count(*) from memories where decision is null")
        assert others.fetchone() == (3,)
    holders = {str(ids["standing"]): "standing"}
    assert sorted((called[memory_id], holders.get(by, by)) for memory_id, by in held) == [
        ("both", "hand"),
        ("both", "standing"),
        ("by_hand", "hand"),
        ("revoked", "standing"),
        ("undone", "hand"),
    ]


def migrate_to(revision: str, owner_url: str) -> None:
    """As an older release left its tables."""
    config = Config()
    folder = Path(storage.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def reads(owner_url: str) -> list[tuple[UUID, UUID, UUID]]:
    with psycopg.connect(owner_url) as connection:
        return connection.execute("select tenant_id, run_id, named from run_reads").fetchall()


def test_the_queue_is_installed_only_when_asked_for(postgres, empty_database):
    url = postgres.url(OWNER, empty_database)

    migrate(url)

    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regclass('pgmq.meta')").fetchone() == (None,)


def test_the_application_can_make_and_use_a_queue(database_url):
    with psycopg.connect(conninfo(database_url)) as connection:
        connection.execute("select pgmq.create('bells')")
        connection.execute("select pgmq.send('bells', '{\"job\": 1}')")
        read = connection.execute("select message from pgmq.read('bells', 30, 1)").fetchall()

    assert read == [({"job": 1},)]


def test_a_missing_role_is_told_with_the_remedy(postgres):
    with pytest.raises(ConfigurationError, match='create role "stranger"'):
        migrate(postgres.url(OWNER), app_role="stranger")


STRANGE = 'the "app" role-1 %s {name}'


async def test_any_role_may_be_the_application(postgres, empty_database):
    role, owner = sql.Identifier(STRANGE), sql.Identifier("another owner")
    with psycopg.connect(postgres.superuser_url, autocommit=True) as admin:
        for name in (role, owner):
            admin.execute(sql.SQL("create role {} login").format(name))
        database = sql.Identifier(empty_database)
        admin.execute(sql.SQL("alter database {} owner to {}").format(database, owner))
    acting = postgres.url("postgres", empty_database)

    migrate(f"{acting}&options=-c%20role%3Danother%5C%20owner", app_role=STRANGE, queue=True)

    with psycopg.connect(acting) as connection:
        owners = connection.execute(
            "select distinct tableowner from pg_tables where schemaname = 'public'"
        ).fetchall()
    assert owners == [("another owner",)]
    with psycopg.connect(acting, autocommit=True) as connection:
        connection.execute(sql.SQL("set role {}").format(role))
        connection.execute("select forget_finished_threads(1)")
        connection.execute("select count(*) from versions")
        connection.execute("select pgmq.create('bells')")


def test_a_missing_extension_is_a_configuration_error(postgres):
    with pytest.raises(ConfigurationError):
        migrate(postgres.url(OWNER, "template1"), app_role=APP)


def test_a_database_that_is_away_is_unavailable(tmp_path):
    with pytest.raises(StorageUnavailable):
        migrate(f"postgresql://nobody@/quaestor?host={tmp_path}")


@pytest.mark.parametrize("role", ["postgres", OWNER])
async def test_a_role_that_row_level_security_does_not_bind_is_refused(postgres, role):
    database = Database(postgres.url(role))

    with pytest.raises(ConfigurationError, match="row-level security"):
        await database.check()
    await database.close()


async def test_a_role_with_bypassrls_is_refused(postgres, database_url):
    database = Database(database_url)
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        connection.execute("alter role quaestor_app bypassrls")
        try:
            with pytest.raises(ConfigurationError, match="row-level security"):
                await database.check()
        finally:
            connection.execute("alter role quaestor_app nobypassrls")
            await database.close()


async def test_a_database_without_tables_is_refused(postgres, empty_database):
    database = Database(postgres.url(APP, empty_database))

    with pytest.raises(ConfigurationError, match="quaestor migrate"):
        await database.check()
    await database.close()


async def test_the_application_role_is_accepted(database_url):
    database = Database(database_url)

    await database.check()

    await database.close()
