"""The API over storage in memory: statuses, problems, headers and streams."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from starlette.types import Message

from api.app import create_app
from api.backend import Backend
from core.errors import BrokerUnavailable, ModelUnavailable, StorageUnavailable, Unauthorized
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, Sentence, ShortAnswer
from core.schemas.document import LoadedDocument, Source, Span, Unit
from core.schemas.job import JobError, Lease
from core.schemas.memory import Memory
from core.schemas.run import Run, Step
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
        on_step: Callable[[StepNotice], Awaitable[None]] | None = None,
    ) -> Answer:
        self._fail("start")
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


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


def make_app(backend: FakeBackend) -> FastAPI:
    @asynccontextmanager
    async def open_fake(settings: Settings, database_url: str) -> AsyncGenerator[Backend]:
        yield backend

    settings = Settings(max_document_bytes=LIMIT)
    return create_app(settings, "postgresql://unused", open_backend=open_fake)


@pytest.fixture
def client(backend: FakeBackend) -> Iterator[TestClient]:
    headers = {"Authorization": "Bearer qst_alice"}
    with TestClient(make_app(backend), headers=headers, raise_server_exceptions=False) as opened:
        yield opened


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
    indexed = IndexedMemory(memory, {}, {"nut": 1})
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


class TestKeys:
    @pytest.mark.parametrize("value", [None, "Bearer qst_mallory", "Basic abc", "Bearer"])
    def test_without_a_known_key_nothing_is_answered(
        self, client: TestClient, value: str | None
    ) -> None:
        del client.headers["Authorization"]
        response = client.get("/v1/documents", headers={"Authorization": value} if value else {})
        assert_problem(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"

    def test_health_needs_no_key(self, client: TestClient) -> None:
        del client.headers["Authorization"]
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ok"}

    def test_not_ready_names_the_part_that_is_away(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        backend.down["broker"] = BrokerUnavailable()
        response = client.get("/readyz")
        assert "broker" in assert_problem(response, 503, "unavailable")["detail"]
        assert int(response.headers["retry-after"]) > 0


class TestUpload:
    def test_a_new_document_is_accepted_and_its_job_is_rung(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        query = {"title": "Manual", "principal": "maria", "trust": "owner", "filename": "a.txt"}
        response = put(client, params=query)
        assert response.status_code == 202
        body = response.json()
        job_id = body["job"]["id"]
        assert response.headers["location"] == f"/v1/jobs/{job_id}"
        assert int(response.headers["retry-after"]) > 0
        assert backend.rung == [UUID(job_id)]
        assert body["created"] is True
        assert body["document"]["external_id"] == "manual"
        assert body["document"]["source"]["principal"] == "maria"
        assert body["version"]["filename"] == "a.txt"

    def test_unchanged_bytes_are_no_new_work(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        first, second = put(client), put(client)
        assert second.status_code == 200
        assert second.json()["created"] is False
        assert second.json()["job"]["id"] == first.json()["job"]["id"]
        assert second.headers["location"] == first.headers["location"]
        assert len(backend.rung) == 1

    def test_a_form_works_too_and_names_the_file(self, client: TestClient) -> None:
        files = {"file": ("report.txt", TEXT.encode(), "text/plain")}
        response = client.put("/v1/documents/report", files=files)
        assert response.status_code == 202
        assert response.json()["version"]["filename"] == "report.txt"
        assert response.json()["version"]["size"] == len(TEXT)

    def test_an_external_id_may_be_a_path_in_any_script(self, client: TestClient) -> None:
        response = put(client, "docs%2Fпомпа%20手册.txt")
        assert response.status_code == 202
        assert response.json()["document"]["external_id"] == "docs/помпа 手册.txt"

    @pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT, 200 * LIMIT])
    def test_too_large_a_body_is_refused(self, client: TestClient, size: int) -> None:
        assert_problem(put(client, content=b"x" * size), 413, "document_too_large")

    def test_a_body_without_declared_length_is_limited_too(self, client: TestClient) -> None:
        chunks = (b"x" * 100 for _ in range(11))
        assert_problem(put(client, content=chunks), 413, "document_too_large")

    @pytest.mark.parametrize("size", [LIMIT + 1, 200 * LIMIT])
    def test_too_large_a_file_in_a_form_is_refused(self, client: TestClient, size: int) -> None:
        response = client.put("/v1/documents/big", files={"file": ("big.txt", b"x" * size)})
        assert_problem(response, 413, "document_too_large")

    def test_the_largest_allowed_file_is_accepted_both_ways(self, client: TestClient) -> None:
        largest = b"x" * LIMIT
        assert put(client, "raw", content=largest).status_code == 202
        form = client.put("/v1/documents/form", files={"file": ("a", largest)})
        assert form.status_code == 202

    def test_an_empty_file_is_refused(self, client: TestClient) -> None:
        assert_problem(put(client, content=b""), 422, "empty_document")
        form = client.put("/v1/documents/empty", files={"file": ("a.txt", b"")})
        assert_problem(form, 422, "empty_document")

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
            (b"no boundary", "multipart/form-data"),
            (
                b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n'
                b"\r\na\r\n--x--",
                "multipart/form-data; boundary=x",
            ),
            (
                b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--',
                "multipart/form-data; boundary=x",
            ),
        ],
    )
    def test_a_broken_form_is_refused(
        self, client: TestClient, body: bytes, content_type: str
    ) -> None:
        response = put(client, content=body, headers={"Content-Type": content_type})
        assert fields(assert_problem(response, 422, "invalid_request")) == {("body", "file")}

    @pytest.mark.parametrize(
        ("external_id", "query", "field"),
        [
            ("x" * 201, {}, ("path", "document")),
            ("a%00b", {}, ("path", "document")),
            ("a%0Ab", {}, ("path", "document")),
            ("a%C2%9Bb", {}, ("path", "document")),
            ("a", {"trust": "god"}, ("query", "trust")),
            ("a", {"title": "a\x00b"}, ("query", "title")),
            ("a", {"principal": ""}, ("query", "principal")),
            ("a", {"collection": "c" * 101}, ("query", "collection")),
            ("a", {"color": "red"}, ("query", "color")),
            ("e%CC%81", {}, ("path", "document")),
            ("a%E2%80%A8b", {}, ("path", "document")),
        ],
    )
    def test_an_invalid_field_is_named(
        self, client: TestClient, external_id: str, query: dict[str, str], field: tuple[str, str]
    ) -> None:
        body = assert_problem(put(client, external_id, params=query), 422, "invalid_request")
        assert fields(body) == {field}
        assert field[1] in body["detail"]

    def test_without_a_broker_the_job_is_stored_and_named(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        backend.down["broker"] = BrokerUnavailable()
        response = put(client)
        body = assert_problem(response, 503, "broker_unavailable")
        assert int(response.headers["retry-after"]) > 0
        assert response.headers["location"] == f"/v1/jobs/{body['job_id']}"
        assert client.get(f"/v1/jobs/{body['job_id']}").json()["state"] == "queued"

        again = put(client)
        assert again.status_code == 200
        assert again.json()["job"]["id"] == body["job_id"]

    def test_without_a_database_it_says_when_to_come_back(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        backend.down["storage"] = StorageUnavailable()
        response = put(client)
        assert_problem(response, 503, "storage_unavailable")
        assert int(response.headers["retry-after"]) > 0


class TestReading:
    def test_documents_are_listed_page_by_page(self, client: TestClient) -> None:
        for number in range(3):
            put(client, f"d{number}", content=str(number).encode())
        first = client.get("/v1/documents", params={"limit": 2}).json()
        second = client.get(
            "/v1/documents", params={"limit": 2, "cursor": first["next_cursor"]}
        ).json()
        names = [item["external_id"] for page in (first, second) for item in page["data"]]
        assert sorted(names) == ["d0", "d1", "d2"]
        assert second["next_cursor"] is None

    def test_a_document_is_found_by_its_external_id(self, client: TestClient) -> None:
        put(client)
        found = client.get("/v1/documents", params={"external_id": "manual"}).json()
        assert [item["external_id"] for item in found["data"]] == ["manual"]
        assert client.get("/v1/documents", params={"external_id": "x"}).json()["data"] == []

    @pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "all"}])
    def test_a_limit_outside_its_bounds_is_named(
        self, client: TestClient, query: dict[str, Any]
    ) -> None:
        body = assert_problem(client.get("/v1/jobs", params=query), 422, "invalid_request")
        assert fields(body) == {("query", "limit")}

    async def test_memories_are_those_of_the_active_version(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        submitted = put(client).json()
        document_id = submitted["document"]["id"]
        assert client.get(f"/v1/documents/{document_id}/memories").json() == []

        memory = await build(backend.repositories(ALICE), UUID(submitted["job"]["id"]))

        listed = client.get(f"/v1/documents/{document_id}/memories").json()
        assert [item["id"] for item in listed] == [str(memory.id)]
        same = client.get(
            f"/v1/documents/{document_id}/memories", params={"version": memory.version_id}
        ).json()
        assert same == listed

    def test_a_version_of_another_document_is_not_found(self, client: TestClient) -> None:
        one, other = put(client, "one").json(), put(client, "other", content=b"x").json()
        response = client.get(
            f"/v1/documents/{one['document']['id']}/memories",
            params={"version": other["version"]["id"]},
        )
        assert_problem(response, 404, "not_found")

    async def test_the_text_of_a_citation_can_be_read(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        submitted = put(client).json()
        memory = await build(backend.repositories(ALICE), UUID(submitted["job"]["id"]))
        path = f"/v1/versions/{memory.version_id}/text"
        assert client.get(path).json()["text"] == TEXT
        excerpt = client.get(path, params={"start": 4, "end": 10}).json()
        assert (excerpt["text"], excerpt["length"]) == (TEXT[4:10], len(TEXT))
        for start, end in [(10, 4), (0, len(TEXT) + 1)]:
            response = client.get(path, params={"start": start, "end": end})
            assert fields(assert_problem(response, 422, "invalid_request")) == {("query", "end")}

    async def test_a_memory_is_quarantined_and_released(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        submitted = put(client).json()
        memory = await build(backend.repositories(ALICE), UUID(submitted["job"]["id"]))
        path = f"/v1/memories/{memory.id}"
        assert client.post(f"{path}/quarantine").json()["status"] == "quarantined"
        assert client.post(f"{path}/release").json()["status"] == "verified"

    def test_what_belongs_to_another_tenant_is_not_found(self, client: TestClient) -> None:
        submitted = put(client).json()
        bob = {"Authorization": "Bearer qst_bob"}
        for path in (
            f"/v1/documents/{submitted['document']['id']}",
            f"/v1/documents/{submitted['document']['id']}/versions",
            f"/v1/versions/{submitted['version']['id']}/text",
            f"/v1/jobs/{submitted['job']['id']}",
            f"/v1/jobs/{submitted['job']['id']}/events",
        ):
            assert_problem(client.get(path, headers=bob), 404, "not_found")
        assert client.get("/v1/documents", headers=bob).json()["data"] == []

    async def test_a_run_shows_its_steps_and_their_values(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        runs = backend.repositories(ALICE).runs
        at = datetime.now(UTC)
        run = Run(id=uuid4(), graph="answering", status="running", subject={}, started_at=at)
        digest = sha256_of(b'"x"')
        step = Step(
            run_id=run.id,
            sequence=1,
            node="plan",
            attempt=1,
            status="succeeded",
            inputs={"question": digest},
            started_at=at,
            seconds=0.1,
        )
        await runs.start(run)
        await runs.add_step(step, {digest: b'"x"'})

        detail = client.get(f"/v1/runs/{run.id}").json()
        assert detail["run"]["id"] == str(run.id)
        assert [item["node"] for item in detail["steps"]] == ["plan"]
        blob = client.get(f"/v1/runs/{run.id}/blobs/{digest}")
        assert blob.content == b'"x"'
        assert blob.headers["x-content-type-options"] == "nosniff"
        unknown = client.get(f"/v1/runs/{run.id}/blobs/{'0' * 64}")
        assert_problem(unknown, 404, "not_found")
        malformed = client.get(f"/v1/runs/{run.id}/blobs/xyz")
        assert fields(assert_problem(malformed, 422, "invalid_request")) == {("path", "sha256")}


class TestJobs:
    async def test_events_are_streamed_up_to_the_final_one(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        job_id = put(client).json()["job"]["id"]
        await build(backend.repositories(ALICE), UUID(job_id))

        events = read_events(client.get(f"/v1/jobs/{job_id}/events"))

        assert events[0][0] == "queued"
        assert events[-1][0] == "succeeded"
        ids = [data["id"] for _, data in events]
        assert ids == sorted(ids)

    async def test_a_stream_is_resumed_after_the_last_event(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        job_id = put(client).json()["job"]["id"]
        await build(backend.repositories(ALICE), UUID(job_id))
        path = f"/v1/jobs/{job_id}/events"
        everything = read_events(client.get(path))

        for index, (_, data) in enumerate(everything):
            rest = read_events(client.get(path, headers={"Last-Event-ID": str(data["id"])}))
            assert rest == everything[index + 1 :]

    @pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999"])
    def test_a_last_event_that_is_no_event_is_refused(self, client: TestClient, value: str) -> None:
        job_id = put(client).json()["job"]["id"]
        response = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": value})
        body = assert_problem(response, 422, "invalid_request")
        assert fields(body) == {("header", "last-event-id")}

    async def test_a_waiting_job_is_cancelled_at_once_and_a_final_one_is_a_conflict(
        self, client: TestClient
    ) -> None:
        job_id = put(client).json()["job"]["id"]
        assert client.post(f"/v1/jobs/{job_id}/cancel").json()["state"] == "cancelled"
        assert_problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "conflict")

    async def test_a_failed_job_names_its_cause(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        job_id = put(client).json()["job"]["id"]
        jobs = backend.repositories(ALICE).jobs
        lease = await jobs.claim(UUID(job_id), "worker", 30)
        assert lease is not None
        error = JobError(code="encrypted_document", detail="A password.", retryable=False)
        await jobs.finish(lease, "failed", error)
        job = client.get(f"/v1/jobs/{job_id}").json()
        assert (job["state"], job["error"]["code"]) == ("failed", "encrypted_document")
        listed = client.get("/v1/jobs", params={"state": "failed"}).json()["data"]
        assert [item["id"] for item in listed] == [job_id]


class TestAnswers:
    def test_an_answer_comes_whole(self, client: TestClient) -> None:
        answer = client.post("/v1/answers", json={"question": "  How tight? "}).json()
        assert answer["question"] == "How tight?"
        assert answer["outcome"] == "answered"

    @pytest.mark.parametrize(
        "given",
        [
            {"json": {"question": "Q?", "stream": True}},
            {"json": {"question": "Q?"}, "headers": {"Accept": "text/event-stream"}},
        ],
    )
    def test_a_streamed_answer_is_steps_then_sentences_then_the_answer(
        self, client: TestClient, given: dict[str, Any]
    ) -> None:
        response = client.post("/v1/answers", **given)
        events = read_events(response)
        assert [name for name, _ in events] == ["step", "sentence", "sentence", "answer"]
        assert events[0][1]["counts"] == {"selected": 2}
        sentences = [(data["text"], len(data["citations"])) for _, data in events[1:3]]
        assert sentences == [("Yes.", 2), ("No.", 1)]
        answers = [[answer["text"] for answer in data["answers"]] for _, data in events[1:3]]
        assert answers == [["Yes"], []]
        assert events[3][1]["text"] == "Yes. No."

    def test_nothing_leaves_before_it_was_checked(self, client: TestClient) -> None:
        response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
        assert "unchecked words" not in response.text

    def test_a_stream_that_cannot_start_is_a_problem(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        backend.down["start"] = StorageUnavailable()
        response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
        assert_problem(response, 503, "storage_unavailable")

    @pytest.mark.parametrize(
        ("failure", "code"),
        [(ModelUnavailable(), "model_unavailable"), (RuntimeError("inside"), "internal_error")],
    )
    def test_a_stream_that_fails_later_ends_with_an_error_event(
        self, client: TestClient, backend: FakeBackend, failure: Exception, code: str
    ) -> None:
        backend.down["answer"] = failure
        response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
        events = read_events(response)
        assert [name for name, _ in events] == ["step", "error"]
        assert events[1][1]["code"] == code
        assert "inside" not in response.text

    async def test_a_client_that_leaves_in_the_middle_ends_the_run(
        self, backend: FakeBackend
    ) -> None:
        backend.endless = True
        left = asyncio.Event()
        asked: list[Message] = [
            {"type": "http.request", "body": b'{"question":"Q?","stream":true}'}
        ]

        async def receive() -> Message:
            if asked:
                return asked.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if b"event: step" in message.get("body", b""):
                left.set()

        headers = [
            (b"authorization", b"Bearer qst_alice"),
            (b"content-type", b"application/json"),
        ]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},  # as uvicorn says
            "method": "POST",
            "path": "/v1/answers",
            "query_string": b"",
            "headers": headers,
            "state": {"settings": Settings(), "backend": backend},
        }
        async with asyncio.timeout(10):
            await make_app(backend)(scope, receive, send)
            await backend.cancelled.wait()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"{", ""),
            (b"", ""),
            (b"\xff\xfe", ""),
            (b'{"question": "\xff"}', ""),
            (b"[" * 30_000, ""),
            (b"[]", ""),
            (b"{}", "question"),
            (b'{"question": ""}', "question"),
            (b'{"question": "   "}', "question"),
            (b'{"question": 7}', "question"),
            (b'{"question": "a\\u0000b"}', "question"),
            (b'{"question": "a\\ud800b"}', "question"),
            (b'{"question": "%s"}' % (b"x" * 2_001), "question"),
            (b'{"question": "Q?", "collection": ""}', "collection"),
            (b'{"question": "Q?", "colour": "red"}', "colour"),
        ],
    )
    def test_an_invalid_body_is_named(self, client: TestClient, body: bytes, field: str) -> None:
        response = client.post(
            "/v1/answers", content=body, headers={"Content-Type": "application/json"}
        )
        assert fields(assert_problem(response, 422, "invalid_request")) == {("body", field)}

    def test_a_question_of_2000_characters_in_any_script_is_answered(
        self, client: TestClient
    ) -> None:
        question = "پ" * 2_000
        assert client.post("/v1/answers", json={"question": question}).status_code == 200

    def test_a_body_without_end_is_refused(self, client: TestClient) -> None:
        response = client.post(
            "/v1/answers",
            content=(b" " * 10_000 for _ in range(50)),
            headers={"Content-Type": "application/json"},
        )
        assert_problem(response, 413, "request_too_large")


class TestLastResort:
    def test_an_unexpected_error_says_nothing_of_the_inside(
        self, client: TestClient, backend: FakeBackend
    ) -> None:
        backend.down["start"] = RuntimeError("postgresql://user:secret@host")
        response = client.post("/v1/answers", json={"question": "Q?"})
        body = assert_problem(response, 500, "internal_error")
        assert "secret" not in json.dumps(body)

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/documents",
            "/v1/jobs",
            "/v1/runs",
            f"/v1/documents/{UUID(int=1)}/memories",
            f"/v1/versions/{UUID(int=1)}/text",
        ],
    )
    def test_an_unknown_parameter_is_named(self, client: TestClient, path: str) -> None:
        response = client.get(path, params={"colour": "red"})
        assert fields(assert_problem(response, 422, "invalid_request")) == {("query", "colour")}

    def test_an_unknown_path_and_a_wrong_method_are_problems(self, client: TestClient) -> None:
        assert_problem(client.get("/v2/nothing"), 404, "not_found")
        response = client.delete("/v1/answers")
        assert_problem(response, 405, "method_not_allowed")
        assert response.headers["allow"] == "POST"
