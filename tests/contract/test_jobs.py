"""What every implementation of Jobs promises."""

import asyncio

import pytest

from core.errors import Conflict, LeaseLost, NotFound
from core.ids import new_id
from core.schemas.job import JobError

CRASH = JobError(code="model_unavailable", detail="away", retryable=True)


@pytest.fixture
async def submitted(kept, library):
    return await kept.documents.submit(library.upload())


@pytest.fixture
def job_id(submitted):
    return submitted.job.id


async def event_types(kept, job_id):
    return [event.type for event in await kept.jobs.events(job_id)]


async def test_a_claim_gives_a_lease_and_raises_the_fence(kept, submitted, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    assert lease is not None
    assert (lease.job_id, lease.tenant_id) == (job_id, submitted.job.tenant_id)
    assert (lease.document_id, lease.version_id) == (submitted.document.id, submitted.version.id)
    assert (lease.fence, lease.attempt, lease.owner) == (1, 1, "worker")
    job = await kept.jobs.get(job_id)
    assert (job.state, job.attempts, job.fence, job.run_id) == ("running", 1, 1, lease.run_id)
    assert job.started_at is not None
    assert await event_types(kept, job_id) == ["queued", "claimed"]


async def test_a_leased_job_is_not_given_twice(kept, job_id):
    leases = await asyncio.gather(*(kept.jobs.claim(job_id, f"w{n}", 30) for n in range(4)))

    assert len([lease for lease in leases if lease is not None]) == 1


async def test_a_lapsed_lease_is_taken_over_and_the_first_owner_is_refused(kept, job_id):
    first = await kept.jobs.claim(job_id, "first", 0.01)
    await asyncio.sleep(0.05)

    second = await kept.jobs.claim(job_id, "second", 30)

    assert (second.fence, second.attempt) == (2, 2)
    assert second.run_id == first.run_id
    for write in (
        kept.jobs.heartbeat(first, 30),
        kept.jobs.progress(first, "load", 1, 2),
        kept.jobs.finish(first, "succeeded"),
        kept.jobs.retry(first, CRASH, 0),
        kept.jobs.release(first),
    ):
        with pytest.raises(LeaseLost):
            await write
    assert (await kept.jobs.get(job_id)).state == "running"


async def test_a_heartbeat_keeps_the_lease(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 0.01)
    assert not await kept.jobs.heartbeat(lease, 30)
    await asyncio.sleep(0.05)

    assert await kept.jobs.claim(job_id, "other", 30) is None


async def test_progress_is_told(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    await kept.jobs.progress(lease, "segment", 3, 9)

    job = await kept.jobs.get(job_id)
    assert (job.stage, job.done, job.total) == ("segment", 3, 9)
    event = (await kept.jobs.events(job_id))[-1]
    assert event.type == "progress"
    assert event.data == {"stage": "segment", "done": 3, "total": 9}


@pytest.mark.parametrize("state", ["succeeded", "partial", "failed", "cancelled"])
async def test_a_finished_job_is_final(kept, job_id, state):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    await kept.jobs.finish(lease, state, CRASH if state == "failed" else None)

    job = await kept.jobs.get(job_id)
    assert job.state == state
    assert job.finished_at is not None
    assert job.error == (CRASH if state == "failed" else None)
    assert (await event_types(kept, job_id))[-1] == state
    assert await kept.jobs.claim(job_id, "other", 30) is None
    with pytest.raises(LeaseLost):
        await kept.jobs.finish(lease, "succeeded")
    with pytest.raises(Conflict):
        await kept.jobs.request_cancel(job_id)


async def test_a_job_ends_only_in_a_final_state(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    with pytest.raises(Conflict):
        await kept.jobs.finish(lease, "queued")


async def test_a_retry_waits_until_it_is_due(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    await kept.jobs.retry(lease, CRASH, 0.1)

    job = await kept.jobs.get(job_id)
    assert (job.state, job.error) == ("retrying", CRASH)
    assert await kept.jobs.claim(job_id, "worker", 30) is None
    await asyncio.sleep(0.15)
    again = await kept.jobs.claim(job_id, "worker", 30)
    assert (again.attempt, again.run_id) == (2, lease.run_id)
    assert await event_types(kept, job_id) == ["queued", "claimed", "retrying", "claimed"]


async def test_the_last_attempt_is_not_retried(kept, submitted, job_id):
    for _ in range(2):
        await kept.jobs.retry(await kept.jobs.claim(job_id, "worker", 30), CRASH, 0)

    job = await kept.jobs.get(job_id)
    assert (job.state, job.error.code, job.error.retryable) == ("failed", "dead_letter", False)
    assert "model_unavailable" in job.error.detail
    assert (await event_types(kept, job_id))[-1] == "failed"
    assert (await kept.documents.version(submitted.version.id)).status == "failed"


async def test_a_job_whose_workers_keep_dying_is_given_up(kept, submitted, job_id):
    for _ in range(2):
        assert await kept.jobs.claim(job_id, "worker", 0.01) is not None
        await asyncio.sleep(0.03)

    assert await kept.jobs.claim(job_id, "worker", 30) is None

    job = await kept.jobs.get(job_id)
    assert (job.state, job.attempts, job.error.code) == ("failed", 2, "dead_letter")
    assert job.finished_at is not None
    assert (await kept.documents.version(submitted.version.id)).status == "failed"


async def test_a_released_job_is_free_at_once_and_its_attempt_does_not_count(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    await kept.jobs.release(lease)

    job = await kept.jobs.get(job_id)
    assert (job.state, job.attempts) == ("queued", 0)
    again = await kept.jobs.claim(job_id, "other", 30)
    assert (again.attempt, again.fence, again.run_id) == (1, 2, lease.run_id)


async def test_a_waiting_job_is_cancelled_at_once(kept, job_id):
    cancelled = await kept.jobs.request_cancel(job_id)

    assert cancelled.state == "cancelled"
    assert cancelled.finished_at is not None
    assert await kept.jobs.claim(job_id, "worker", 30) is None
    assert await event_types(kept, job_id) == ["queued", "cancelled"]


async def test_a_running_job_hears_of_its_cancellation_from_its_heartbeat(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)

    asked = await kept.jobs.request_cancel(job_id)
    await kept.jobs.request_cancel(job_id)

    assert (asked.state, asked.cancel_requested) == ("running", True)
    assert await kept.jobs.heartbeat(lease, 30)
    await kept.jobs.finish(lease, "cancelled")
    assert await event_types(kept, job_id) == [
        "queued",
        "claimed",
        "cancel_requested",
        "cancelled",
    ]


@pytest.mark.parametrize("way", ["lapse", "retry", "release"])
async def test_a_cancelled_job_does_not_run_again_however_its_worker_stopped(kept, job_id, way):
    lease = await kept.jobs.claim(job_id, "worker", 0.01)
    await kept.jobs.request_cancel(job_id)
    if way == "retry":
        await kept.jobs.retry(lease, CRASH, 0)
    elif way == "release":
        await kept.jobs.release(lease)
    await asyncio.sleep(0.03)

    assert await kept.jobs.claim(job_id, "other", 30) is None

    job = await kept.jobs.get(job_id)
    assert (job.state, job.attempts) == ("cancelled", 1)


async def test_events_continue_after_the_last_one_seen(kept, job_id):
    lease = await kept.jobs.claim(job_id, "worker", 30)
    seen = await kept.jobs.events(job_id)
    await kept.jobs.progress(lease, "load", 1, 1)

    more = await kept.jobs.events(job_id, after=seen[-1].id)

    assert [event.type for event in more] == ["progress"]
    assert await kept.jobs.events(job_id, after=more[-1].id) == ()


async def test_jobs_are_listed_newest_first_and_by_state(kept, library):
    jobs = [(await kept.documents.submit(library.upload(name))).job for name in "abc"]
    await kept.jobs.claim(jobs[1].id, "worker", 30)

    first = await kept.jobs.list(limit=2)
    rest = await kept.jobs.list(limit=2, cursor=first.next_cursor)

    listed = [job.id for job in (*first.items, *rest.items)]
    assert listed == [job.id for job in reversed(jobs)]
    assert rest.next_cursor is None
    running = await kept.jobs.list(state="running")
    assert [job.id for job in running.items] == [jobs[1].id]


async def test_unknown_ids_are_not_found(kept):
    for call in (
        kept.jobs.get(new_id()),
        kept.jobs.events(new_id()),
        kept.jobs.claim(new_id(), "worker", 30),
        kept.jobs.request_cancel(new_id()),
    ):
        with pytest.raises(NotFound):
            await call
