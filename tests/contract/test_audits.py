"""What every implementation of Audits promises."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.errors import Conflict, NotFound
from core.ids import new_id
from core.schemas.audit import Note, Suspect, Suspicion
from core.schemas.document import Source
from core.schemas.evidence import Signal
from core.schemas.memory import SearchFilter
from tests.recorded import record_run

START = datetime(2026, 5, 6, tzinfo=UTC)
MALLORY = Source(principal="mallory", origin="board.example", trust="crawled")
P_MALLORY = Suspect(field="principal", name="mallory")
O_BOARD = Suspect(field="origin", name="board.example")
NOTE = Note(by="eve", reason="it lies")


async def ask(kept, question, found=(), minutes=0, **other):
    """A finished answering run that found these memories."""
    said = {"answer": f"answer to {question}".encode()}
    started = START + timedelta(minutes=minutes)
    ids = [memory.id for memory in found]
    return await record_run(kept, question, found=ids, left=said, started_at=started, **other)


@pytest.fixture
async def lies(kept, library):
    _, made = await library.build(kept, "board", ["The pump is blue.", "So is it."], source=MALLORY)
    return made


@pytest.fixture
async def truth(kept, library):
    _, made = await library.build(kept, "manual", ["The pump is red."])
    return made


async def status_of(kept, memory_id: UUID) -> str:
    (memory,) = await kept.memories.get([memory_id])
    return memory.status


def suspicion(memory, run, **other):
    signal = Signal(code="echo", memory_id=memory.id, value=0.9, hard=True, detail="asks it")
    known = {"memory_id": memory.id, "run_id": run.id, "risk": 0.9, "signals": (signal,)}
    return Suspicion(**{**known, **other})


@pytest.mark.parametrize("suspect", [P_MALLORY, O_BOARD])
async def test_touched_names_memories_and_the_runs_that_found_them(kept, lies, truth, suspect):
    both = await ask(kept, "What colour?", lies, 1)
    one = await ask(kept, "Which one?", [lies[0], truth[0]], 2)
    await ask(kept, "What else?", truth, 3)

    touched = await kept.audits.touched(suspect)

    assert [(memory.memory_id, memory.runs) for memory in touched.memories] == [
        (lies[0].id, 2),
        (lies[1].id, 1),
    ]
    assert [(run.run_id, run.question, run.memories) for run in touched.runs] == [
        (one.id, "Which one?", 1),
        (both.id, "What colour?", 2),
    ]
    assert (touched.memories_total, touched.runs_total) == (2, 2)


async def test_touched_counts_what_it_leaves_out(kept, lies):
    for minute in range(3):
        await ask(kept, f"Question {minute}?", lies, minute)

    touched = await kept.audits.touched(P_MALLORY, limit=1)

    assert (len(touched.memories), touched.memories_total) == (1, 2)
    assert [run.question for run in touched.runs] == ["Question 2?"]
    assert touched.runs_total == 3


async def test_building_runs_are_not_touched(kept, lies):
    await ask(kept, "", lies, graph="building")

    touched = await kept.audits.touched(P_MALLORY)

    assert (touched.runs, [memory.runs for memory in touched.memories]) == ((), [0, 0])


async def test_nobody_touched_nothing(kept):
    touched = await kept.audits.touched(P_MALLORY)

    assert (touched.memories, touched.runs, touched.memories_total) == ((), (), 0)


async def test_revoking_takes_out_of_retrieval_and_deletes_nothing(kept, lies, truth):
    revocation, _ = await kept.audits.revoke(P_MALLORY, NOTE)

    hits = await kept.memories.search_lexical({"pump": 1, "it": 1}, 9, SearchFilter())
    assert [hit.memory_id for hit in hits] == [truth[0].id]
    assert {await status_of(kept, memory.id) for memory in lies} == {"quarantined"}
    assert (revocation.by, revocation.reason, revocation.memories) == ("eve", "it lies", 2)
    assert await kept.audits.revocation(revocation.id) == revocation
    assert await kept.audits.revoked(revocation.id) == {memory.id for memory in lies}
    assert (await kept.audits.revocations()).items == (revocation,)


async def test_revoking_queues_each_question_once_the_last_asked_first(kept, lies, truth):
    await ask(kept, "What colour?", lies, 1)
    again = await ask(kept, "What colour?", lies, 2)
    other = await ask(kept, "Which one?", lies, 3)
    await ask(kept, "What else?", truth, 4)

    revocation, jobs = await kept.audits.revoke(P_MALLORY, NOTE)

    assert [job.asked_run_id for job in jobs] == [other.id, again.id]
    assert {(job.kind, job.state, job.document_id) for job in jobs} == {
        ("answers.ask_again", "queued", None)
    }
    assert await kept.audits.jobs_of(revocation.id) == jobs
    assert [event.type for event in await kept.jobs.events(jobs[0].id)] == ["queued"]


async def test_revoking_queues_no_more_than_was_said(kept, lies):
    for minute in range(3):
        await ask(kept, f"Question {minute}?", lies, minute)

    _, jobs = await kept.audits.revoke(P_MALLORY, NOTE, most=2)

    assert len(jobs) == 2


async def test_a_queued_question_is_claimed_like_any_job(kept, lies):
    run = await ask(kept, "What colour?", lies)
    _, (job,) = await kept.audits.revoke(P_MALLORY, NOTE)

    lease = await kept.jobs.claim(job.id, "worker", 30)

    assert lease is not None
    assert (lease.kind, lease.asked_run_id) == ("answers.ask_again", run.id)
    assert (lease.document_id, lease.version_id) == (None, None)
    await kept.jobs.finish(lease, "succeeded")
    assert (await kept.jobs.get(job.id)).state == "succeeded"


async def test_revoking_where_nothing_is_left_is_refused(kept, lies):
    await kept.audits.revoke(P_MALLORY, NOTE)

    for suspect in (P_MALLORY, Suspect(field="origin", name="nowhere")):
        with pytest.raises(NotFound):
            await kept.audits.revoke(suspect, NOTE)


async def test_undoing_puts_back_what_was_taken_out_and_only_that(kept, lies):
    await kept.memories.set_status(lies[1].id, "quarantined")
    revocation, _ = await kept.audits.revoke(P_MALLORY, NOTE)

    undone = await kept.audits.undo(revocation.id, Note(by="ada", reason="a mistake"))

    assert await status_of(kept, lies[0].id) == "verified"
    assert await status_of(kept, lies[1].id) == "quarantined"
    assert undone.undone is not None
    assert (undone.undone.by, undone.undone.reason) == ("ada", "a mistake")
    assert await kept.audits.revocation(revocation.id) == undone
    with pytest.raises(Conflict):
        await kept.audits.undo(revocation.id, NOTE)


async def test_undoing_leaves_what_a_person_decided_since(kept, lies):
    run = await ask(kept, "What colour?", lies)
    await kept.audits.suspect([suspicion(lies[0], run)])
    (item,) = (await kept.audits.items()).items
    revocation, _ = await kept.audits.revoke(P_MALLORY, NOTE)
    await kept.audits.decide(item.id, "quarantine", NOTE)

    await kept.audits.undo(revocation.id, NOTE)

    assert await status_of(kept, lies[0].id) == "quarantined"
    assert await status_of(kept, lies[1].id) == "verified"


async def test_undoing_leaves_what_another_revocation_holds(kept, lies):
    first, _ = await kept.audits.revoke(P_MALLORY, NOTE)
    await kept.memories.set_status(lies[0].id, "verified")
    second, _ = await kept.audits.revoke(O_BOARD, NOTE)

    await kept.audits.undo(first.id, NOTE)
    assert await status_of(kept, lies[0].id) == "quarantined"

    await kept.audits.undo(second.id, NOTE)
    assert await status_of(kept, lies[0].id) == "verified"


async def test_a_suspicion_opens_one_item_for_each_memory(kept, lies):
    run = await ask(kept, "What colour?", lies)
    seen = suspicion(lies[0], run)

    assert await kept.audits.suspect([seen, suspicion(lies[0], run, risk=0.1)]) == 1
    assert await kept.audits.suspect([seen]) == 0
    assert await kept.audits.suspect([]) == 0

    (item,) = (await kept.audits.items(is_open=True)).items
    assert (item.memory_id, item.run_id, item.collection) == (lies[0].id, run.id, "default")
    assert (item.risk, item.signals, item.decision) == (0.9, seen.signals, None)
    assert await status_of(kept, lies[0].id) == "verified"


async def test_what_is_gone_or_decided_opens_nothing(kept, lies):
    run = await ask(kept, "What colour?", lies)
    await kept.memories.set_status(lies[0].id, "verified")
    gone = suspicion(lies[1], run, memory_id=new_id())

    assert await kept.audits.suspect([gone, suspicion(lies[0], run)]) == 0


@pytest.mark.parametrize(
    ("decision", "status"), [("quarantine", "quarantined"), ("release", "verified")]
)
async def test_a_decision_closes_the_item_and_holds(kept, lies, decision, status):
    run = await ask(kept, "What colour?", lies)
    await kept.audits.suspect([suspicion(lies[0], run)])
    (item,) = (await kept.audits.items()).items

    decided = await kept.audits.decide(item.id, decision, NOTE)

    assert (decided.decision, decided.by, decided.reason) == (decision, "eve", "it lies")
    assert decided.decided_at is not None
    assert await status_of(kept, lies[0].id) == status
    assert (await kept.audits.items(is_open=True)).items == ()
    assert (await kept.audits.items(is_open=False)).items == (decided,)


async def test_a_decision_about_a_superseded_memory_waits_for_its_return(kept, lies, library):
    run = await ask(kept, "What colour?", lies)
    await kept.audits.suspect([suspicion(lies[0], run)])
    await library.build(kept, "board", ["Nothing of it is left."], source=MALLORY)
    (item,) = (await kept.audits.items()).items

    await kept.audits.decide(item.id, "quarantine", NOTE)

    assert await status_of(kept, lies[0].id) == "superseded"


async def test_audits_go_with_the_document(kept, lies):
    run = await ask(kept, "What colour?", lies)
    await kept.audits.suspect([suspicion(lies[0], run)])
    revocation, _ = await kept.audits.revoke(P_MALLORY, NOTE)

    await kept.documents.delete(lies[0].document_id)

    assert (await kept.audits.items()).items == ()
    assert await kept.audits.revoked(revocation.id) == frozenset()
    assert (await kept.audits.revocation(revocation.id)).memories == 2
    await kept.audits.undo(revocation.id, NOTE)


async def test_pages_of_revocations_and_items(kept, lies):
    run = await ask(kept, "What colour?", lies)
    await kept.audits.suspect([suspicion(memory, run) for memory in lies])
    for _ in range(2):
        revocation, _ = await kept.audits.revoke(P_MALLORY, NOTE)
        await kept.audits.undo(revocation.id, NOTE)

    for listing in (kept.audits.items, kept.audits.revocations):
        first = await listing(1)
        second = await listing(1, first.next_cursor)
        assert first.items[0].id != second.items[0].id
        assert second.next_cursor is None


async def test_what_is_unknown_is_not_found(kept):
    for asked in (
        kept.audits.revocation(new_id()),
        kept.audits.revoked(new_id()),
        kept.audits.jobs_of(new_id()),
        kept.audits.undo(new_id(), NOTE),
        kept.audits.decide(new_id(), "release", NOTE),
    ):
        with pytest.raises(NotFound):
            await asked


async def test_another_tenant_touches_and_revokes_nothing(tenants, lies):
    theirs = tenants.theirs.audits

    assert (await theirs.touched(P_MALLORY)).memories == ()
    with pytest.raises(NotFound):
        await theirs.revoke(P_MALLORY, NOTE)


async def test_a_run_gives_back_what_its_last_step_left(kept, lies):
    run = await ask(kept, "What colour?", lies)

    assert await kept.runs.output(run.id, "answer") == b"answer to What colour?"
    assert await kept.runs.output(run.id, "verdict") is None
    with pytest.raises(NotFound):
        await kept.runs.output(new_id(), "answer")


async def test_a_purged_run_gives_nothing_back(kept, lies):
    run = await ask(kept, "What colour?", lies)
    await kept.documents.delete(lies[0].document_id)

    assert await kept.runs.output(run.id, "answer") is None
