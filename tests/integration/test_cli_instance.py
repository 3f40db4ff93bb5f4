"""A real instance: `quaestor up` with its Postgres, API and worker, used and mistreated."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.instance import (
    TEXT,
    Running,
    children,
    lives,
    postmaster,
    start,
    stop,
    temporary_home,
    wait_until,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as path:
        yield path


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with temporary_home() as path:
        instance = start(path)
        yield instance
        assert stop(instance) == 0


def test_a_file_is_added_asked_about_and_shown(running: Running) -> None:
    (added,) = json.loads(running.run("add", "manual.md", "--trust", "owner", "--json"))
    assert added["state"] == "succeeded"

    answer = json.loads(running.run("ask", "How tight are the casing nuts?", "--json"))
    assert "62 Nm" in answer["text"]
    assert "62 Nm. [1]" in running.run("ask", "How tight are the casing nuts?")

    documents = json.loads(running.run("documents", "--json"))
    assert "manual.md" in [document["external_id"] for document in documents]
    (memory, *_) = json.loads(running.run("memories", "manual.md", "--json"))
    assert memory["document_id"] == added["document_id"]
    job = json.loads(running.run("jobs", added["job_id"], "--json"))
    assert job["events"][-1]["type"] == "succeeded"
    run = json.loads(running.run("runs", answer["run_id"], "--json"))
    assert run["steps"]


@pytest.mark.parametrize("command", ["documents", "jobs", "runs", "settings"])
def test_every_listing_prints_json_and_a_table(running: Running, command: str) -> None:
    json.loads(running.run(command, "--json"))
    assert running.run(command).strip()


def test_a_changed_file_is_a_new_version_and_what_is_old_can_be_taken_away(
    running: Running,
) -> None:
    file = running.home / "notes.md"
    file.write_text(TEXT)
    (first,) = json.loads(running.run("add", "notes.md", "--json"))
    (again,) = json.loads(running.run("add", "notes.md", "--json"))
    assert again["job_id"] == first["job_id"]
    file.write_text(TEXT + "\nThe gland nuts are tightened to 12 Nm.\n")
    running.run("add", "notes.md")

    versions = json.loads(running.run("documents", "versions", "notes.md", "--json"))
    assert [version["status"] for version in versions] == ["superseded", "active"]
    refused = running.command("documents", "purge", "notes.md", "2", "--yes")
    assert (refused.returncode, "conflict" in refused.stderr) == (1, True)
    running.run("documents", "purge", "notes.md", "1", "--yes")
    removed = json.loads(running.run("documents", "delete", "notes.md", "--yes", "--json"))
    assert removed["versions"] == 2
    listed = json.loads(running.run("documents", "--json"))
    assert "notes.md" not in [document["external_id"] for document in listed]


def test_files_that_cannot_be_read_name_their_cause(running: Running) -> None:
    (running.home / "empty.txt").touch()
    (running.home / "noise.bin").write_bytes(bytes(range(256)) * 10)
    output = running.run("add", "empty.txt", "noise.bin", "--json", code=1)
    causes = {item["external_id"]: item["error"]["code"] for item in json.loads(output)}
    assert causes == {"empty.txt": "empty_document", "noise.bin": "unsupported_format"}


def test_a_file_of_200_mb_is_refused_with_its_reason(running: Running) -> None:
    with (running.home / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    (added,) = json.loads(running.run("add", "huge.txt", "--json", code=1))
    assert added["error"]["code"] == "document_too_large"


def test_another_tenant_sees_nothing(running: Running) -> None:
    created = json.loads(running.run("tenants", "add", "other", "--json"))
    running.environment["QUAESTOR_API_KEY"] = created["key"]
    try:
        assert json.loads(running.run("documents", "--json")) == []
    finally:
        del running.environment["QUAESTOR_API_KEY"]


def test_it_says_where_the_database_lies(running: Running) -> None:
    where = running.state["database_dir"]
    assert (Path(where) / "postgres" / "PG_VERSION").is_file()
    assert f"database in {where}" in " ".join(running.log().split())


def test_the_key_is_for_this_user_only(running: Running) -> None:
    assert (running.home / "api.key").stat().st_mode & 0o777 == 0o600


def test_a_second_instance_on_the_same_data_is_refused(running: Running) -> None:
    result = running.command("up")
    assert result.returncode == 1
    assert "runs already" in result.stderr
    assert str(running.state["url"]) in result.stderr


def test_a_killed_worker_is_started_again_and_its_jobs_are_done(running: Running) -> None:
    before = children(running.process.pid)["worker"]
    os.kill(before, signal.SIGKILL)

    (running.home / "after.md").write_text(TEXT + "\nAfter the worker was killed.\n")
    (added,) = json.loads(running.run("add", "after.md", "--json"))

    assert added["state"] == "succeeded"
    assert children(running.process.pid)["worker"] != before


def test_a_killed_api_keeps_its_address(running: Running) -> None:
    os.kill(children(running.process.pid)["api"], signal.SIGKILL)
    wait_until(lambda: running.command("documents", "--json").returncode == 0, 60)


def test_a_killed_postgres_is_started_again_and_waited_for(running: Running) -> None:
    os.kill(postmaster(running.home), signal.SIGKILL)

    (running.home / "database.md").write_text(TEXT + "\nAfter the database was killed.\n")
    (added,) = json.loads(running.run("add", "database.md", "--json"))

    assert added["state"] == "succeeded"
    ready = httpx.get(f"{running.state['url']}/readyz", trust_env=False, timeout=30)
    assert ready.status_code == 200


def test_one_signal_stops_all_and_the_data_can_be_used_again(home: Path) -> None:
    first = start(home)
    first.run("add", "manual.md")
    pids = [*children(first.process.pid).values(), postmaster(home)]

    assert stop(first) == 0

    assert not any(map(lives, pids))
    assert not (home / "up.json").exists()
    second = start(home)
    try:
        listed = json.loads(second.run("documents", "--json"))
        assert [document["external_id"] for document in listed] == ["manual.md"]
    finally:
        stop(second)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_supervisor_takes_its_processes_with_it_and_can_be_replaced(home: Path) -> None:
    first = start(home)
    pids = children(first.process.pid).values()

    first.process.kill()
    first.process.wait()

    wait_until(lambda: not any(map(lives, pids)), 30)
    (home / "up.json").unlink()
    assert stop(start(home)) == 0
