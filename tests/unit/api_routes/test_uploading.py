"""Documents come in: accepted, unchanged, refused, or kept while the broker is away."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from core.errors import BrokerUnavailable, StorageUnavailable
from tests.api_routes import LIMIT, TEXT, FakeBackend, assert_problem, fields, put


def test_a_new_document_is_accepted_and_its_job_is_rung(
    client: TestClient, backend: FakeBackend
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


def test_unchanged_bytes_are_no_new_work(client: TestClient, backend: FakeBackend) -> None:
    first, second = put(client), put(client)
    assert second.status_code == 200
    assert second.json()["created"] is False
    assert second.json()["job"]["id"] == first.json()["job"]["id"]
    assert second.headers["location"] == first.headers["location"]
    assert len(backend.rung) == 1


def test_a_form_works_too_and_names_the_file(client: TestClient) -> None:
    files = {"file": ("report.txt", TEXT.encode(), "text/plain")}
    response = client.put("/v1/documents/report", files=files)
    assert response.status_code == 202
    assert response.json()["version"]["filename"] == "report.txt"
    assert response.json()["version"]["size"] == len(TEXT)


def test_an_external_id_may_be_a_path_in_any_script(client: TestClient) -> None:
    response = put(client, "docs%2Fпомпа%20手册.txt")
    assert response.status_code == 202
    assert response.json()["document"]["external_id"] == "docs/помпа 手册.txt"


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT, 200 * LIMIT])
def test_too_large_a_body_is_refused(client: TestClient, size: int) -> None:
    assert_problem(put(client, content=b"x" * size), 413, "document_too_large")


def test_a_body_without_declared_length_is_limited_too(client: TestClient) -> None:
    chunks = (b"x" * 100 for _ in range(11))
    assert_problem(put(client, content=chunks), 413, "document_too_large")


@pytest.mark.parametrize("size", [LIMIT + 1, 200 * LIMIT])
def test_too_large_a_file_in_a_form_is_refused(client: TestClient, size: int) -> None:
    response = client.put("/v1/documents/big", files={"file": ("big.txt", b"x" * size)})
    assert_problem(response, 413, "document_too_large")


def test_the_largest_allowed_file_is_accepted_both_ways(client: TestClient) -> None:
    largest = b"x" * LIMIT
    assert put(client, "raw", content=largest).status_code == 202
    form = client.put("/v1/documents/form", files={"file": ("a", largest)})
    assert form.status_code == 202


def test_an_empty_file_is_refused(client: TestClient) -> None:
    assert_problem(put(client, content=b""), 422, "empty_document")
    form = client.put("/v1/documents/empty", files={"file": ("a.txt", b"")})
    assert_problem(form, 422, "empty_document")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\na\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_broken_form_is_refused(client: TestClient, body: bytes, content_type: str) -> None:
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
    client: TestClient, external_id: str, query: dict[str, str], field: tuple[str, str]
) -> None:
    body = assert_problem(put(client, external_id, params=query), 422, "invalid_request")
    assert fields(body) == {field}
    assert field[1] in body["detail"]


def test_without_a_broker_the_job_is_stored_and_named(
    client: TestClient, backend: FakeBackend
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
    client: TestClient, backend: FakeBackend
) -> None:
    backend.down["storage"] = StorageUnavailable()
    response = put(client)
    assert_problem(response, 503, "storage_unavailable")
    assert int(response.headers["retry-after"]) > 0
