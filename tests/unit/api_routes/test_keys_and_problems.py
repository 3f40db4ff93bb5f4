"""Who may ask, and how the API says that something is wrong."""

import json
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from core.errors import BrokerUnavailable
from tests.api_routes import FakeBackend, assert_problem, fields


@pytest.mark.parametrize("value", [None, "Bearer qst_mallory", "Basic abc", "Bearer"])
def test_without_a_known_key_nothing_is_answered(client: TestClient, value: str | None) -> None:
    del client.headers["Authorization"]
    response = client.get("/v1/documents", headers={"Authorization": value} if value else {})
    assert_problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


def test_health_needs_no_key(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_not_ready_names_the_part_that_is_away(client: TestClient, backend: FakeBackend) -> None:
    backend.down["broker"] = BrokerUnavailable()
    response = client.get("/readyz")
    assert "broker" in assert_problem(response, 503, "unavailable")["detail"]
    assert int(response.headers["retry-after"]) > 0


def test_an_unexpected_error_says_nothing_of_the_inside(
    client: TestClient, backend: FakeBackend
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
def test_an_unknown_parameter_is_named(client: TestClient, path: str) -> None:
    response = client.get(path, params={"colour": "red"})
    assert fields(assert_problem(response, 422, "invalid_request")) == {("query", "colour")}


def test_an_unknown_path_and_a_wrong_method_are_problems(client: TestClient) -> None:
    assert_problem(client.get("/v2/nothing"), 404, "not_found")
    response = client.delete("/v1/answers")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
