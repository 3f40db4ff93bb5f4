"""The API over the real runtime: Postgres, encoder, graphs and the pgmq bell; no worker process."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from core.ids import new_id
from core.settings import Settings
from graphs.running import RunControl
from graphs.runtime import open_runtime
from storage.database import open_database
from storage.tenants import create_key, create_tenant
from worker.driving import drive

MANUAL = b"""# Pump manual

## Casing

The casing nuts of the HP-240 are tightened to 62 Nm. The nuts are tightened crosswise.

## Bearings

Bearing frame F2 is regreased every 2,500 operating hours with 20 g of grease.
"""


@pytest.fixture(scope="module")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("data"), database_url=SecretStr(database_url))


@pytest.fixture(scope="module")
def key(database_url: str) -> tuple[UUID, str]:
    async def create() -> tuple[UUID, str]:
        async with open_database(database_url) as database:
            tenant_id = await create_tenant(database, f"tenant {new_id()}")
            return tenant_id, await create_key(database, tenant_id, "test")

    return asyncio.run(create())


@pytest.fixture(scope="module")
def client(settings: Settings, database_url: str, key: tuple[UUID, str]) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {key[1]}"}
    with TestClient(create_app(settings, database_url), headers=headers) as opened:
        yield opened


@pytest.fixture(scope="module")
def submitted(
    client: TestClient, settings: Settings, database_url: str, key: tuple[UUID, str]
) -> dict[str, Any]:
    """The manual, handed in and built as a worker would."""
    query = {"filename": "manual.md", "principal": "docs", "trust": "owner"}
    response = client.put("/v1/documents/manual", content=MANUAL, params=query)
    assert response.status_code == 202, response.text
    job_id = UUID(response.json()["job"]["id"])

    async def work() -> None:
        async with open_runtime(settings, database_url=database_url) as runtime:
            await drive(runtime, key[0], job_id, owner="test", control=RunControl())

    asyncio.run(work())
    body: dict[str, Any] = response.json()
    return body


def test_a_document_becomes_memories_and_answers_with_exact_citations(
    client: TestClient, submitted: dict[str, Any]
) -> None:
    document_id = submitted["document"]["id"]
    assert client.get(f"/v1/jobs/{submitted['job']['id']}").json()["state"] == "succeeded"
    assert client.get(f"/v1/documents/{document_id}/memories").json()

    question = "How tight are the casing nuts of the HP-240?"
    answer = client.post("/v1/answers", json={"question": question}).json()

    assert "62 Nm" in answer["text"]
    assert answer["citations"]
    for citation in answer["citations"]:
        span = citation["source_span"]
        stored = client.get(f"/v1/versions/{citation['version_id']}/text", params=span).json()
        assert stored["text"] == citation["quote"]
    run = client.get(f"/v1/runs/{answer['run_id']}").json()
    assert run["run"]["status"] == "succeeded"
    assert run["steps"]


def test_a_streamed_answer_ends_with_the_answer(
    client: TestClient, submitted: dict[str, Any]
) -> None:
    body = {"question": "How often is bearing frame F2 regreased?", "stream": True}
    text = client.post("/v1/answers", json=body).text
    names = [line.removeprefix("event: ") for line in text.split("\n") if line.startswith("event")]
    assert names[0] == "step"
    assert names[-1] == "answer"
    assert "sentence" in names


def test_the_service_is_ready(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


NOTE = {"by": "an admin", "reason": "a wrong answer"}
REVOKED = {"principal": "docs"}
REQUEST_OF: dict[tuple[str, str], dict[str, Any]] = {
    ("put", "/v1/documents/{document}"): {"content": MANUAL},
    ("post", "/v1/answers"): {"json": {"question": "How tight?"}},
    ("get", "/v1/audits/touched"): {"params": {"principal": "docs"}},
    ("post", "/v1/audits/revocations"): {"json": {**REVOKED, **NOTE}},
    ("post", "/v1/audits/revocations/{revocation_id}/undo"): {"json": NOTE},
    ("post", "/v1/audits/items/{item_id}/decision"): {"json": {"decision": "release", **NOTE}},
}
WITHOUT_ID = {
    *("/healthz", "/readyz", "/v1/documents", "/v1/jobs", "/v1/runs", "/v1/answers"),
    *("/v1/audits/touched", "/v1/audits/revocations", "/v1/audits/items", "/v1/audits/thresholds"),
}
IDS = ("document", "version_id", "memory_id", "job_id", "run_id", "revocation_id", "item_id")
REFUSED = {
    # The job is final by now, the run built memories, and the version is active.
    ("post", "/v1/jobs/{job_id}/cancel"): 409,
    ("get", "/v1/audits/answers/{run_id}"): 409,
    ("delete", "/v1/versions/{version_id}"): 409,
    # No run has kept anything out of sight.
    ("post", "/v1/audits/items/{item_id}/decision"): 404,
}


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    openapi = client.get("/openapi.json").json()
    return [
        (method, path, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]


def known_ids(client: TestClient, submitted: dict[str, Any]) -> dict[str, str]:
    document_id = submitted["document"]["id"]
    (memory, *_) = client.get(f"/v1/documents/{document_id}/memories").json()
    job = client.get(f"/v1/jobs/{submitted['job']['id']}").json()
    run = client.get(f"/v1/runs/{job['run_id']}").json()
    revoked = client.post("/v1/audits/revocations", json={**REVOKED, **NOTE}).json()
    return {
        "revocation_id": revoked["id"],
        "item_id": str(uuid4()),
        "document": document_id,
        "version_id": submitted["version"]["id"],
        "memory_id": memory["id"],
        "job_id": job["id"],
        "run_id": job["run_id"],
        "sha256": next(iter(run["steps"][0]["inputs"].values())),
    }


def test_every_operation_answers_a_valid_request_as_declared(
    client: TestClient, submitted: dict[str, Any]
) -> None:
    ids = known_ids(client, submitted)
    # What is deleted is deleted last, the document after its version.
    ordered = sorted(
        operations(client), key=lambda one: (one[0] == "delete", one[1].startswith("/v1/documents"))
    )
    for method, path, operation in ordered:
        given = REQUEST_OF.get((method, path), {})
        response = client.request(method, path.format(**ids), **given)
        declared = operation["responses"].get(str(response.status_code))
        assert declared is not None, (method, path, response.text)
        assert response.headers["content-type"].split(";")[0] in declared["content"], (method, path)
        refused = REFUSED.get((method, path))
        expected = {refused} if refused else {200, 202}
        assert response.status_code in expected, (method, path, response.text)


def test_every_operation_answers_an_unknown_id_with_a_declared_problem(
    client: TestClient,
) -> None:
    unknown = dict.fromkeys(IDS, uuid4())
    checked = 0
    for method, path, operation in operations(client):
        if method == "put" or path in WITHOUT_ID:
            continue
        given = REQUEST_OF.get((method, path), {})
        response = client.request(method, path.format(**unknown, sha256="0" * 64), **given)
        assert response.status_code == 404, (method, path, response.text)
        assert "application/problem+json" in operation["responses"]["404"]["content"]
        malformed = dict.fromkeys(unknown, "x")
        response = client.request(method, path.format(**malformed, sha256="0" * 64), **given)
        assert response.status_code == 422, (method, path, response.text)
        assert response.json()["errors"]
        checked += 1
    assert checked == 17


def test_every_operation_but_health_asks_for_a_key(client: TestClient) -> None:
    for method, path, operation in operations(client):
        needs_key = bool(operation.get("security"))
        assert needs_key == (path not in {"/healthz", "/readyz"})
        if needs_key:
            assert "401" in operation["responses"]
            ids = dict.fromkeys(IDS, uuid4())
            given = REQUEST_OF.get((method, path), {})
            response = client.request(
                method,
                path.format(**ids, sha256="0" * 64),
                headers={"Authorization": "Bearer qst_wrong"},
                **given,
            )
            assert response.status_code == 401, (method, path)


def test_every_error_is_declared_as_a_problem(client: TestClient) -> None:
    for method, path, operation in operations(client):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (method, path)


def test_a_broken_cursor_is_named(client: TestClient) -> None:
    for path in ("/v1/documents", "/v1/jobs", "/v1/runs"):
        response = client.get(path, params={"cursor": "nonsense"})
        assert response.status_code == 422, response.text
