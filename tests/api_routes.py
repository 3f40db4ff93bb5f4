"""The API over storage in memory, and what its tests ask of it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.backend import Backend
from core.errors import Unauthorized
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, Sentence, ShortAnswer
from core.schemas.document import LoadedDocument, Source, Span, Unit
from core.schemas.evidence import Turn
from core.schemas.job import Lease
from core.schemas.memory import ContentType, Memory
from core.settings import Settings
from graphs.running import StepNotice
from storage.in_memory import InMemoryStorage
from storage.protocols import IndexedMemory, Repositories

ALICE, BOB = uuid4(), uuid4()
TEXT = "The casing nuts take 62 Nm."
LIMIT = 1_000


class FakeBackend:
    """Storage in memory, a bell that is only counted, and a scripted answer."""

    def __init__(self) -> None:
        self.storage = InMemoryStorage()
        self.rung: list[UUID] = []
        self.down: dict[str, Exception] = {}
        self.endless = False
        self.searched: tuple[ContentType, ...] = ()
        self.said: tuple[Turn, ...] = ()
        self.cancelled = asyncio.Event()

    async def tenant_of_key(self, key: str) -> UUID:
        self._fail("storage")
        tenants = {"qst_alice": ALICE, "qst_bob": BOB}
        if key not in tenants:
            raise Unauthorized
        return tenants[key]

    def repositories(self, tenant_id: UUID) -> Repositories:
        return self.storage.repositories(tenant_id)

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        self._fail("broker")
        self.rung.append(job_id)

    async def answer(
        self,
        tenant_id: UUID,
        question: str,
        *,
        collection: str,
        content_types: Sequence[ContentType] = (),
        history: Sequence[Turn] = (),
        on_step: Callable[[StepNotice], Awaitable[None]] | None = None,
    ) -> Answer:
        self._fail("start")
        self.searched = tuple(content_types)
        self.said = tuple(history)
        if on_step is not None:
            outputs = {"draft": {"text": "unchecked words"}, "selected": [1, 2]}
            await on_step(StepNotice("select_evidence", 4, 0.01, outputs))
        self._fail("answer")
        if self.endless:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return make_answer(question)

    async def faults(self) -> dict[str, str]:
        return {name: str(error) for name, error in self.down.items()}

    def _fail(self, part: str) -> None:
        if part in self.down:
            raise self.down[part]


def make_answer(question: str) -> Answer:
    def cite(number: int, start: int, end: int) -> Citation:
        return Citation(
            number=number,
            answer_span=Span(start=start, end=end),
            memory_id=uuid4(),
            document_id=uuid4(),
            version_id=uuid4(),
            version_number=1,
            external_id="manual",
            title="Manual",
            page=None,
            source_span=Span(start=0, end=4),
            quote="Yes.",
            quote_sha256=sha256_of("Yes."),
            verified=True,
            source=Source(principal="p", origin="o"),
        )

    return Answer(
        run_id=uuid4(),
        question=question,
        outcome="answered",
        text="Yes. No.",
        sentences=(
            Sentence(
                span=Span(start=0, end=4),
                answers=(ShortAnswer(version_id=uuid4(), span=Span(start=0, end=3), text="Yes"),),
            ),
            Sentence(span=Span(start=5, end=8)),
        ),
        citations=(cite(1, 0, 4), cite(2, 0, 4), cite(3, 5, 8)),
        confidence=0.9,
    )


def make_app(backend: FakeBackend) -> FastAPI:
    @asynccontextmanager
    async def open_fake(settings: Settings, database_url: str) -> AsyncGenerator[Backend]:
        yield backend

    settings = Settings(max_document_bytes=LIMIT)
    return create_app(settings, "postgresql://unused", open_backend=open_fake)


def put(client: TestClient, external_id: str = "manual", **given: Any) -> Response:
    return client.put(f"/v1/documents/{external_id}", **{"content": TEXT.encode(), **given})


async def build(repositories: Repositories, job_id: UUID) -> Memory:
    """What a worker would do with the job."""
    lease = await repositories.jobs.claim(job_id, "worker", 30)
    assert lease is not None
    unit = Unit(index=0, kind="sentence", start=0, end=len(TEXT), text=TEXT)
    loaded = LoadedDocument(media_type="text/plain", title="Manual", text=TEXT, units=(unit,))
    await repositories.documents.save_loaded(lease.version_id, loaded, lease)
    memory = make_memory(lease)
    indexed = IndexedMemory(memory, {}, {"nut": 1}, {})
    await repositories.memories.activate(lease.version_id, [indexed], "fake", lease)
    await repositories.jobs.finish(lease, "succeeded")
    return memory


def make_memory(lease: Lease) -> Memory:
    return Memory(
        id=uuid4(),
        document_id=lease.document_id,
        version_id=lease.version_id,
        ordinal=0,
        status="verified",
        title="Manual",
        heading_path=(),
        span=Span(start=0, end=len(TEXT)),
        page=None,
        text_original=TEXT,
        text_completed=TEXT,
        text_sha256=sha256_of(TEXT),
        core=TEXT,
        question="How tight?",
        content_type="reference",
        unit_first=0,
        unit_stop=1,
        source=Source(principal="p", origin="o"),
        batch=uuid4(),
        collection="default",
        created_at=datetime.now(UTC),
    )


def assert_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:quaestor:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert body["instance"].startswith("/")
    return body


def fields(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["location"], error["field"]) for error in body["errors"]}


def read_events(response: Response) -> list[tuple[str, Any]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    events = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events
