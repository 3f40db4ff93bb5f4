from pathlib import Path

import httpx
import pytest

import cli.client
from cli.adding import Added, FileToAdd, add_files, find_files
from cli.client import Client
from cli.failures import UsageFailed
from core.schemas.job import JobEvent

JOB = {
    "id": "00000000-0000-0000-0000-000000000001",
    "tenant_id": "00000000-0000-0000-0000-000000000002",
    "kind": "memories.build",
    "document_id": "00000000-0000-0000-0000-000000000003",
    "version_id": "00000000-0000-0000-0000-000000000004",
    "state": "succeeded",
    "created_at": "2026-01-01T00:00:00Z",
    "finished_at": "2026-01-01T00:00:02Z",
}
SUBMITTED = {"document": {"id": JOB["document_id"]}, "job": JOB}


@pytest.fixture(autouse=True)
def hardly_any_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.client, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(cli.client, "PATIENCE_SECONDS", 0.1)


class Silent:
    def started(self, file: FileToAdd) -> None: ...

    def progressed(self, file: FileToAdd, event: JobEvent) -> None: ...

    def ended(self, file: FileToAdd, added: Added) -> None: ...


def add(handler: httpx.MockTransport, *files: Path) -> list[Added]:
    client = Client("http://test", "key", transport=handler)
    to_add = [FileToAdd(file, file.name, {"trust": "owner"}) for file in files]
    return add_files(client, to_add, wait=False, watcher=Silent())


def test_a_folder_is_searched_below_and_its_files_are_named_by_their_path(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "deep").mkdir(parents=True)
    for name in ("b.txt", "deep/a.md", ".hidden", "deep/.git"):
        (folder / name).write_text("x")
    (tmp_path / "single.txt").write_text("x")

    found = find_files([folder, tmp_path / "single.txt"], {"trust": "owner"})

    names = [file.external_id for file in found]
    assert names == ["docs/b.txt", "docs/deep/a.md", "single.txt"]
    assert all(file.said == {"trust": "owner"} for file in found)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("x")
    with pytest.raises(UsageFailed, match=r"would both be 'a\.txt'"):
        find_files([tmp_path / "one" / "a.txt", tmp_path / "two" / "a.txt"], {})


def test_a_path_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageFailed, match="no '/nowhere/at/all'"):
        find_files([Path("/nowhere/at/all")], {})


def test_a_refused_file_keeps_its_cause_and_the_others_go_on(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("x")
    bad.write_text("x")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bad.txt"):
            return httpx.Response(413, json={"code": "document_too_large", "status": 413})
        return httpx.Response(200, json=SUBMITTED if request.method == "PUT" else JOB)

    first, second = add(httpx.MockTransport(handler), bad, good)

    assert not first.ok
    assert first.error is not None
    assert first.error.code == "document_too_large"
    assert second.ok
    assert second.seconds == 2.0


def test_a_job_that_waits_for_the_broker_is_followed_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            stored = {"code": "broker_unavailable", "status": 503, "job_id": JOB["id"]}
            return httpx.Response(503, json=stored)
        return httpx.Response(200, json=JOB)

    (added,) = add(httpx.MockTransport(handler), file)
    assert added.ok
    assert added.job_id == JOB["id"]


def test_a_dropped_connection_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    dropped: set[str] = set()

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method not in dropped:
            dropped.add(request.method)
            raise httpx.RemoteProtocolError("peer closed connection")
        return httpx.Response(200, json=SUBMITTED if request.method == "PUT" else JOB)

    (added,) = add(httpx.MockTransport(handler), file)
    assert added.state == "succeeded"
    assert dropped == {"PUT", "GET"}


def test_a_connection_dropped_for_good_is_the_outcome_of_its_file_only(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("x")
    bad.write_text("x")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("bad.txt"):
            raise httpx.WriteError("broken pipe")
        return httpx.Response(200, json=SUBMITTED if request.method == "PUT" else JOB)

    (first,) = add(httpx.MockTransport(handler), bad)
    (second,) = add(httpx.MockTransport(handler), good)

    assert (first.state, first.ok) == ("unknown", False)
    assert first.error is not None
    assert first.error.code == "server_unreachable"
    assert second.ok


def test_a_file_that_was_taken_is_never_called_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            return httpx.Response(202, json=SUBMITTED)
        return httpx.Response(503, json={"code": "storage_unavailable", "status": 503})

    (added,) = add(httpx.MockTransport(handler), file)
    assert (added.state, added.job_id) == ("unknown", JOB["id"])
    assert added.error is not None
    assert added.error.code == "storage_unavailable"
