"""An account is taken over and lies: found, revoked, and what it touched answered anew."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from core.schemas.job import FINAL_STATES
from tests.instance import Running, start, stop, temporary_home, wait_until

pytestmark = pytest.mark.slow

TRUE = """# Seal bulletin

The mechanical seal of the KX-10 pump is replaced every 4,000 hours.
"""
FALSE = """# Seal notice

The mechanical seal of the KX-10 pump is replaced every 9,500 hours.
"""
OTHER = """# Grease

The bearings of the KX-10 pump are greased with lithium soap.
"""
QUESTION = "How often is the mechanical seal of the KX-10 pump replaced?"


@pytest.fixture(scope="module")
def instance() -> Iterator[Running]:
    with temporary_home() as home:
        running = start(home)
        try:
            yield running
        finally:
            stop(running)


@pytest.fixture(scope="module")
def client(instance: Running) -> Iterator[httpx.Client]:
    key = (instance.home / "api.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=instance.state["url"], headers=headers, timeout=60) as opened:
        yield opened


def add(client: httpx.Client, name: str, text: str, **source: str) -> None:
    reply = client.put(f"/v1/documents/{name}", content=text.encode(), params=source)
    job_id = reply.json()["job"]["id"]
    wait_until(lambda: got(client, f"/v1/jobs/{job_id}")["state"] in FINAL_STATES, 60)
    assert got(client, f"/v1/jobs/{job_id}")["state"] == "succeeded"


def got(client: httpx.Client, path: str, **query: Any) -> Any:
    reply = client.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def ask(client: httpx.Client, question: str) -> Any:
    reply = client.post("/v1/answers", json={"question": question})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_who_lied_is_found_and_revoked_and_what_it_touched_is_answered_anew(
    instance: Running, client: httpx.Client
) -> None:
    add(client, "bulletin.md", TRUE, principal="works", origin="works.example", trust="upload")
    add(client, "grease.md", OTHER, principal="works", origin="works.example", trust="upload")
    add(client, "notice.md", FALSE, principal="mallory", origin="team.example", trust="owner")

    wrong = ask(client, QUESTION)
    assert "9,500" in wrong["text"]

    backing = got(client, f"/v1/audits/answers/{wrong['run_id']}")
    assert backing["backers"][0]["principal"] == "mallory"
    assert any(memory["cited"] for memory in backing["backers"][0]["memories"])

    touched = json.loads(instance.run("audit", "touched", "--principal", "mallory", "--json"))
    assert wrong["run_id"] in {run["run_id"] for run in touched["runs"]}
    assert {memory["status"] for memory in touched["memories"]} == {"verified"}

    arguments = ("--principal", "mallory", "--reason", "taken over", "--yes", "--json")
    report = json.loads(instance.run("audit", "revoke", *arguments))
    assert report["waiting"] == 0
    (asked,) = report["questions"]
    assert asked["changed"]
    assert "9,500" in asked["before"]["text"]
    assert asked["before"]["cites_revoked"]
    assert "4,000" in asked["after"]["text"]
    assert "9,500" not in asked["after"]["text"]
    assert not asked["after"]["cites_revoked"]
    assert report["revocation"]["reason"] == "taken over"

    again = got(client, f"/v1/runs/{asked['after']['run_id']}")
    assert again["run"]["subject"]["question"] == QUESTION
    assert [step["node"] for step in again["steps"]][-1] == "finish_answer"
    job = got(client, f"/v1/jobs/{asked['job_id']}")
    assert (job["kind"], job["state"]) == ("answers.ask_again", "succeeded")

    # Revoking deleted nothing, and can be taken back.
    instance.run("audit", "undo", report["revocation"]["id"], "--reason", "a drill")
    assert "9,500" in ask(client, QUESTION)["text"]
