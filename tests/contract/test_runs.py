"""What every implementation of Runs promises."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import LeaseLost, NotFound
from core.ids import new_id, sha256_of
from core.schemas.job import JobError
from core.schemas.run import Entry, Run, Step

START = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


def make_run(**other):
    known = {"graph": "answering", "status": "running", "subject": {"question": "Why\x00?"}}
    return Run(**{"id": new_id(), "started_at": START, **known, **other})


def make_step(run, sequence=0, node="plan", **other):
    known = {"attempt": 1, "status": "succeeded", "inputs": {"question": sha256_of("q")}}
    timing = {"started_at": START, "seconds": 0.25}
    return Step(run_id=run.id, sequence=sequence, node=node, **{**known, **timing, **other})


def make_entry(ordinal=0, **other):
    known = {"kind": "retrieval", "name": "lexical", "request_sha256": sha256_of("r")}
    known |= {"value": {"b": [1.5, None, "\x00"], "a": "é"}, "started_at": START, "seconds": 0.01}
    return Entry(ordinal=ordinal, **{**known, **other})


async def test_a_run_comes_back_as_it_was(kept):
    run = make_run(engine={"planner": "local"})

    await kept.runs.start(run)

    assert await kept.runs.get(run.id) == run


async def test_a_resumed_run_gets_the_new_attempt_number(kept):
    run = make_run()
    await kept.runs.start(run)
    await kept.runs.finish(run.id, "failed", "away")

    await kept.runs.start(run.model_copy(update={"attempts": 2, "started_at": datetime.now(UTC)}))

    assert await kept.runs.get(run.id) == run.model_copy(update={"attempts": 2})


async def test_a_run_ends(kept):
    run = make_run()
    await kept.runs.start(run)

    await kept.runs.finish(run.id, "failed", "it broke")

    ended = await kept.runs.get(run.id)
    assert (ended.status, ended.error) == ("failed", "it broke")
    assert ended.finished_at is not None


async def test_steps_come_back_in_order_with_their_entries(kept):
    run = make_run()
    await kept.runs.start(run)
    second = make_step(run, 1, "retrieve", entries=(make_entry(0), make_entry(1)))
    first = make_step(run, 0, "plan", outputs={"plan": sha256_of(b"{}")})

    await kept.runs.add_step(second, {})
    await kept.runs.add_step(first, {sha256_of(b"{}"): b"{}"})

    assert await kept.runs.steps(run.id) == (first, second)
    assert await kept.runs.blob(sha256_of(b"{}")) == b"{}"


async def test_a_step_executed_again_replaces_its_row(kept):
    run = make_run()
    await kept.runs.start(run)
    failed = make_step(run, status="failed", error="no", entries=(make_entry(0), make_entry(1)))
    await kept.runs.add_step(failed, {})
    again = make_step(run, attempt=2, entries=(make_entry(0, value=[1]),))

    await kept.runs.add_step(again, {})

    assert await kept.runs.steps(run.id) == (again,)


async def test_payloads_are_kept_apart_from_the_steps(kept):
    run = make_run()
    await kept.runs.start(run)
    payload = b"\x00\x01" * 500
    entry = make_entry(payload=payload)

    await kept.runs.add_step(make_step(run, entries=(entry,)), {})

    (step,) = await kept.runs.steps(run.id)
    assert step.entries == (entry.model_copy(update={"payload": None}),)
    assert await kept.runs.blob(sha256_of(payload)) == payload


async def test_a_late_writer_cannot_add_a_step(kept, library):
    submission = await kept.documents.submit(library.upload())
    stale = await library.claim(kept, submission)
    await kept.jobs.release(stale)
    lease = await library.claim(kept, submission)
    run = make_run()
    await kept.runs.start(run)

    with pytest.raises(LeaseLost):
        await kept.runs.add_step(make_step(run), {sha256_of(b"x"): b"x"}, stale)
    with pytest.raises(NotFound):
        await kept.runs.blob(sha256_of(b"x"))
    await kept.runs.add_step(make_step(run), {}, lease)

    assert len(await kept.runs.steps(run.id)) == 1


async def test_what_an_attempt_left_is_dropped_before_the_next_begins_anew(kept, library):
    lease = await start_a_run(kept, library)
    broken_off = make_step(make_run(id=lease.run_id), 7, "check", entries=(make_entry(),))
    await kept.runs.add_step(broken_off, {sha256_of(b"x"): b"x"}, lease)

    await kept.runs.forget_steps(lease.run_id, lease)

    assert await kept.runs.steps(lease.run_id) == ()
    assert await kept.runs.blob(sha256_of(b"x")) == b"x"
    await kept.jobs.release(lease)
    with pytest.raises(LeaseLost):
        await kept.runs.forget_steps(lease.run_id, lease)


async def test_runs_are_listed_newest_first(kept):
    runs = [make_run(started_at=START + timedelta(seconds=second // 2)) for second in range(5)]
    for run in runs:
        await kept.runs.start(run)

    first = await kept.runs.list(limit=3)
    rest = await kept.runs.list(limit=3, cursor=first.next_cursor)

    expected = sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True)
    assert [*first.items, *rest.items] == expected
    assert rest.next_cursor is None


async def test_unknown_ids_are_not_found(kept):
    for call in (
        kept.runs.get(new_id()),
        kept.runs.steps(new_id()),
        kept.runs.blob("0" * 64),
        kept.runs.finish(new_id(), "succeeded"),
        kept.runs.add_step(make_step(make_run()), {}),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_late_writer_cannot_begin_or_end_the_run_of_its_successor(kept, library):
    submission = await kept.documents.submit(library.upload())
    stale = await library.claim(kept, submission)
    run = make_run(id=stale.run_id)
    await kept.runs.start(run, stale)
    await kept.jobs.release(stale)
    lease = await library.claim(kept, submission)
    await kept.runs.start(run.model_copy(update={"attempts": 2}), lease)

    with pytest.raises(LeaseLost):
        await kept.runs.finish(run.id, "failed", "late", lease=stale)
    with pytest.raises(LeaseLost):
        await kept.runs.start(run, stale)

    assert await kept.runs.get(run.id) == run.model_copy(update={"attempts": 2})
    await kept.runs.finish(run.id, "succeeded", lease=lease)
    assert (await kept.runs.get(run.id)).status == "succeeded"


async def start_a_run(kept, library, lease_seconds=30.0):
    submission = await kept.documents.submit(library.upload())
    lease = await kept.jobs.claim(submission.job.id, "worker", lease_seconds)
    await kept.runs.start(make_run(id=lease.run_id), lease)
    return lease


AWAY = JobError(code="model_unavailable", detail="away\x00", retryable=True)


async def test_a_job_given_up_ends_its_run(kept, library):
    lease = await start_a_run(kept, library)
    await kept.jobs.retry(lease, AWAY, 0)
    assert (await kept.runs.get(lease.run_id)).status == "running"
    lease = await kept.jobs.claim(lease.job_id, "worker", 30)

    await kept.jobs.retry(lease, AWAY, 0)

    run = await kept.runs.get(lease.run_id)
    assert (await kept.jobs.get(lease.job_id)).state == "failed"
    assert run.status == "failed"
    assert run.error is not None
    assert run.error.startswith("dead_letter: ")
    assert run.finished_at is not None


async def test_a_job_whose_workers_all_died_ends_its_run(kept, library):
    lease = await start_a_run(kept, library, 0.01)
    for _ in range(2):
        await asyncio.sleep(0.03)
        await kept.jobs.claim(lease.job_id, "worker", 0.01)

    assert (await kept.jobs.get(lease.job_id)).state == "failed"
    assert (await kept.runs.get(lease.run_id)).status == "failed"


async def test_a_cancelled_job_ends_its_run(kept, library):
    lease = await start_a_run(kept, library)
    await kept.jobs.release(lease)

    await kept.jobs.request_cancel(lease.job_id)

    run = await kept.runs.get(lease.run_id)
    assert (run.status, run.error) == ("cancelled", None)


async def test_a_run_that_ended_before_its_job_stays_as_it_ended(kept, library):
    lease = await start_a_run(kept, library)
    await kept.runs.finish(lease.run_id, "failed", "it broke", lease=lease)
    ended = await kept.runs.get(lease.run_id)

    await kept.jobs.finish(lease, "failed", AWAY)

    assert await kept.runs.get(lease.run_id) == ended
