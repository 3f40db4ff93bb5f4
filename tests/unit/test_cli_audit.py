"""`quaestor audit`: what the server is asked, and how its answers look."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner

import cli.auditing
import cli.commands.audit
from cli.client import Client
from cli.main import app
from core.schemas.audit import (
    AskedAgain,
    AuditItem,
    Backer,
    Backing,
    BackingMemory,
    FittedThresholds,
    OutcomeSeen,
    Revocation,
    RevocationReport,
    Suspect,
    Thresholds,
    Touched,
    TouchedMemory,
    TouchedRun,
    Undoing,
)
from core.schemas.evidence import Signal
from core.schemas.job import Job, JobState

runner = CliRunner()
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
SUSPECT = Suspect(field="principal", name="mallory")
MEMORY, RUN = uuid4(), uuid4()
REVOCATION = Revocation(
    id=uuid4(), suspect=SUSPECT, by="ada", reason="it lies", at=MOMENT, memories=2
)
ITEM = AuditItem(
    id=uuid4(),
    memory_id=MEMORY,
    document_id=uuid4(),
    collection="default",
    status="quarantined",
    run_id=RUN,
    risk=0.91,
    signals=(Signal(code="echo", memory_id=MEMORY, value=0.9),),
    opened_at=MOMENT,
)
BACKING = Backing(
    run_id=RUN,
    question="What colour?",
    outcome="answered",
    told="It is blue.",
    backers=(
        Backer(
            principal="mallory",
            origins=("board",),
            trust="crawled",
            weight=1.0,
            memories=(
                BackingMemory(
                    memory_id=MEMORY, document_id=uuid4(), weight=1.0, cited=True, value="blue"
                ),
            ),
        ),
    ),
)
TOUCHED = Touched(
    suspect=SUSPECT,
    memories=(TouchedMemory(memory_id=MEMORY, document_id=uuid4(), status="verified", runs=3),),
    memories_total=7,
    runs=(
        TouchedRun(
            run_id=RUN, question="What colour?", collection="x", started_at=MOMENT, memories=1
        ),
    ),
    runs_total=9,
)


FITTED = FittedThresholds(
    collection="faq",
    made_at=MOMENT,
    thresholds=Thresholds(
        exclude=0.71, clean=300, clean_removed=0.015, poison=4, poison_removed=0.5
    ),
)


def seen(text: str, *, revoked: bool) -> OutcomeSeen:
    known = {"run_id": uuid4(), "outcome": "answered", "confidence": 0.5}
    return OutcomeSeen.model_validate({**known, "text": text, "cites_revoked": revoked})


def report(*, waiting: int = 0, **undone: Any) -> RevocationReport:
    asked = AskedAgain(
        job_id=uuid4(),
        state="queued" if waiting else "succeeded",
        question="What colour?",
        before=seen("It is blue.", revoked=True),
        after=None if waiting else seen("It is red.", revoked=False),
        changed=not waiting,
    )
    made = REVOCATION.model_copy(update=undone)
    return RevocationReport(revocation=made, questions=(asked,), waiting=waiting)


def job(job_id: str, state: JobState) -> Any:
    known = {"id": job_id, "tenant_id": uuid4(), "kind": "answers.ask_again", "max_attempts": 3}
    made = Job.model_validate({**known, "state": state, "created_at": MOMENT})
    return made.model_dump(mode="json")


class Server:
    """Gives each path its answer; remembers what was posted."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Any]] = []
        self.reports = [report(waiting=1), report()]
        self.job_states: list[JobState] = ["running", "succeeded"]
        self.asked: list[httpx.URL] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        path = request.url.path.removeprefix("/v1/audits/")
        if request.method == "POST":
            self.posted.append((path, json.loads(request.content)))
        return httpx.Response(200, json=self._answer(request.method, path))

    def _answer(self, method: str, path: str) -> Any:
        match method, path.split("/"):
            case "GET", ["", "v1", "jobs", job_id]:
                left = self.job_states
                return job(job_id, left.pop(0) if len(left) > 1 else left[0])
            case "GET", ["answers", _]:
                return BACKING.model_dump(mode="json")
            case "GET", ["touched"]:
                return TOUCHED.model_dump(mode="json")
            case "GET", ["revocations", _]:
                left = self.reports
                return (left.pop(0) if len(left) > 1 else left[0]).model_dump(mode="json")
            case "GET", ["thresholds"]:
                return [FITTED.model_dump(mode="json")]
            case "GET", ["items"]:
                return {"data": [ITEM.model_dump(mode="json")], "next_cursor": None}
            case "GET", ["revocations"]:
                return {"data": [REVOCATION.model_dump(mode="json")], "next_cursor": None}
            case _, ["items", *_]:
                return ITEM.model_dump(mode="json")
            case _:
                return REVOCATION.model_dump(mode="json")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()

    @contextmanager
    def open_client() -> Iterator[Client]:
        yield Client("http://server", "key", transport=httpx.MockTransport(server))

    monkeypatch.setattr(cli.commands.audit, "open_client", open_client)
    monkeypatch.setattr(cli.auditing, "POLL_SECONDS", 0)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    return server


