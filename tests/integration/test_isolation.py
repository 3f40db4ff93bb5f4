"""A tenant sees nothing of another, on any way in: row-level security, not good manners."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core.errors import NotFound, QuaestorError, Unauthorized
from core.ids import new_id, sha256_of
from core.schemas.audit import AuditItem, Note, Revocation, Suspect, Suspicion, Thresholds
from core.schemas.document import Document, Source, Span, Version
from core.schemas.job import Job, Lease
from core.schemas.memory import ContentType, Memory, SearchFilter
from core.schemas.network import Fact, Mention
from core.schemas.run import Entry, Run, Step
from storage.checkpoints import CHECKPOINT_TABLES, delete_thread, open_checkpointer
from storage.database import Database
from storage.protocols import Page, Place, Repositories
from storage.repositories import open_repositories
from storage.sweeping import due_jobs
from storage.tables import metadata
from storage.tenants import create_key, create_tenant, tenant_of_key

NOT_OF_A_TENANT = {"alembic_version", "checkpoint_migrations", "workers"}
ISOLATED = sorted({*metadata.tables, *CHECKPOINT_TABLES} - NOT_OF_A_TENANT)


SUSPECT = Suspect(field="principal", name="mallory")


class Secrets(NamedTuple):
    """One of everything, belonging to one tenant."""

    tenant_id: UUID
    document: Document
    version: Version
    job: Job
    lease: Lease
    memory: Memory
    run: Run
    revocation: Revocation
    item: AuditItem


@pytest.fixture
async def secrets(database, tenant_id, repositories, library) -> Secrets:
    _, memories = await library.build(repositories, "pump", ["The pump is red."])
    await repositories.memories.set_status(memories[0].id, "verified")
    submission = await repositories.documents.submit(library.upload("pump", "Other."))
    lease = await library.claim(repositories, submission)
    started = datetime.now(UTC)
    run = Run(id=lease.run_id, graph="building", status="running", subject={}, started_at=started)
    await repositories.runs.start(run)
    common = {"started_at": started, "seconds": 0.0}
    entry = Entry(ordinal=0, kind="tool", name="t", request_sha256="", value=1, **common)
    read = {"ordinal": 1, "kind": "retrieval", "value": [str(memories[0].id)]}
    search = Entry(name="hybrid", request_sha256="", **read, **common)
    step = Step(
        run_id=run.id,
        sequence=0,
        node="load",
        attempt=1,
        status="succeeded",
        inputs={},
        outputs={"state": sha256_of(b"secret")},
        entries=(entry, search),
        **common,
    )
    await repositories.runs.add_step(step, {sha256_of(b"secret"): b"secret"}, lease)
    await create_key(database, tenant_id, "cli")
    await keep_checkpoint(database, tenant_id, thread_of(run))
    mentions, facts = network_of(memories[0])
    await repositories.network.replace(memories[0].version_id, mentions, facts, lease)
    version = await repositories.documents.version(memories[0].version_id)
    document = await repositories.documents.get(version.document_id)
    audited = await audit(repositories, library, run)
    return Secrets(tenant_id, document, version, submission.job, lease, memories[0], run, *audited)


async def audit(repositories: Repositories, library: Any, run: Run) -> tuple[Revocation, AuditItem]:
    """Another document is suspected, and its principal revoked."""
    source = Source(principal="mallory", origin="board", trust="crawled")
    _, (lie,) = await library.build(repositories, "board", ["The valve is blue."], source=source)
    seen = Suspicion(memory_id=lie.id, run_id=run.id, risk=0.9, signals=())
    await repositories.audits.suspect([seen])
    fitted = Thresholds(exclude=0.7, clean=300, clean_removed=0.0, poison=0, poison_removed=0.0)
    await repositories.thresholds.keep("default", fitted)
    revoked = await repositories.audits.revoke(SUSPECT, Note(by="ada"))
    (item,) = (await repositories.audits.items()).items
    return revoked.revocation, item


@pytest.fixture
async def strangers(database) -> Repositories:
    return open_repositories(database, await create_tenant(database, f"stranger {new_id()}"))


def network_of(memory: Memory) -> tuple[list[Mention], list[Fact]]:
    pump = {"memory_id": memory.id, "entity": "pump"}
    mention = Mention(**pump, name="pump", surface="pump", kind="subject")
    spans = {"span": Span(start=0, end=16), "answer_span": Span(start=12, end=15)}
    said = {
        "question": "What colour is the pump?",
        "attribute": "colour pump",
        "answer": "red",
        "asks": "object",
    }
    return [mention], [Fact(**pump, **said, **spans, id=new_id(), chance=1.0)]


def thread_of(run: Run) -> Any:
    return {"configurable": {"thread_id": str(run.id), "checkpoint_ns": ""}}


async def keep_checkpoint(database: Database, tenant_id: UUID, thread: Any) -> None:
    async with open_checkpointer(database, tenant_id) as saver:
        checkpoint: Any = {
            "v": 4,
            "id": str(new_id()),
            "ts": "",
            "channel_values": {"state": ["secret"]},
            "channel_versions": {"state": "1"},
            "versions_seen": {},
        }
        config = await saver.aput(thread, checkpoint, {}, {"state": "1"})
        await saver.aput_writes(config, [("state", "secret")], "task")


READS: dict[str, Callable[[Repositories, Secrets], Awaitable[object]]] = {
    "documents.get": lambda r, s: r.documents.get(s.document.id),
    "documents.external_ids": lambda r, s: r.documents.external_ids([s.document.id]),
    "documents.find": lambda r, s: r.documents.find(s.document.external_id),
    "documents.list": lambda r, s: r.documents.list(),
    "documents.versions": lambda r, s: r.documents.versions(s.document.id),
    "documents.version": lambda r, s: r.documents.version(s.version.id),
    "documents.content": lambda r, s: r.documents.content(s.version.id),
    "documents.text": lambda r, s: r.documents.text(s.version.id),
    "documents.units": lambda r, s: r.documents.units(s.version.id),
    "memories.get": lambda r, s: r.memories.get([s.memory.id]),
    "memories.at": lambda r, s: r.memories.at([Place(s.version.id, s.memory.id)]),
    "memories.known_vectors": lambda r, s: r.memories.known_vectors(
        s.document.id, "letters", [s.memory.text_sha256]
    ),
    "memories.of_version": lambda r, s: r.memories.of_version(s.version.id),
    "memories.search_lexical": lambda r, s: r.memories.search_lexical(
        {"pump": 1}, 10, SearchFilter()
    ),
    "network.homes": lambda r, s: r.network.homes({"pump"}, SearchFilter()),
    "network.mentions": lambda r, s: r.network.mentions({"pump"}, 10, SearchFilter()),
    "network.named_in": lambda r, s: r.network.named_in([s.memory.id]),
    "network.facts": lambda r, s: r.network.facts({"pump"}, 10, SearchFilter()),
    "jobs.get": lambda r, s: r.jobs.get(s.job.id),
    "jobs.list": lambda r, s: r.jobs.list(),
    "jobs.events": lambda r, s: r.jobs.events(s.job.id),
    "runs.get": lambda r, s: r.runs.get(s.run.id),
    "runs.list": lambda r, s: r.runs.list(),
    "runs.steps": lambda r, s: r.runs.steps(s.run.id),
    "runs.blob": lambda r, s: r.runs.blob(sha256_of(b"secret")),
    "runs.output": lambda r, s: r.runs.output(s.run.id, "state"),
    "audits.touched": lambda r, s: touched(r),
    "audits.revocation": lambda r, s: r.audits.revocation(s.revocation.id),
    "audits.revocations": lambda r, s: r.audits.revocations(),
    "audits.revoked": lambda r, s: r.audits.revoked(s.revocation.id),
    "audits.held": lambda r, s: r.audits.held([s.item.memory_id]),
    "audits.items": lambda r, s: r.audits.items(),
    "thresholds.of": lambda r, s: r.thresholds.of("default"),
    "thresholds.list": lambda r, s: r.thresholds.list(),
}


async def touched(repositories: Repositories) -> tuple[object, ...]:
    return (await repositories.audits.touched(SUSPECT)).memories


WRITES: dict[str, Callable[[Repositories, Secrets], Awaitable[object]]] = {
    "memories.set_status": lambda r, s: r.memories.set_status(s.memory.id, "quarantined"),
    "jobs.claim": lambda r, s: r.jobs.claim(s.job.id, "thief", 30),
    "jobs.heartbeat": lambda r, s: r.jobs.heartbeat(s.lease, 30),
    "jobs.progress": lambda r, s: r.jobs.progress(s.lease, "load", 1, 1),
    "jobs.finish": lambda r, s: r.jobs.finish(s.lease, "succeeded"),
    "jobs.release": lambda r, s: r.jobs.release(s.lease),
    "jobs.request_cancel": lambda r, s: r.jobs.request_cancel(s.job.id),
    "documents.fail_version": lambda r, s: r.documents.fail_version(s.version.id, s.lease),
    "documents.purge_version": lambda r, s: r.documents.purge_version(s.version.id),
    "documents.delete": lambda r, s: r.documents.delete(s.document.id),
    "memories.activate": lambda r, s: r.memories.activate(s.version.id, [], "letters", s.lease),
    "network.replace": lambda r, s: r.network.replace(s.version.id, [], [], s.lease),
    "runs.start": lambda r, s: r.runs.start(s.run, s.lease),
    "runs.forget_steps": lambda r, s: r.runs.forget_steps(s.run.id, s.lease),
    "runs.finish": lambda r, s: r.runs.finish(s.run.id, "failed"),
    "audits.revoke": lambda r, s: r.audits.revoke(SUSPECT, Note(by="thief")),
    "audits.undo": lambda r, s: r.audits.undo(s.revocation.id, Note(by="thief")),
    "audits.decide": lambda r, s: r.audits.decide(s.item.id, "release", Note(by="thief")),
}


def found_in(answer: object) -> object:
    return answer.items if isinstance(answer, Page) else answer


@pytest.mark.parametrize("read", READS)
async def test_a_stranger_reads_nothing(read, repositories, strangers, secrets):
    assert found_in(await READS[read](repositories, secrets))

    try:
        answer = await READS[read](strangers, secrets)
    except NotFound:
        return
    assert not found_in(answer)


@pytest.mark.parametrize("layer", ["question", "core", "chunk"])
@pytest.mark.parametrize("dimensions", [384, 8])
async def test_a_stranger_is_near_to_nothing(
    layer, dimensions, database, library, repositories, strangers
):
    submission = await repositories.documents.submit(library.upload())
    lease = await library.claim(repositories, submission)
    item = library.memory(submission.version, 0, "The pump is red.")
    vector = library.vector("The pump is red.", dimensions)
    await repositories.memories.activate(
        submission.version.id, [item._replace(vectors={layer: vector})], "letters", lease
    )
    asked = (layer, vector, "letters", 10, SearchFilter())

    assert len(await repositories.memories.search_vector(*asked)) == 1
    assert await strangers.memories.search_vector(*asked) == ()


async def test_asking_for_content_types_shows_a_stranger_nothing(repositories, strangers, secrets):
    everything = SearchFilter(content_types=get_args(ContentType))

    assert await repositories.memories.search_lexical({"pump": 1}, 9, everything)
    assert await strangers.memories.search_lexical({"pump": 1}, 9, everything) == ()


async def test_a_stranger_does_not_see_what_is_quarantined(repositories, strangers, secrets):
    await repositories.memories.set_status(secrets.memory.id, "quarantined")

    assert await repositories.memories.search_quarantined({"pump": 1}, 9, SearchFilter())
    assert await strangers.memories.search_quarantined({"pump": 1}, 9, SearchFilter()) == ()


@pytest.mark.parametrize("write", WRITES)
async def test_a_stranger_changes_nothing(write, repositories, strangers, secrets):
    before = await repositories.jobs.get(secrets.job.id)

    with pytest.raises(QuaestorError):
        await WRITES[write](strangers, secrets)

    assert await repositories.jobs.get(secrets.job.id) == before
    assert (await repositories.memories.get([secrets.memory.id]))[0].status == "verified"
    assert (await repositories.documents.version(secrets.version.id)).status == "active"
    assert len(await repositories.network.homes({"pump"}, SearchFilter())) == 1
    assert (await repositories.runs.get(secrets.run.id)).status == "running"


async def test_the_statistics_of_a_search_are_the_tenants_own(library, repositories, strangers):
    await library.build(strangers, "pump", ["The pump is red.", "A valve."])
    alone = await strangers.memories.search_lexical({"pump": 1}, 9, SearchFilter())

    await library.build(repositories, "pump", ["The pump.", "The pump.", "The pump pump."])

    again = await strangers.memories.search_lexical({"pump": 1}, 9, SearchFilter())
    assert again == alone


async def test_the_same_names_and_bytes_do_not_meet(library, repositories, strangers):
    ours = await repositories.documents.submit(library.upload("pump", "The pump is red."))
    theirs = await strangers.documents.submit(library.upload("pump", "The pump is red."))

    assert theirs.created
    assert theirs.document.id != ours.document.id
    assert theirs.version.id != ours.version.id


@pytest.mark.parametrize("table", ISOLATED)
async def test_every_table_hides_the_rows_of_others(table, database, secrets):
    query = text(f"select count(*) from {table}")
    counts = []
    for tenant in (secrets.tenant_id, new_id(), None):
        async with database.transaction(tenant) as connection:
            counts.append((await connection.execute(query)).scalar_one())

    assert counts[0] > 0
    assert counts[1:] == [0, 0]


@pytest.mark.parametrize("table", ISOLATED)
async def test_no_row_can_be_moved_to_another_tenant(table, database, secrets):
    column = "id" if table == "tenants" else "tenant_id"
    moving = text(f"update {table} set {column} = gen_random_uuid()")

    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.transaction(secrets.tenant_id) as connection:
            await connection.execute(moving)


def test_every_table_has_row_level_security(database_owner_url):
    query = """
        select t.relname from pg_class t
        where t.relkind in ('r', 'p') and t.relnamespace = 'public'::regnamespace
          and not (t.relrowsecurity and exists (select from pg_policy where polrelid = t.oid))
    """
    with psycopg.connect(database_owner_url) as connection:
        open_tables = {name for (name,) in connection.execute(query)}

    assert open_tables == NOT_OF_A_TENANT


async def test_a_pooled_connection_forgets_its_tenant(database_url, tenant_id):
    database = Database(database_url, pool_size=1)
    async with database.session(tenant_id) as connection:
        await connection.execute("select 1")

    async with database.transaction() as pooled:
        setting = await pooled.execute(text("select current_setting('quaestor.tenant', true)"))
        rows = await pooled.execute(text("select count(*) from tenants"))
        assert not setting.scalar_one()
        assert rows.scalar_one() == 0
    await database.close()


async def test_a_stranger_cannot_load_or_delete_a_checkpoint(database, secrets):
    stranger = await create_tenant(database, f"stranger {new_id()}")
    thread = thread_of(secrets.run)

    async with open_checkpointer(database, stranger) as saver:
        assert await saver.aget_tuple(thread) is None
    await delete_thread(database, stranger, str(secrets.run.id))

    async with open_checkpointer(database, secrets.tenant_id) as saver:
        kept = await saver.aget_tuple(thread)
    assert kept is not None
    assert kept.checkpoint["channel_values"]["state"] == ["secret"]


async def test_across_tenants_only_ids_are_told(fresh_database_url, library):
    database = Database(fresh_database_url)
    made = set()
    for name in ("first", "second"):
        tenant = await create_tenant(database, name)
        submission = await open_repositories(database, tenant).documents.submit(library.upload())
        made.add((tenant, submission.job.id))

    assert set(await due_jobs(database, 0)) == made
    assert await due_jobs(database, 3600) == ()
    await database.close()


async def test_a_key_opens_its_own_tenant_only(database, tenant_id):
    key = await create_key(database, tenant_id, "cli")

    assert await tenant_of_key(database, key) == tenant_id
    for wrong in (key[:-1], key + "x", "", sha256_of(key), "\ud800", "\x00"):
        with pytest.raises(Unauthorized):
            await tenant_of_key(database, wrong)


async def test_a_key_is_not_stored(database, tenant_id):
    key = await create_key(database, tenant_id, "cli")

    async with database.transaction(tenant_id) as connection:
        row = (await connection.execute(text("select * from api_keys"))).one()
    assert key not in [str(value) for value in row]
