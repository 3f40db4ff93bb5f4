"""Puts the API together: routes, errors, limits, and one backend for the life of the process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, TypedDict

from fastapi import FastAPI

from api.backend import Backend, OpenBackend, open_backend
from api.errors import install_error_handlers
from api.limits import BodyLimit
from api.problems import declare_problem_media_type
from api.routes import answers, audits, documents, health, jobs, memories, runs
from core.settings import Settings


class State(TypedDict):
    """What every request finds in ``request.state``."""

    settings: Settings
    backend: Backend


def create_app(
    settings: Settings, database_url: str, *, open_backend: OpenBackend = open_backend
) -> FastAPI:
    """The API of one process; it connects when it starts to serve, not here."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
        async with open_backend(settings, database_url) as backend:
            yield {"settings": settings, "backend": backend}

    app = _DeclaredApp(
        title="Quaestor",
        description="Documents in, checked memories, cited answers out.",
        version=version("quaestor"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit)
    install_error_handlers(app)
    for routes in (health, documents, memories, jobs, answers, runs, audits):
        app.include_router(routes.router)
    return app


class _DeclaredApp(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = declare_problem_media_type(super().openapi())
        return self.openapi_schema
