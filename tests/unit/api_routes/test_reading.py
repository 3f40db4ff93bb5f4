"""What was stored is read back: documents, memories, texts, runs."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from core.ids import sha256_of
from core.schemas.run import Run, Step
from tests.api_routes import ALICE, TEXT, FakeBackend, assert_problem, build, fields, put


def test_documents_are_listed_page_by_page(client: TestClient) -> None:
    for number in range(3):
        put(client, f"d{number}", content=str(number).encode())
    first = client.get("/v1/documents", params={"limit": 2}).json()
    second = client.get("/v1/documents", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    names = [item["external_id"] for page in (first, second) for item in page["data"]]
    assert sorted(names) == ["d0", "d1", "d2"]
    assert second["next_cursor"] is None


def test_a_document_is_found_by_its_external_id(client: TestClient) -> None:
    put(client)
    found = client.get("/v1/documents", params={"external_id": "manual"}).json()
    assert [item["external_id"] for item in found["data"]] == ["manual"]
    assert client.get("/v1/documents", params={"external_id": "x"}).json()["data"] == []


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "all"}])
def test_a_limit_outside_its_bounds_is_named(client: TestClient, query: dict[str, Any]) -> None:
    body = assert_problem(client.get("/v1/jobs", params=query), 422, "invalid_request")
    assert fields(body) == {("query", "limit")}


async def test_memories_are_those_of_the_active_version(
    client: TestClient, backend: FakeBackend
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


def test_a_version_of_another_document_is_not_found(client: TestClient) -> None:
    one, other = put(client, "one").json(), put(client, "other", content=b"x").json()
    response = client.get(
        f"/v1/documents/{one['document']['id']}/memories",
        params={"version": other["version"]["id"]},
    )
    assert_problem(response, 404, "not_found")


async def test_the_text_of_a_citation_can_be_read(client: TestClient, backend: FakeBackend) -> None:
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
    client: TestClient, backend: FakeBackend
) -> None:
    submitted = put(client).json()
    memory = await build(backend.repositories(ALICE), UUID(submitted["job"]["id"]))
    path = f"/v1/memories/{memory.id}"
    assert client.post(f"{path}/quarantine").json()["status"] == "quarantined"
    assert client.post(f"{path}/release").json()["status"] == "verified"


def test_what_belongs_to_another_tenant_is_not_found(client: TestClient) -> None:
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
    client: TestClient, backend: FakeBackend
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
