"""After a deletion every table of the database is walked through: nothing of the document is left,
except that runs happened, with ids and hashes."""

import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from core.schemas.answer import Answer
from storage.checkpoints import open_checkpointer
from storage.database import Database
from storage.protocols import Repositories
from tests.answering import ENCODER, ask
from tests.building import Build, begin_build

TEXT = """# Zorbinator handbook

## Grindlewort seal (GWS)

The Grindlewort Seal (GWS) is tightened to 62 Nm by Quillfeather. Its spring must not be stretched.

## Replacement

The GWS is pressed onto the shaft of the Zorbinator by hand. However, this must be done within ten
minutes, because the lubricant of Marzipania evaporates.
"""
NEWER = TEXT.replace("62 Nm", "73 Nm").replace("Marzipania", "Snorkelby")
WORDS = ("zorbinator", "grindlewort", "quillfeather", "marzipania", "snorkelby", "gws")
OTHER = "# Valves\n\nThe valve of the boiler is opened slowly. The valve is closed by hand.\n"

KEPT_IDS = {"runs", "run_reads", "steps", "entries"}
"""A run tells which documents it was about, and what its searches found, by id."""
KEPT_HASHES = {"steps", "entries"}


class Site(NamedTuple):
    tenant_id: UUID
    kept: Repositories
    owner_url: str
    builds: list[Build]
    answer: Answer


@pytest.fixture
async def site(
    database: Database, tenant_id: UUID, repositories: Repositories, database_owner_url: str
) -> Site:
    """A document in two versions, built like in a worker; one that has nothing to do with it; and
    an answer from each version."""
    builds = [await built(database, tenant_id, repositories, TEXT, "zorbinator")]
    await ask(repositories, "How tight is the seal?")
    builds.append(await built(database, tenant_id, repositories, NEWER, "zorbinator"))
    builds.append(await built(database, tenant_id, repositories, OTHER, "valves"))
    answer = await ask(repositories, "How tight is the seal?")
    return Site(tenant_id, repositories, database_owner_url, builds, answer)


async def built(
    database: Database, tenant_id: UUID, repositories: Repositories, text: str, name: str
) -> Build:
    """Its checkpoints are left, as by a worker that was killed before it could forget them."""
    begun = await begin_build(repositories, text.encode(), name)
    async with open_checkpointer(database, tenant_id) as saver:
        await Build(repositories, begun.lease, saver).run(encoder=ENCODER)
    await repositories.jobs.finish(begun.lease, "succeeded")
    return begun


def walk(site: Site) -> Iterator[tuple[str, str]]:
    """Every value of every row that is no other tenant's, of every table; packed ones unpacked."""
    tables = "select schemaname, tablename from pg_tables where schemaname in ('public', 'pgmq')"
    with psycopg.connect(site.owner_url, row_factory=dict_row) as connection:
        for found in connection.execute(tables).fetchall():
            table = sql.Identifier(found["schemaname"], found["tablename"])
            for row in connection.execute(sql.SQL("select * from {}").format(table)):
                if row.get("tenant_id", site.tenant_id) == site.tenant_id:
                    yield from ((found["tablename"], shown(value)) for value in row.values())


def shown(value: Any) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode(errors="replace")
    except zlib.error:
        return value.decode(errors="replace")


def tables_with(site: Site, *needles: str) -> set[str]:
    """The tables in which one of these words stands."""
    pattern = re.compile("|".join(map(re.escape, needles)), re.IGNORECASE)
    return {table for table, value in walk(site) if pattern.search(value)}


async def ids_and_hashes(site: Site) -> tuple[set[str], set[str]]:
    ids, hashes = set(), set()
    for build in site.builds[:2]:
        version = await site.kept.documents.version(build.lease.version_id)
        memories = await site.kept.memories.of_version(version.id)
        ids |= {str(version.id), str(version.document_id), *(str(m.id) for m in memories)}
        hashes |= {version.content_sha256, str(version.text_sha256)}
        hashes |= {memory.text_sha256 for memory in memories}
    return ids, hashes


async def test_nothing_of_a_deleted_document_is_left_in_any_table(site: Site) -> None:
    assert "73 Nm" in site.answer.text
    ids, hashes = await ids_and_hashes(site)
    before = tables_with(site, *WORDS)
    expected = {"blobs", "memories", "places", "postings", "entity_mentions", "checkpoint_blobs"}
    assert expected <= before

    removed = await site.kept.documents.delete(site.builds[0].lease.document_id)

    assert removed.runs == 4
    assert tables_with(site, *WORDS) == set()
    assert "run_reads" in tables_with(site, *ids) <= KEPT_IDS
    assert tables_with(site, *hashes) <= KEPT_HASHES


async def test_what_has_nothing_to_do_with_it_is_as_before(site: Site) -> None:
    other = site.builds[2]
    made = await site.kept.memories.of_version(other.lease.version_id)
    steps = await site.kept.runs.steps(other.lease.run_id)

    await site.kept.documents.delete(site.builds[0].lease.document_id)

    assert await site.kept.memories.of_version(other.lease.version_id) == made
    assert await site.kept.runs.steps(other.lease.run_id) == steps
    for step in steps:
        for digest in (*step.inputs.values(), *step.outputs.values()):
            await site.kept.runs.blob(digest)
    answer = await ask(site.kept, "How is the valve of the boiler opened?")
    assert "slowly" in answer.text


async def test_words_that_only_a_purged_version_had_are_left_nowhere(site: Site) -> None:
    old, new = (build.lease.version_id for build in site.builds[:2])
    assert "blobs" in tables_with(site, "marzipania", "62 Nm")

    await site.kept.documents.purge_version(old)

    assert tables_with(site, "marzipania", "62 Nm") == set()
    assert NEWER.splitlines()[0].strip("# ") in await site.kept.documents.text(new)
    answer = await ask(site.kept, "How tight is the seal?")
    assert "73 Nm" in answer.text
    assert {citation.version_id for citation in answer.citations} == {new}
