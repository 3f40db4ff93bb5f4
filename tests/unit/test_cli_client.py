import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cli.client
from cli.client import Client, Refused, parse_events, split_lines
from cli.failures import CommandFailed, ServerUnreachable

Handler = Callable[[httpx.Request], httpx.Response]


def make_client(handler: Handler) -> Client:
    return Client("http://test", "qst_key", transport=httpx.MockTransport(handler))


def problem(status: int, code: str, **more: object) -> httpx.Response:
    body = {"status": status, "code": code, "detail": f"about {code}", **more}
    return httpx.Response(status, json=body, headers={"Retry-After": "0"})


def event(id: int, type: str, job_id: object) -> str:
    data = {"id": id, "job_id": str(job_id), "at": "2026-01-01T00:00:00Z", "type": type}
    return f"event: {type}\ndata: {json.dumps(data)}\nid: {id}\n\n"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.client, "RETRY_SECONDS", 0.0)


@given(st.text(alphabet="ab\n\u2028"), st.lists(st.integers(0, 20)))
def test_lines_do_not_depend_on_how_the_stream_is_cut(text: str, cuts: list[int]) -> None:
    borders = [0, *sorted(cuts), len(text)]
    chunks = [text[start:end] for start, end in pairwise(borders)]
    assert list(split_lines(chunks)) == text.split("\n")[:-1]


def test_heartbeats_are_skipped() -> None:
    lines = [": ping", "", "event: step", "id: 4", "data: {}", "", ": ping", ""]
    assert [tuple(found) for found in parse_events(lines)] == [("step", "{}", "4")]


def test_the_key_is_sent_and_problems_are_named() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer qst_key"
        return problem(404, "not_found")

    with pytest.raises(Refused, match="not_found: about not_found"):
        make_client(handler).get("/v1/jobs/x")


def test_a_response_that_is_no_problem_is_refused_too() -> None:
    with pytest.raises(Refused, match="unexpected_response"):
        make_client(lambda _: httpx.Response(502, text="<html>")).get("/v1/jobs")


def test_no_connection_is_an_unreachable_server() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServerUnreachable, match="no server answers at http://test"):
        make_client(handler).get("/v1/jobs")


def test_a_listing_is_read_page_by_page_up_to_the_limit() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        first = "cursor" not in request.url.params
        body = {"data": [1, 2] if first else [3], "next_cursor": "c" if first else None}
        return httpx.Response(200, json=body)

    assert list(make_client(handler).items("/v1/jobs", 10)) == [1, 2, 3]


def test_an_upload_is_tried_again_while_the_database_is_away(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"text")
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        assert request.url.raw_path == b"/v1/documents/a%2Fb.txt?trust=owner"
        return problem(503, "storage_unavailable") if len(seen) < 3 else httpx.Response(202, json=1)

    query = {"trust": "owner", "title": None}
    assert make_client(handler).put_document("a/b.txt", file, query) == 1
    assert seen == [b"text"] * 3


def test_an_upload_whose_job_is_stored_is_not_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"text")

    with pytest.raises(Refused) as refused:
        make_client(lambda _: problem(503, "broker_unavailable", job_id="j")).put_document(
            "a", file, {}
        )
    assert refused.value.job_id == "j"


def test_events_go_on_after_a_broken_connection() -> None:
    job_id = uuid4()
    resumed: list[str] = []

    def broken() -> object:
        yield event(1, "queued", job_id).encode()
        raise httpx.ReadError("gone")

    def handler(request: httpx.Request) -> httpx.Response:
        resumed.append(request.headers["Last-Event-ID"])
        if len(resumed) == 1:
            return httpx.Response(200, content=broken())  # type: ignore[arg-type]
        if len(resumed) == 2:
            return problem(503, "storage_unavailable")
        return httpx.Response(200, text=event(2, "claimed", job_id) + event(3, "failed", job_id))

    events = list(make_client(handler).job_events(job_id))
    assert [found.type for found in events] == ["queued", "claimed", "failed"]
    assert resumed == ["0", "1", "1"]


def test_a_stream_that_ends_with_an_error_is_refused() -> None:
    problem = {"code": "internal_error", "status": 500, "detail": "our fault"}
    text = f"event: error\ndata: {json.dumps(problem)}\n\n"
    with pytest.raises(Refused, match="internal_error: our fault"):
        list(make_client(lambda _: httpx.Response(200, text=text)).job_events(uuid4()))


def test_a_server_that_stays_away_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = 1000.0, 0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    def handler(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(cli.client, "RETRY_SECONDS", 0.5)
    monkeypatch.setattr(cli.client.time, "sleep", sleep)
    monkeypatch.setattr(cli.client.time, "monotonic", lambda: now)
    file = tmp_path / "a.txt"
    file.touch()
    client = make_client(handler)

    with pytest.raises(ServerUnreachable):
        client.put_document("a", file, {})
    assert cli.client.PATIENCE_SECONDS < now - 1000 < cli.client.PATIENCE_SECONDS + 10
    assert asked < 30
    before = asked
    with pytest.raises(ServerUnreachable):
        client.put_document("b", file, {})
    assert asked == before + 1


def test_a_document_is_found_by_its_external_id() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["external_id"] == "manual"
        return httpx.Response(200, json={"data": [], "next_cursor": None})

    with pytest.raises(CommandFailed, match="there is no document 'manual'"):
        make_client(handler).document("manual")