def run(*arguments: str, code: int = 0, **given: Any) -> str:
    result = runner.invoke(app, ["audit", *arguments], **given)
    assert result.exit_code == code, result.output
    return result.output


def test_the_heaviest_backers_are_shown(server: Server) -> None:
    shown = run("answer", str(RUN))

    assert all(word in shown for word in ("It is blue.", "mallory", "board", "1, 1 quoted", "1.00"))


def test_what_was_touched_is_counted_whole(server: Server) -> None:
    shown = run("touched", "--origin", "board", "--limit", "1")

    assert all(word in shown for word in ("7 memories", "9 answers", "What colour?", str(MEMORY)))
    assert dict(server.asked[0].params) == {"limit": "1", "origin": "board"}


@pytest.mark.parametrize("named", [(), ("--principal", "p", "--origin", "o")])
def test_one_of_principal_and_origin_must_be_named(server: Server, named: tuple[str, ...]) -> None:
    assert "name one of" in run("touched", *named, code=2)
    assert "name one of" in run("revoke", "--yes", *named, code=2)


def test_revoking_says_who_and_why_and_waits_for_the_answers(server: Server) -> None:
    shown = run("revoke", "--principal", "mallory", "--reason", "it lies", "--yes")

    (posted,) = server.posted
    body = {"principal": "mallory", "by": "ada", "reason": "it lies", "most": 100}
    assert posted == ("revocations", body)
    assert "It is blue. (quotes what was revoked)" in shown
    assert "It is red." in shown
    assert "1 question asked again: 1 answered otherwise, 0 waiting" in shown


def test_while_questions_are_asked_again_only_their_jobs_are_looked_at(server: Server) -> None:
    server.job_states = ["queued", "running", "running", "succeeded"]
    (asked,) = server.reports[0].questions

    run("revoke", "--principal", "mallory", "--yes")

    paths = [url.path for url in server.asked]
    assert paths.count(f"/v1/jobs/{asked.job_id}") == 4
    assert len([path for path in paths if path.startswith("/v1/audits/revocations/")]) == 2


def test_without_open_questions_no_job_is_looked_at(server: Server) -> None:
    server.reports = [report()]

    run("revoke", "--principal", "mallory", "--yes")

    assert [url.path.split("/")[2] for url in server.asked] == ["audits", "audits"]


def test_revoking_asks_first(server: Server) -> None:
    run("revoke", "--principal", "mallory", input="n\n", code=1)

    assert server.posted == []


def test_a_late_answer_shows_its_job(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.auditing, "PATIENCE_SECONDS", -1.0)
    server.reports, server.job_states = [report(waiting=1)], ["queued"]

    assert "queued" in run("revoke", "--principal", "mallory", "--yes")


def test_revocations_are_listed_and_shown(server: Server) -> None:
    undoing = Undoing(by="bob", reason="a mistake", at=MOMENT)
    server.reports = [report(undone=undoing)]

    assert str(REVOCATION.id) in run("revocations")
    assert "undone by bob" in run("revocations", str(REVOCATION.id))


def test_undoing_says_who_and_why(server: Server) -> None:
    run("undo", "an-id", "--reason", "a mistake")

    assert server.posted == [("revocations/an-id/undo", {"by": "ada", "reason": "a mistake"})]


def test_items_are_the_open_ones_unless_all_are_asked_for(server: Server) -> None:
    shown = run("items")
    run("items", "--all")

    assert all(word in shown for word in (str(ITEM.id), "0.91", "echo", "none"))
    assert [url.params.get("state") for url in server.asked] == ["open", None]


def test_a_decision_says_who_and_why(server: Server) -> None:
    run("decide", "an-id", "release", "--reason", "an FAQ")

    body = {"decision": "release", "by": "ada", "reason": "an FAQ"}
    assert server.posted == [("items/an-id/decision", body)]
    run("decide", "an-id", "delete", code=2)


def test_json_is_what_the_server_said(server: Server) -> None:
    assert json.loads(run("answer", str(RUN), "--json")) == BACKING.model_dump(mode="json")


def test_fitted_thresholds_say_what_they_keep_out(server: Server) -> None:
    shown = run("thresholds")

    assert all(word in shown for word in ("faq", "0.710", "1.5 % of 300", "50.0 % of 4"))
