"""Exceptions to problems: the one place where a request's failure becomes its response."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast, get_args

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.problems import FieldProblem, problem_of, respond
from core.errors import (
    InvalidRequest,
    NotFound,
    QuaestorError,
)

logger = logging.getLogger(__name__)

_LOCATIONS = get_args(FieldProblem.model_fields["location"].annotation)


class InvalidFields(InvalidRequest):
    """The request has invalid fields."""

    def __init__(self, *errors: FieldProblem) -> None:
        self.errors = errors
        super().__init__("; ".join(_sentence(error) for error in errors))


class RequestTooLarge(QuaestorError):
    """The body of the request is too large."""

    code = "request_too_large"
    status = 413


class MethodNotAllowed(QuaestorError):
    """This path does not know this method."""

    code = "method_not_allowed"
    status = 405


class Unexpected(QuaestorError):
    """The server failed in a way it did not expect."""

    code = "internal_error"
    status = 500


def install_error_handlers(app: FastAPI) -> None:
    """Make every failure a problem."""
    app.add_exception_handler(QuaestorError, _on_quaestor_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_quaestor_error(request: Request, error: Exception) -> JSONResponse:
    known = cast(QuaestorError, error)  # registered for this class only
    if known.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("request failed", extra={"code": known.code, "path": request.url.path})
    return _problem_response(request, known)


def _problem_response(
    request: Request, error: QuaestorError, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    errors = error.errors if isinstance(error, InvalidFields) else ()
    return respond(problem_of(error, request.url.path, errors), headers)


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    invalid = cast(RequestValidationError, error)
    fields = InvalidFields(*map(field_problem, cast(Sequence[dict[str, Any]], invalid.errors())))
    return _problem_response(request, fields)


def field_problem(error: dict[str, Any]) -> FieldProblem:
    """One of pydantic's errors; the offending value is left out, it may be anything."""
    location, *path = error["loc"]
    if error["type"] == "json_invalid":
        return FieldProblem(location="body", field="", detail="this is not valid JSON")
    return FieldProblem(
        location=location if location in _LOCATIONS else "body",
        field=".".join(map(str, path)),
        detail=error["msg"],
    )


def _sentence(error: FieldProblem) -> str:
    return f"{error.location} {error.field}: {error.detail}".replace(" :", ":")


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    """What the framework raises by itself: an unknown path or method, an unreadable body."""
    raised = cast(HTTPException, error)
    known: QuaestorError
    match raised.status_code:
        case HTTPStatus.NOT_FOUND:
            known = NotFound("There is no such path.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            known = MethodNotAllowed()
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            known = RequestTooLarge()
        case _:
            known = InvalidFields(
                FieldProblem(location="body", field="", detail="this is not valid JSON")
            )
    return _problem_response(request, known, raised.headers)


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return _problem_response(request, named(error, request.url.path))


def named(error: BaseException, path: str) -> QuaestorError:
    """The error a client is told of; the last resort of responses and of streams that began.

    What has no name becomes one that says nothing of the inside; the log tells where it came from.
    """
    if isinstance(error, QuaestorError):
        return error
    logger.error("unexpected error", extra={"path": path}, exc_info=error)
    return Unexpected()
