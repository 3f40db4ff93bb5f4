"""Audits: who pushed an answer, what they touched, taking them out, and what waits for a person."""

import logging
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from api.audit_bodies import (
    Decision,
    ItemsQuery,
    RevocationRequest,
    SuspectQuery,
    Undo,
)
from api.bodies import Listing, PageQuery
from api.dependencies import BackendDep, RepositoriesDep, TenantDep
from api.problems import problems
from core.errors import BrokerUnavailable
from core.schemas.audit import (
    AuditItem,
    Backing,
    FittedThresholds,
    Revocation,
    RevocationReport,
    Touched,
)
from core.schemas.job import Job
from graphs.auditing import backing_of, report_of

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/audits", tags=["audits"], responses=problems(401, 422, 503))


@router.get("/answers/{run_id}", responses=problems(404, 409))
async def get_backing(run_id: UUID, repositories: RepositoriesDep) -> Backing:
    """Who pushed the answer of a run: principals and memories by what their votes weighed."""
    return await backing_of(repositories, run_id)


@router.get("/touched")
async def get_touched(
    query: Annotated[SuspectQuery, Query()], repositories: RepositoriesDep
) -> Touched:
    """The memories of a principal or an origin, and the answers that found them."""
    return await repositories.audits.touched(query.suspect(), query.limit)


@router.post("/revocations", status_code=status.HTTP_202_ACCEPTED, responses=problems(404))
async def revoke(
    asked: RevocationRequest,
    response: Response,
    backend: BackendDep,
    tenant_id: TenantDep,
    repositories: RepositoriesDep,
) -> Revocation:
    """Take all memories of a principal or an origin out of retrieval, and ask again what they
    touched: the report says what has changed. It can be undone; nothing is deleted."""
    revocation, jobs = await repositories.audits.revoke(asked.suspect(), asked.note(), asked.most)
    response.headers["Location"] = f"{router.prefix}/revocations/{revocation.id}"
    await _ring(backend, tenant_id, jobs)
    return revocation


async def _ring(backend: BackendDep, tenant_id: UUID, jobs: tuple[Job, ...]) -> None:
    """What cannot be rung for now is left to the sweeper: what was asked for is done."""
    try:
        for job in jobs:
            await backend.ring(tenant_id, job.id)
    except BrokerUnavailable as error:
        logger.warning("questions left to the sweeper", extra={"code": error.code})


@router.get("/revocations")
async def list_revocations(
    query: Annotated[PageQuery, Query()], repositories: RepositoriesDep
) -> Listing[Revocation]:
    """Revocations, newest first."""
    return Listing.of(await repositories.audits.revocations(query.limit, query.cursor))


@router.get("/revocations/{revocation_id}", responses=problems(404))
async def get_report(revocation_id: UUID, repositories: RepositoriesDep) -> RevocationReport:
    """A revocation, and the answer to each question before and after it."""
    return await report_of(repositories, revocation_id)


@router.post("/revocations/{revocation_id}/undo", responses=problems(404, 409))
async def undo(revocation_id: UUID, asked: Undo, repositories: RepositoriesDep) -> Revocation:
    """Let go of what a revocation holds; what nobody else holds comes back."""
    return await repositories.audits.undo(revocation_id, asked.note())


@router.get("/items")
async def list_items(
    query: Annotated[ItemsQuery, Query()], repositories: RepositoriesDep
) -> Listing[AuditItem]:
    """Memories that a run kept out of sight, newest first: those that wait for a person, say."""
    page = await repositories.audits.items(query.limit, query.cursor, is_open=query.is_open())
    return Listing.of(page)


@router.post("/items/{item_id}/decision", responses=problems(404))
async def decide(item_id: UUID, asked: Decision, repositories: RepositoriesDep) -> AuditItem:
    """Quarantine the item's memory, or release it; the last decision holds."""
    return await repositories.audits.decide(item_id, asked.decision, asked.note())


@router.get("/thresholds")
async def list_thresholds(repositories: RepositoriesDep) -> tuple[FittedThresholds, ...]:
    """The collections whose thresholds were fitted to what their runs saw; others have the
    shipped ones."""
    return await repositories.thresholds.list()
