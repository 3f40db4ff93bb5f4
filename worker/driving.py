"""Driving one job: claim it, do it under the lease, write down how it ended.

It knows jobs, leases and endings; what is done it leaves to ``worker.doing``. Whatever goes wrong
here costs time, never the job: a row whose lease lapses is rung again by a sweeper.
"""

import asyncio
import logging
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn, Protocol
from uuid import UUID

from core.errors import LeaseLost, NotFound, StorageUnavailable, Unavailable
from core.logs import log_fields
from core.schemas.job import Lease
from graphs.running import RunControl
from graphs.runtime import Runtime
from storage.protocols import Jobs, Repositories
from worker.doing import Done, do_job
from worker.endings import ending_of, job_error, retry_seconds

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
"""A lease outlives two heartbeats that fail."""

INSIST_SECONDS = 0.5
"""Between two tries to write down how a run ended while the database is away."""

FRAMES_LOGGED = 3


class Work(Protocol):
    """Does what a leased job is for; goes on where an earlier attempt stopped."""

    def __call__(
        self, runtime: Runtime, lease: Lease, *, control: RunControl
    ) -> Coroutine[Any, Any, Done]: ...


async def drive(
    runtime: Runtime,
    tenant_id: UUID,
    job_id: UUID,
    *,
    owner: str,
    control: RunControl,
    work: Work = do_job,
) -> None:
    """Do the job, if it is there to be done and nobody else does it."""
    kept = runtime.repositories(tenant_id)
    with log_fields(tenant_id=tenant_id, job_id=job_id):
        try:
            lease = await kept.jobs.claim(job_id, owner, runtime.settings.lease_seconds)
            if lease is not None:
                await _drive_leased(runtime, kept, lease, control=control, work=work)
        except (LeaseLost, NotFound) as error:
            logger.info("job left to others", extra={"code": error.code})
        except Unavailable as error:
            logger.warning("job left until its lease lapses", extra={"code": error.code})


async def keep_lease(jobs: Jobs, lease: Lease, seconds: float, *, control: RunControl) -> NoReturn:
    """Beat until cancelled, and pass a request to cancel on to the run. Raises LeaseLost.

    While the database is away the fence, not the clock, decides whose job it is: so go on.
    """
    pause = seconds / BEATS_PER_LEASE
    due = time.monotonic() + pause
    while True:
        await asyncio.sleep(due - time.monotonic())
        due = time.monotonic() + pause
        try:
            if await _beat(jobs, lease, seconds):
                control.request_cancel()
        except Unavailable as error:
            logger.warning("heartbeat missed", extra={"code": error.code})


async def _beat(jobs: Jobs, lease: Lease, seconds: float) -> bool:
    """One heartbeat, given up when the next is due; says whether somebody asked to cancel."""
    try:
        return await asyncio.wait_for(jobs.heartbeat(lease, seconds), seconds / BEATS_PER_LEASE)
    except TimeoutError as error:
        raise StorageUnavailable("the heartbeat was not answered in time") from error


async def _drive_leased(
    runtime: Runtime, kept: Repositories, lease: Lease, *, control: RunControl, work: Work
) -> None:
    settings = runtime.settings
    about = {"document_id": lease.document_id} if lease.document_id else {}
    with log_fields(run_id=lease.run_id, kind=lease.kind, attempt=lease.attempt, **about):
        logger.info("job started")
        working = work(runtime, lease, control=control)
        beating = keep_lease(kept.jobs, lease, settings.lease_seconds, control=control)
        try:
            outcome = await _outcome(working, beating)
        except asyncio.CancelledError:
            await kept.jobs.release(lease)
            raise
        wait = retry_seconds(
            lease.attempt, base_seconds=settings.retry_base_seconds, jitter=random.random()
        )
        await _insist(lambda: _end(kept, lease, outcome, wait), settings.lease_seconds)


async def _outcome(
    working: Coroutine[Any, Any, Done], beating: Coroutine[Any, Any, NoReturn]
) -> Done | BaseException:
    """What the work returned or raised; when the heartbeat fails first, what that raised."""
    doing, beat = asyncio.create_task(working), asyncio.create_task(beating)
    try:
        done, _ = await asyncio.wait({doing, beat}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        doing.cancel()
        beat.cancel()
        ended, lost = await asyncio.gather(doing, beat, return_exceptions=True)
    return ended if doing in done else lost


async def _insist(write: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Write, again while the database is away, for as long as the lease may hold."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await write()
        except StorageUnavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(INSIST_SECONDS)


async def _end(
    kept: Repositories, lease: Lease, outcome: Done | BaseException, wait: float
) -> None:
    if isinstance(outcome, BaseException):
        await _end_broken_off(kept, lease, outcome, wait)
    else:
        await kept.jobs.finish(lease, outcome.state)
        logger.info("job ended", extra={"state": outcome.state, **outcome.counts})


async def _end_broken_off(
    kept: Repositories, lease: Lease, error: BaseException, wait: float
) -> None:
    ending = ending_of(error)
    match ending:
        case "refuse":
            if lease.version_id is not None:
                await kept.documents.fail_version(lease.version_id, lease)
            await kept.jobs.finish(lease, "failed", job_error(error))
        case "cancel":
            await kept.jobs.finish(lease, "cancelled")
        case "hand_back":
            await kept.jobs.release(lease)
        case "retry":
            await kept.jobs.retry(lease, job_error(error), wait)
        case "leave":
            pass
    logger.info("run broken off", extra={"ending": ending, **_trace(error)})


def _trace(error: BaseException) -> dict[str, str]:
    """The kind of an error and where it was raised; its message may quote the document."""
    frames = traceback.format_tb(error.__traceback__)
    return {"error_type": type(error).__name__, "frames": "".join(frames[-FRAMES_LOGGED:])}
