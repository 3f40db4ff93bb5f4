"""Jobs: what became of the work that was asked for, and the stream of its events."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from api.bodies import JobsQuery, Listing
from api.dependencies import RepositoriesDep
from api.problems import problems
from api.streams import event, stream
from core.errors import StorageUnavailable
from core.schemas.job import FINAL_STATES, Job
from storage.protocols import Jobs

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=problems(401, 422, 503))

POLL_SECONDS = 0.25
MAX_EVENT_ID = 2**63 - 1


@router.get("")
async def list_jobs(
    query: Annotated[JobsQuery, Query()], repositories: RepositoriesDep
) -> Listing[Job]:
    """Jobs, newest first."""
    return Listing.of(await repositories.jobs.list(query.limit, query.cursor, query.state))


@router.get("/{job_id}", responses=problems(404))
async def get_job(job_id: UUID, repositories: RepositoriesDep) -> Job:
    """One job: its state, the stage it is in, and why it failed."""
    return await repositories.jobs.get(job_id)


@router.post("/{job_id}/cancel", responses=problems(404, 409))
async def cancel_job(job_id: UUID, repositories: RepositoriesDep) -> Job:
    """Stop a job: at once while it waits, at its next step while it runs."""
    return await repositories.jobs.request_cancel(job_id)


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events named after their type, with their id; the stream ends after a "
            "final one: succeeded, partial, failed or cancelled.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **problems(404),
    },
)
async def stream_job_events(
    job_id: UUID,
    repositories: RepositoriesDep,
    last_event_id: Annotated[
        int, Header(ge=0, le=MAX_EVENT_ID, description="Resume after this event.")
    ] = 0,
) -> StreamingResponse:
    """The events of a job as they happen."""
    await repositories.jobs.get(job_id)
    events = job_events(repositories.jobs, job_id, last_event_id)
    return stream(events, f"{router.prefix}/{job_id}/events")


async def job_events(
    jobs: Jobs, job_id: UUID, after: int, poll_seconds: float = POLL_SECONDS
) -> AsyncGenerator[bytes]:
    """Events after ``after`` until a final one; sits out a database that is away."""
    while True:
        try:
            job = await jobs.get(job_id)
            events = await jobs.events(job_id, after)
        except StorageUnavailable:
            await asyncio.sleep(poll_seconds)
            continue
        for happened in events:
            yield event(happened.type, happened, id=happened.id)
            after = happened.id
        # The state was read before the events, so a final state means that all were seen.
        if job.state in FINAL_STATES:
            return
        await asyncio.sleep(poll_seconds)
