"""Audits over HTTP: looking, revoking, undoing, deciding."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from core.errors import BrokerUnavailable
from core.schemas.answer import Answer
from core.schemas.audit import Suspicion, Thresholds
from core.schemas.memory import Memory
from core.schemas.run import Run
from tests.api_routes import ALICE, FakeBackend, assert_problem, build, fields, put
from tests.recorded import record_run

SUSPECT = {"principal": "p"}


@pytest.fixture
async def memory(client: TestClient, backend: FakeBackend) -> Memory:
    """A memory of principal p from origin o."""
    return await build(backend.repositories(ALICE), UUID(put(client).json()["job"]["id"]))


@pytest.fixture
async def run(backend: FakeBackend, memory: Memory) -> Run:
    """An abstention that had found it."""
    run_id = uuid4()
    known = {"question": "How tight?", "outcome": "abstained", "text": "", "confidence": 0}
    answer = Answer.model_validate({"run_id": run_id, **known})
    left = {"answer": answer.model_dump_json().encode()}
    kept = backend.repositories(ALICE)
    return await record_run(kept, "How tight?", found=[memory.id], left=left, id=run_id)


def test_who_pushed_an_answer(client: TestClient, run: Run) -> None:
    found = client.get(f"/v1/audits/answers/{run.id}").json()

    assert (found["question"], found["outcome"], found["backers"]) == (
        "How tight?",
        "abstained",
        [],
    )
    assert_problem(client.get(f"/v1/audits/answers/{uuid4()}"), 404, "not_found")


@pytest.mark.parametrize("suspect", [SUSPECT, {"origin": "o"}])
def test_what_was_touched(
    client: TestClient, memory: Memory, run: Run, suspect: dict[str, str]
) -> None:
    found = client.get("/v1/audits/touched", params=suspect).json()

    assert [item["memory_id"] for item in found["memories"]] == [str(memory.id)]
    assert [item["run_id"] for item in found["runs"]] == [str(run.id)]


@pytest.mark.parametrize("suspect", [{}, {"principal": "p", "origin": "o"}])
def test_one_of_principal_and_origin_is_named(client: TestClient, suspect: dict[str, str]) -> None:
    assert_problem(client.get("/v1/audits/touched", params=suspect), 422, "invalid_request")
    assert_problem(client.post("/v1/audits/revocations", json=suspect), 422, "invalid_request")


def test_unknown_fields_are_named(client: TestClient) -> None:
    body = {**SUSPECT, "delete": True}
    problem = assert_problem(
        client.post("/v1/audits/revocations", json=body), 422, "invalid_request"
    )
    assert fields(problem) == {("body", "delete")}


def test_revoking_rings_for_each_question_and_says_where_the_report_is(
    client: TestClient, backend: FakeBackend, memory: Memory, run: Run
) -> None:
    rung = len(backend.rung)
    reply = client.post("/v1/audits/revocations", json={**SUSPECT, "by": "ada", "reason": "lies"})

    assert reply.status_code == 202
    assert (reply.json()["by"], reply.json()["memories"]) == ("ada", 1)
    report = client.get(reply.headers["Location"]).json()
    assert report["revocation"] == reply.json()
    assert [asked["question"] for asked in report["questions"]] == ["How tight?"]
    assert report["waiting"] == 1
    assert [str(job) for job in backend.rung[rung:]] == [report["questions"][0]["job_id"]]
    assert client.get("/v1/audits/revocations").json()["data"] == [reply.json()]


def test_a_broker_that_is_away_leaves_the_questions_to_the_sweeper(
    client: TestClient, backend: FakeBackend, memory: Memory, run: Run
) -> None:
    backend.down["broker"] = BrokerUnavailable()

    assert client.post("/v1/audits/revocations", json=SUSPECT).status_code == 202


def test_what_nobody_has_cannot_be_revoked(client: TestClient) -> None:
    reply = client.post("/v1/audits/revocations", json={"origin": "nowhere"})

    assert_problem(reply, 404, "not_found")


def test_a_revocation_is_undone_once(client: TestClient, memory: Memory) -> None:
    made = client.post("/v1/audits/revocations", json=SUSPECT).json()
    path = f"/v1/audits/revocations/{made['id']}/undo"

    assert client.post(path, json={"by": "ada"}).json()["undone"]["by"] == "ada"
    assert_problem(client.post(path, json={}), 409, "conflict")


async def test_a_person_decides_about_an_item(
    client: TestClient, backend: FakeBackend, memory: Memory, run: Run
) -> None:
    seen = Suspicion(memory_id=memory.id, run_id=run.id, risk=0.9, signals=())
    await backend.repositories(ALICE).audits.suspect([seen])
    (item,) = listed(client, state="open")

    path = f"/v1/audits/items/{item['id']}/decision"
    decided = client.post(path, json={"decision": "quarantine", "by": "ada"}).json()

    assert (decided["decision"], decided["by"]) == ("quarantine", "ada")
    assert (listed(client, state="open"), listed(client, state="decided")) == ([], [decided])
    assert listed(client) == [decided]
    assert_problem(client.post(path, json={"decision": "delete"}), 422, "invalid_request")
    gone = f"/v1/audits/items/{uuid4()}/decision"
    assert_problem(client.post(gone, json={"decision": "release"}), 404, "not_found")


def listed(client: TestClient, **query: Any) -> list[Any]:
    data: list[Any] = client.get("/v1/audits/items", params=query).json()["data"]
    return data


def test_another_tenant_sees_and_takes_nothing(client: TestClient, memory: Memory) -> None:
    bob = {"Authorization": "Bearer qst_bob"}

    assert client.get("/v1/audits/touched", params=SUSPECT, headers=bob).json()["memories"] == []
    reply = client.post("/v1/audits/revocations", json=SUSPECT, headers=bob)
    assert_problem(reply, 404, "not_found")


async def test_fitted_thresholds_are_listed(client: TestClient, backend: FakeBackend) -> None:
    fitted = Thresholds(exclude=0.7, clean=300, clean_removed=0.01, poison=0, poison_removed=0)
    await backend.repositories(ALICE).thresholds.keep("faq", fitted)

    (listed_one,) = client.get("/v1/audits/thresholds").json()

    assert (listed_one["collection"], listed_one["thresholds"]["exclude"]) == ("faq", 0.7)
