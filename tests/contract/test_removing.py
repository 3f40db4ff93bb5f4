"""What every implementation promises about purging a version and deleting a document."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Conflict, LeaseLost, NotFound
from core.ids import new_id, sha256_of
from core.schemas.memory import SearchFilter
from core.schemas.run import Entry, Run, Step
from storage.protocols import Place

ANYWHERE = SearchFilter()
PUMP = {"pump": 1}
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


async def record(
    kept, graph: str, value: Any, *texts: bytes, run_id=None, error=None, said="secret"
) -> Run:
    """A run that took ``value`` from a search, heard something from a tool and kept some texts."""
    run = Run(id=run_id or new_id(), graph=graph, status="running", subject={}, started_at=MOMENT)
    await kept.runs.start(run)
    common: dict[str, Any] = {"request_sha256": "", "started_at": MOMENT, "seconds": 0.0}
    entries = (
        Entry(ordinal=0, kind="retrieval", name="hybrid", value=value, **common),
        Entry(ordinal=1, kind="tool", name="t", value=said, payload=texts[0], **common),
    )
    step = Step(
        run_id=run.id,
        sequence=0,
        node="retrieve",
        attempt=1,
        status="succeeded",
        inputs={"state": sha256_of(texts[-1])},
        error=error,
        entries=entries,
        started_at=MOMENT,
        seconds=0.0,
    )
    await kept.runs.add_step(step, {sha256_of(text): text for text in texts})
    return run


async def build_twice(kept, library):
    """A version that was superseded and one that is active; they share the first memory."""
    first, old = await library.build(kept, "pump", ["The pump is red.", "The pump is old."])
    submission = await kept.documents.submit(library.upload("pump", "New."))
    lease = await library.claim(kept, submission)
    version = await kept.documents.save_loaded(
        submission.version.id, library.loaded("New. The pump is red."), lease
    )
    made = [
        library.memory(version, 0, "New."),
        library.memory(version, 1, "The pump is red.", id=old[0].id),
    ]
    await kept.memories.activate(version.id, made, library.encoder, lease)
    await kept.jobs.finish(lease, "succeeded")
    return first.version, old, version, tuple(item.memory for item in made)


async def test_a_purged_version_is_gone_and_the_active_one_stays(kept, library):
    old_version, old, version, made = await build_twice(kept, library)

    removed = await kept.documents.purge_version(old_version.id)

    assert (removed.versions, removed.memories, removed.runs) == (1, 1, 0)
    assert removed.values > 0
    purged, active = await kept.documents.versions(version.document_id)
    assert (purged.id, purged.status, purged.title) == (old_version.id, "purged", None)
    assert purged.content_sha256 == old_version.content_sha256
    assert active.status == "active"
    for read in (kept.documents.text, kept.documents.units, kept.documents.content):
        with pytest.raises(NotFound):
            await read(old_version.id)
        assert await read(version.id)
    assert await kept.memories.of_version(old_version.id) == ()
    assert await kept.memories.get([old[0].id]) == (made[1],)
    for memory in old:
        with pytest.raises(NotFound):
            await kept.memories.at([Place(old_version.id, memory.id)])
    with pytest.raises(NotFound):
        await kept.memories.get([old[1].id])
    hits = await kept.memories.search_lexical(PUMP, 9, ANYWHERE)
    assert [hit.memory_id for hit in hits] == [old[0].id]


async def test_a_memory_whose_last_place_is_purged_stands_where_it_was_before(kept, library):
    first, old = await library.build(kept, "pump", ["The pump is red."])
    submission = await kept.documents.submit(library.upload("pump", "Second."))
    lease = await library.claim(kept, submission)
    again = library.memory(submission.version, 0, "The pump is red.", id=old[0].id)
    await kept.memories.activate(submission.version.id, [again], library.encoder, lease)
    await kept.jobs.finish(lease, "succeeded")
    await library.build(kept, "pump", ["Third."])

    await kept.documents.purge_version(submission.version.id)

    (memory,) = await kept.memories.get([old[0].id])
    assert (memory.version_id, memory.status) == (first.version.id, "superseded")


async def test_a_version_that_is_or_may_become_active_cannot_be_purged(kept, library):
    first, _ = await library.build(kept, "pump", ["The pump is red."])
    waiting = await kept.documents.submit(library.upload("pump", "Blue."))

    for version_id in (first.version.id, waiting.version.id):
        with pytest.raises(Conflict):
            await kept.documents.purge_version(version_id)

    assert await kept.documents.text(first.version.id) == "The pump is red."
    await kept.jobs.request_cancel(waiting.job.id)
    await kept.documents.purge_version(waiting.version.id)
    third = await kept.documents.submit(library.upload("pump", "Blue."))
    assert (third.created, third.version.number) == (True, 3)


async def test_values_that_something_else_holds_stay(kept, library):
    text = "The pump is red."
    await library.build(kept, "other", [text])
    first, _ = await library.build(kept, "pump", [text])
    answer = await record(kept, "answering", [], text.encode())

    removed = await kept.documents.delete(first.document.id)

    assert removed.values == 0
    other = await kept.documents.find("other")
    assert await kept.documents.content(other.active_version_id) == text.encode()
    assert await kept.runs.blob(sha256_of(text)) == text.encode()
    assert not (await kept.runs.get(answer.id)).purged


async def test_a_deleted_document_is_gone_with_everything_derived_from_it(kept, library):
    old_version, old, version, made = await build_twice(kept, library)
    other, _ = await library.build(kept, "other", ["The other pump."])
    jobs = [
        job.id for job in (await kept.jobs.list()).items if job.document_id != other.document.id
    ]

    removed = await kept.documents.delete(version.document_id)

    assert (removed.versions, removed.memories) == (2, 3)
    assert await kept.documents.find("pump") is None
    for version_id in (old_version.id, version.id):
        with pytest.raises(NotFound):
            await kept.documents.version(version_id)
        with pytest.raises(NotFound):
            await kept.memories.of_version(version_id)
    for memory in (*old, *made):
        with pytest.raises(NotFound):
            await kept.memories.get([memory.id])
    for job_id in jobs:
        with pytest.raises(NotFound):
            await kept.jobs.get(job_id)
    for digest in (version.content_sha256, version.text_sha256, old_version.content_sha256):
        with pytest.raises(NotFound):
            await kept.runs.blob(digest)
    (hit,) = await kept.memories.search_lexical(PUMP, 9, ANYWHERE)
    assert hit.memory_id != old[0].id
    with pytest.raises(NotFound):
        await kept.documents.delete(version.document_id)


async def test_a_run_that_read_what_is_deleted_keeps_its_hashes_only(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    by_version = await record(
        kept, "answering", [{"version_id": str(first.version.id)}], b"it is red", error="E: red"
    )
    by_memory = await record(kept, "answering", [[str(made[0].id), 1.0]], b"flagged: red")
    unrelated = await record(kept, "answering", [[str(new_id()), 1.0]], b"shared", b"elsewhere")
    await record(kept, "answering", [str(made[0].id)], b"shared")

    removed = await kept.documents.delete(first.document.id)

    assert removed.runs == 3
    for run, text in ((by_version, b"it is red"), (by_memory, b"flagged: red")):
        assert (await kept.runs.get(run.id)).purged
        (step,) = await kept.runs.steps(run.id)
        assert step.inputs == {"state": sha256_of(text)}
        assert [entry.value for entry in step.entries][1] is None
        assert "red" not in str(step.error)
        with pytest.raises(NotFound):
            await kept.runs.blob(sha256_of(text))
    assert not (await kept.runs.get(unrelated.id)).purged
    assert await kept.runs.blob(sha256_of(b"shared")) == b"shared"
    assert await kept.runs.blob(sha256_of(b"elsewhere")) == b"elsewhere"


async def test_a_run_read_every_id_that_stands_anywhere_in_what_a_search_told(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    version_id, memory_id = str(first.version.id), str(made[0].id)
    told = (
        {"found": [{memory_id: 1.0}]},
        f"\u00e9{memory_id}, and others",
        [1, None, {"of": version_id.upper()}],
    )
    runs = [await record(kept, "answering", value, b"red") for value in told]

    removed = await kept.documents.delete(first.document.id)

    assert removed.runs == len(runs)
    assert all([(await kept.runs.get(run.id)).purged for run in runs])


async def test_a_run_that_only_speaks_of_what_is_deleted_did_not_read_it(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    said = f"see {first.document.id}, {first.version.id} and {made[0].id}"
    run = await record(kept, "answering", [str(new_id())], b"blue", said=said)

    removed = await kept.documents.delete(first.document.id)

    assert removed.runs == 0
    assert not (await kept.runs.get(run.id)).purged
    (step,) = await kept.runs.steps(run.id)
    assert step.entries[1].value == said
    assert await kept.runs.blob(sha256_of(b"blue")) == b"blue"


async def test_a_run_read_what_a_step_found_before_it_was_done_again(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    run = await record(kept, "answering", [str(made[0].id)], b"it is red")
    (step,) = await kept.runs.steps(run.id)
    await kept.runs.add_step(step.model_copy(update={"attempt": 2, "entries": ()}), {})

    removed = await kept.documents.delete(first.document.id)

    assert removed.runs == 1
    assert (await kept.runs.get(run.id)).purged
    with pytest.raises(NotFound):
        await kept.runs.blob(sha256_of(b"it is red"))


async def test_a_run_that_goes_on_after_the_deletion_keeps_no_texts(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    run = await record(kept, "answering", [str(made[0].id)], b"before")
    await kept.documents.delete(first.document.id)
    (step,) = await kept.runs.steps(run.id)

    late = step.model_copy(update={"sequence": 1, "entries": ()})
    await kept.runs.add_step(late, {sha256_of(b"after"): b"after"})

    assert len(await kept.runs.steps(run.id)) == 2
    with pytest.raises(NotFound):
        await kept.runs.blob(sha256_of(b"after"))


async def test_a_build_under_way_cannot_bring_a_deleted_document_back(kept, library):
    submission = await kept.documents.submit(library.upload("pump", "The pump is red."))
    lease = await library.claim(kept, submission)
    run = await record(kept, "building", [], b"half done", run_id=lease.run_id)

    await kept.documents.delete(submission.document.id)

    loaded = library.loaded("The pump is red.")
    late = [library.memory(submission.version, 0, "The pump is red.")]
    for write in (
        kept.documents.save_loaded(submission.version.id, loaded, lease),
        kept.memories.activate(submission.version.id, late, library.encoder, lease),
        kept.jobs.heartbeat(lease, 30),
    ):
        with pytest.raises(LeaseLost):
            await write
    ended = await kept.runs.get(run.id)
    assert (ended.status, ended.purged) == ("cancelled", True)
    assert await kept.documents.find("pump") is None


async def test_the_same_bytes_after_a_deletion_are_a_new_version_of_a_new_document(kept, library):
    first, made = await library.build(kept, "pump", ["The pump is red."])
    await kept.documents.delete(first.document.id)

    again, _ = await library.build(kept, "pump", ["The pump is red."])

    assert again.created
    assert again.version.number == 1
    assert again.version.id != first.version.id
    with pytest.raises(NotFound):
        await kept.memories.at([Place(first.version.id, made[0].id)])


async def test_what_is_not_there_cannot_be_removed(kept):
    with pytest.raises(NotFound):
        await kept.documents.delete(new_id())
    with pytest.raises(NotFound):
        await kept.documents.purge_version(new_id())
