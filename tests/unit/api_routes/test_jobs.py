"""Jobs are followed, cancelled, and name their failure."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from core.schemas.job import JobError
from tests.api_routes import ALICE, FakeBackend, assert_problem, build, fields, put, read_events


async def test_events_are_streamed_up_to_the_final_one(
    client: TestClient, backend: FakeBackend
) -> None:
    job_id = put(client).json()["job"]["id"]
    await build(backend.repositories(ALICE), UUID(job_id))

    events = read_events(client.get(f"/v1/jobs/{job_id}/events"))

    assert events[0][0] == "queued"
    assert events[-1][0] == "succeeded"
    ids = [data["id"] for _, data in events]
    assert ids == sorted(ids)


async def test_a_stream_is_resumed_after_the_last_event(
    client: TestClient, backend: FakeBackend
) -> None:
    job_id = put(client).json()["job"]["id"]
    await build(backend.repositories(ALICE), UUID(job_id))
    path = f"/v1/jobs/{job_id}/events"
    everything = read_events(client.get(path))

    for index, (_, data) in enumerate(everything):
        rest = read_events(client.get(path, headers={"Last-Event-ID": str(data["id"])}))
        assert rest == everything[index + 1 :]


@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999"])
def test_a_last_event_that_is_no_event_is_refused(client: TestClient, value: str) -> None:
    job_id = put(client).json()["job"]["id"]
    response = client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": value})
    body = assert_problem(response, 422, "invalid_request")
    assert fields(body) == {("header", "last-event-id")}


async def test_a_waiting_job_is_cancelled_at_once_and_a_final_one_is_a_conflict(
    client: TestClient,
) -> None:
    job_id = put(client).json()["job"]["id"]
    assert client.post(f"/v1/jobs/{job_id}/cancel").json()["state"] == "cancelled"
    assert_problem(client.post(f"/v1/jobs/{job_id}/cancel"), 409, "conflict")


async def test_a_failed_job_names_its_cause(client: TestClient, backend: FakeBackend) -> None:
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
