"""Removing while others write: nothing they keep is lost, nothing that was removed comes back."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.errors import NotFound
from core.schemas.audit import Note, Suspect
from core.schemas.job import Lease
from core.settings import Settings
from graphs.running import RunControl
from storage.activating import put_in_place, version_to_build
from storage.checkpoints import open_checkpointer
from storage.database import Database
from storage.memory_rows import rows_of
from storage.protocols import Repositories
from storage.sweeping import forget_finished_threads
from tests.building import Build, begin_build
from worker.doing import Done
from worker.driving import drive

ROUNDS = 20


async def test_bytes_handed_in_while_another_document_that_has_them_is_deleted_stay(
    repositories: Repositories, library: Any
) -> None:
    for number in range(ROUNDS):
        words = f"The pump is red, {number} times."
        first = await repositories.documents.submit(library.upload(f"first {number}", words))

        _, second = await asyncio.gather(
            repositories.documents.delete(first.document.id),
            repositories.documents.submit(library.upload(f"second {number}", words)),
        )

        assert await repositories.documents.content(second.version.id) == words.encode()


async def test_a_document_handed_in_while_it_is_deleted_is_whole_or_gone(
    repositories: Repositories, library: Any
) -> None:
    for number in range(ROUNDS):
        first = await repositories.documents.submit(library.upload(f"pump {number}"))

        _, again = await asyncio.gather(
            repositories.documents.delete(first.document.id),
            repositories.documents.submit(library.upload(f"pump {number}", "Changed.")),
        )

        found = await repositories.documents.find(f"pump {number}")
        if found is not None:
            assert await repositories.documents.content(again.version.id) == b"Changed."
            assert (await repositories.jobs.get(again.job.id)).state == "queued"
        else:
            with pytest.raises(NotFound):
                await repositories.jobs.get(again.job.id)


async def test_a_document_deleted_while_it_becomes_active_is_gone(
    repositories: Repositories, library: Any
) -> None:
    for number in range(ROUNDS):
        submission = await repositories.documents.submit(library.upload(f"pump {number}"))
        lease = await library.claim(repositories, submission)
        made = [library.memory(submission.version, 0, "The pump is red.")]

        await asyncio.gather(
            repositories.memories.activate(submission.version.id, made, "letters", lease),
            repositories.documents.delete(submission.document.id),
            return_exceptions=True,  # the activation may come too late
        )

        assert await repositories.documents.find(f"pump {number}") is None
        with pytest.raises(NotFound):
            await repositories.memories.get([made[0].memory.id])


async def test_a_memory_quarantined_while_another_version_becomes_active_is_quarantined(
    database: Database, tenant_id: UUID, repositories: Repositories, library: Any
) -> None:
    _, (memory,) = await library.build(repositories, "pump", ["The pump is red."])
    submission = await repositories.documents.submit(library.upload("pump", "New."))
    version_id = submission.version.id
    made = [
        library.memory(submission.version, 0, "New."),
        library.memory(submission.version, 1, "The pump is red.", id=memory.id),
    ]
    rows = rows_of(tenant_id, version_id, made, "letters")

    async with database.transaction(tenant_id) as connection:
        version = await version_to_build(connection, version_id)
        await put_in_place(connection, rows, version.active_id)
        deciding = asyncio.create_task(repositories.memories.set_status(memory.id, "quarantined"))
        await until_one_waits(database)
    decided = await deciding

    assert (decided.version_id, decided.ordinal) == (version_id, 1)
    (kept,) = await repositories.memories.get([memory.id])
    assert (kept.version_id, kept.status) == (version_id, "quarantined")


async def test_a_principal_revoked_while_a_version_becomes_active_has_nothing_in_it(
    database: Database, tenant_id: UUID, repositories: Repositories, library: Any
) -> None:
    _, (old,) = await library.build(repositories, "pump", ["The pump is red."])
    await library.build(repositories, "pump", ["Nothing."])
    submission = await repositories.documents.submit(library.upload("pump", "New."))
    made = [
        library.memory(submission.version, 0, "New."),
        library.memory(submission.version, 1, "The pump is red.", id=old.id),
    ]
    rows = rows_of(tenant_id, submission.version.id, made, "letters")
    suspect = Suspect(field="principal", name=library.source.principal)

    async with database.transaction(tenant_id) as connection:
        version = await version_to_build(connection, submission.version.id)
        await put_in_place(connection, rows, version.active_id)
        revoking = asyncio.create_task(repositories.audits.revoke(suspect, Note(by="eve")))
        await until_one_waits(database)
    revocation, _ = await revoking

    kept = await repositories.memories.of_version(submission.version.id)
    assert [memory.status for memory in kept] == ["quarantined", "quarantined"]
    covered = await repositories.audits.revoked(revocation.id)
    assert covered >= {memory.id for memory in kept}


async def test_revoking_and_undoing_at_once_leaves_out_what_one_still_holds(
    repositories: Repositories, library: Any
) -> None:
    texts = [f"Pump {number} is red." for number in range(40)]
    _, made = await library.build(repositories, "pump", texts)
    source, note = library.source, Note(by="eve")
    by_origin = Suspect(field="origin", name=source.origin)
    by_principal = Suspect(field="principal", name=source.principal)
    for _ in range(ROUNDS):
        held = await repositories.audits.revoke(by_origin, note)
        fresh, _ = await asyncio.gather(
            repositories.audits.revoke(by_principal, note),
            repositories.audits.undo(held.revocation.id, note),
        )

        ids = [memory.id for memory in made]
        stand = await repositories.memories.get(ids)
        assert {memory.status for memory in stand} == {"quarantined"}
        await repositories.audits.undo(fresh.revocation.id, note)
        stand = await repositories.memories.get(ids)
        assert {memory.status for memory in stand} == {"verified"}


async def until_one_waits(database: Database) -> None:
    """Return when a statement of this database waits for a lock that another holds."""
    waiting = text("""
        select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
    """)
    async with asyncio.timeout(10):
        while True:
            async with database.transaction() as connection:
                if (await connection.execute(waiting)).scalar_one():
                    return
            await asyncio.sleep(0.01)


async def test_a_worker_whose_document_is_deleted_stops_quietly(
    database: Database, tenant_id: UUID, repositories: Repositories, library: Any
) -> None:
    submission = await repositories.documents.submit(library.upload())

    async def build(runtime: object, lease: Lease, *, control: RunControl) -> Done:
        await repositories.documents.delete(lease.document_id)
        await repositories.documents.text(lease.version_id)
        raise AssertionError("it was there")

    runtime: Any = SimpleNamespace(
        settings=Settings(), database=database, repositories=lambda _: repositories
    )
    control = RunControl()
    await drive(runtime, tenant_id, submission.job.id, owner="w", control=control, work=build)

    with pytest.raises(NotFound):
        await repositories.jobs.get(submission.job.id)


async def test_a_checkpoint_that_comes_after_the_deletion_is_swept_away(
    database: Database, tenant_id: UUID, repositories: Repositories
) -> None:
    begun = await begin_build(repositories, b"# Pump\n\nThe pump is red.\n")
    await repositories.documents.delete(begun.lease.document_id)
    thread: Any = {"configurable": {"thread_id": str(begun.lease.run_id), "checkpoint_ns": ""}}
    checkpoint: Any = {
        "v": 4,
        "id": "1",
        "ts": "",
        "channel_values": {"title": ["Pump"]},
        "channel_versions": {"title": "1"},
        "versions_seen": {},
    }
    async with open_checkpointer(database, tenant_id) as saver:
        await saver.aput(thread, checkpoint, {}, {"title": "1"})

    assert await forget_finished_threads(database) >= 1

    async with database.transaction(tenant_id) as connection:
        left = await connection.execute(text("select count(*) from checkpoints"))
        assert left.scalar_one() == 0


async def test_a_build_that_goes_on_after_the_deletion_keeps_nothing(
    database: Database, tenant_id: UUID, repositories: Repositories
) -> None:
    begun = await begin_build(repositories, b"# Pump\n\nThe pump is red.\n")
    await repositories.documents.delete(begun.lease.document_id)

    with pytest.raises(NotFound):
        await Build(repositories, begun.lease).run()

    async with database.transaction(tenant_id) as connection:
        left = await connection.execute(text("select count(*) from blobs"))
        assert left.scalar_one() == 0
