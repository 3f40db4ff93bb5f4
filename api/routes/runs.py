"""Runs: the record of every execution of a graph."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.bodies import Listing, PageQuery, RunDetail
from api.dependencies import RepositoriesDep
from api.fields import Sha256
from api.problems import problems
from core.schemas.run import Run

router = APIRouter(prefix="/v1/runs", tags=["runs"], responses=problems(401, 422, 503))


@router.get("")
async def list_runs(
    query: Annotated[PageQuery, Query()], repositories: RepositoriesDep
) -> Listing[Run]:
    """Runs, newest first."""
    return Listing.of(await repositories.runs.list(query.limit, query.cursor))


@router.get("/{run_id}", responses=problems(404))
async def get_run(run_id: UUID, repositories: RepositoriesDep) -> RunDetail:
    """One run with its steps and what each took from outside."""
    run = await repositories.runs.get(run_id)
    return RunDetail(run=run, steps=await repositories.runs.steps(run_id))


@router.get(
    "/{run_id}/blobs/{sha256}",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        },
        **problems(404),
    },
)
async def get_blob(
    run_id: UUID,
    sha256: Annotated[Sha256, Path(description="As a step names its inputs and outputs.")],
    repositories: RepositoriesDep,
) -> Response:
    """A value that a step of the run read, wrote or took from outside."""
    await repositories.runs.get(run_id)
    content = await repositories.runs.blob(sha256)
    # It may hold text of a document: nothing a browser should ever interpret.
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"},
    )
