"""What the API needs from the rest of the program, and how the real one is put together.

The routes know the protocol only; tests hand ``create_app`` one that keeps everything in memory.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple, Protocol
from uuid import UUID

from core.errors import ConfigurationError, Unavailable
from core.schemas.answer import Answer
from core.schemas.evidence import Turn
from core.schemas.memory import ContentType
from core.settings import Settings
from graphs.answering import answer_question
from graphs.running import StepNotice
from graphs.runtime import Runtime, open_runtime
from storage.protocols import Repositories
from storage.tenants import tenant_of_key
from worker.dispatch import Dispatcher

OnStep = Callable[[StepNotice], Awaitable[None]]


class Backend(Protocol):
    """One process's doors to storage, to the job bell and to the answering graph."""

    async def tenant_of_key(self, key: str) -> UUID:
        """The tenant an API key belongs to. Raises Unauthorized."""
        ...

    def repositories(self, tenant_id: UUID) -> Repositories: ...

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Tell a worker that a stored job waits. Raises BrokerUnavailable."""
        ...

    async def answer(
        self,
        tenant_id: UUID,
        question: str,
        *,
        collection: str,
        content_types: Sequence[ContentType] = (),
        history: Sequence[Turn] = (),
        on_step: OnStep | None = None,
    ) -> Answer: ...

    async def faults(self) -> dict[str, str]:
        """Which of database, broker and encoder cannot serve, and why; empty when all can."""
        ...


OpenBackend = Callable[[Settings, str], AbstractAsyncContextManager[Backend]]


class RuntimeBackend(NamedTuple):
    """The real thing: one runtime and one dispatcher."""

    runtime: Runtime
    dispatcher: Dispatcher

    async def tenant_of_key(self, key: str) -> UUID:
        """Asked of the database each time, so that a revoked key stops at once."""
        return await tenant_of_key(self.runtime.database, key)

    def repositories(self, tenant_id: UUID) -> Repositories:
        """Bound to one tenant."""
        return self.runtime.repositories(tenant_id)

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Through the broker."""
        await self.dispatcher.ring(tenant_id, job_id)

    async def answer(
        self,
        tenant_id: UUID,
        question: str,
        *,
        collection: str,
        content_types: Sequence[ContentType] = (),
        history: Sequence[Turn] = (),
        on_step: OnStep | None = None,
    ) -> Answer:
        """A run of the answering graph in this process."""
        return await answer_question(
            self.runtime,
            tenant_id,
            question,
            collection=collection,
            content_types=content_types,
            history=history,
            on_step=on_step,
        )

    async def faults(self) -> dict[str, str]:
        """Each part is asked to do the least it can."""
        checks = {
            "database": self.runtime.database.check,
            "broker": self.dispatcher.check,
            "encoder": self._encode_one,
        }
        found: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
            except (Unavailable, ConfigurationError) as error:
                found[name] = error.detail
        return found

    async def _encode_one(self) -> None:
        await self.runtime.encoder.encode(["ready"])


@asynccontextmanager
async def open_backend(settings: Settings, database_url: str) -> AsyncGenerator[Backend]:
    """Open everything once for the life of the process."""
    async with open_runtime(settings, database_url=database_url) as runtime:
        dispatcher = Dispatcher(settings)
        try:
            yield RuntimeBackend(runtime, dispatcher)
        finally:
            await dispatcher.close()
