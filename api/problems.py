"""Errors as RFC 9457 problem details: what a client is told, and what the OpenAPI says of it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from core.errors import QuaestorError, Unavailable

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    location: Literal["path", "query", "header", "body"]
    field: str
    """Dotted path inside that location; empty when all of it is wrong."""
    detail: str


class Problem(BaseModel):
    """Why a request failed."""

    type: str
    """Names the kind of problem: ``urn:quaestor:problem:<code>``."""
    title: str
    status: int
    detail: str
    instance: str
    """The path that was asked."""
    code: str
    """For programs; stable."""
    errors: tuple[FieldProblem, ...] = ()
    """One entry per invalid field, with status 422."""
    job_id: str | None = None
    """The job that was stored although the request failed."""


class StoredButNotRung(Unavailable):
    """The document is stored, but the message broker is away."""

    code = "broker_unavailable"

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(
            "The document is stored and its job will run when the message broker is back; "
            "sending the document again is no new work."
        )


def problem_of(error: QuaestorError, path: str, errors: Sequence[FieldProblem] = ()) -> Problem:
    """What a client is told about ``error``."""
    return Problem(
        type=f"urn:quaestor:problem:{error.code}",
        title=(type(error).__doc__ or error.code).strip().split("\n")[0],
        status=error.status,
        detail=error.detail,
        instance=path,
        code=error.code,
        errors=tuple(errors),
        job_id=error.job_id if isinstance(error, StoredButNotRung) else None,
    )


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as a response, with the headers its status calls for."""
    sent = dict(headers or {})
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        sent["Retry-After"] = str(RETRY_SECONDS)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        sent["WWW-Authenticate"] = "Bearer"
    if problem.job_id is not None:
        sent["Location"] = f"/v1/jobs/{problem.job_id}"
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=sent,
        media_type=MEDIA_TYPE,
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declares, for a route, the statuses that come with a problem."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses
    }


def declare_problem_media_type(openapi: dict[str, Any]) -> dict[str, Any]:
    """Say in the OpenAPI that problems are sent as ``application/problem+json``."""
    for path in openapi["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return openapi
