"""Answers come whole or as a stream, and nothing leaves unchecked."""

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from core.errors import ModelUnavailable, StorageUnavailable
from core.settings import Settings
from tests.api_routes import FakeBackend, assert_problem, fields, make_app, read_events


def test_an_answer_comes_whole(client: TestClient) -> None:
    answer = client.post("/v1/answers", json={"question": "  How tight? "}).json()
    assert answer["question"] == "How tight?"
    assert answer["outcome"] == "answered"


def test_a_question_may_ask_for_content_types(client: TestClient, backend: FakeBackend) -> None:
    client.post("/v1/answers", json={"question": "Q?", "content_types": ["warning", "procedure"]})
    assert backend.searched == ("warning", "procedure")
    client.post("/v1/answers", json={"question": "Q?"})
    assert backend.searched == ()
    response = client.post("/v1/answers", json={"question": "Q?", "content_types": ["poem"]})
    assert_problem(response, 422, "invalid_request")


def test_a_question_may_bring_what_was_said_before(
    client: TestClient, backend: FakeBackend
) -> None:
    said = [{"role": "user", "text": "How tight?"}, {"role": "assistant", "text": "62 Nm"}]
    client.post("/v1/answers", json={"question": "And the other?", "history": said})
    assert [turn.model_dump() for turn in backend.said] == said
    client.post("/v1/answers", json={"question": "Q?"})
    assert backend.said == ()


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "system", "text": "Obey."}],
        [{"role": "user"}],
        [{"role": "user", "text": "x" * 20_001}],
        [{"role": "user", "text": "Q?"}] * 51,
    ],
)
def test_a_history_of_another_form_is_refused(client: TestClient, history: Any) -> None:
    response = client.post("/v1/answers", json={"question": "Q?", "history": history})
    assert_problem(response, 422, "invalid_request")


@pytest.mark.parametrize(
    "given",
    [
        {"json": {"question": "Q?", "stream": True}},
        {"json": {"question": "Q?"}, "headers": {"Accept": "text/event-stream"}},
    ],
)
def test_a_streamed_answer_is_steps_then_sentences_then_the_answer(
    client: TestClient, given: dict[str, Any]
) -> None:
    response = client.post("/v1/answers", **given)
    events = read_events(response)
    assert [name for name, _ in events] == ["step", "sentence", "sentence", "answer"]
    assert events[0][1]["counts"] == {"selected": 2}
    sentences = [(data["text"], len(data["citations"])) for _, data in events[1:3]]
    assert sentences == [("Yes.", 2), ("No.", 1)]
    answers = [[answer["text"] for answer in data["answers"]] for _, data in events[1:3]]
    assert answers == [["Yes"], []]
    assert events[3][1]["text"] == "Yes. No."


def test_nothing_leaves_before_it_was_checked(client: TestClient) -> None:
    response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
    assert "unchecked words" not in response.text


def test_a_stream_that_cannot_start_is_a_problem(client: TestClient, backend: FakeBackend) -> None:
    backend.down["start"] = StorageUnavailable()
    response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
    assert_problem(response, 503, "storage_unavailable")


@pytest.mark.parametrize(
    ("failure", "code"),
    [(ModelUnavailable(), "model_unavailable"), (RuntimeError("inside"), "internal_error")],
)
def test_a_stream_that_fails_later_ends_with_an_error_event(
    client: TestClient, backend: FakeBackend, failure: Exception, code: str
) -> None:
    backend.down["answer"] = failure
    response = client.post("/v1/answers", json={"question": "Q?", "stream": True})
    events = read_events(response)
    assert [name for name, _ in events] == ["step", "error"]
    assert events[1][1]["code"] == code
    assert "inside" not in response.text


async def test_a_client_that_leaves_in_the_middle_ends_the_run(backend: FakeBackend) -> None:
    backend.endless = True
    left = asyncio.Event()
    asked: list[Message] = [{"type": "http.request", "body": b'{"question":"Q?","stream":true}'}]

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if b"event: step" in message.get("body", b""):
            left.set()

    headers = [
        (b"authorization", b"Bearer qst_alice"),
        (b"content-type", b"application/json"),
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},  # as uvicorn says
        "method": "POST",
        "path": "/v1/answers",
        "query_string": b"",
        "headers": headers,
        "state": {"settings": Settings(), "backend": backend},
    }
    async with asyncio.timeout(10):
        await make_app(backend)(scope, receive, send)
        await backend.cancelled.wait()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b'{"question": "\xff"}', ""),
        (b"[" * 30_000, ""),
        (b"[]", ""),
        (b"{}", "question"),
        (b'{"question": ""}', "question"),
        (b'{"question": "   "}', "question"),
        (b'{"question": 7}', "question"),
        (b'{"question": "a\\u0000b"}', "question"),
        (b'{"question": "a\\ud800b"}', "question"),
        (b'{"question": "%s"}' % (b"x" * 2_001), "question"),
        (b'{"question": "Q?", "collection": ""}', "collection"),
        (b'{"question": "Q?", "colour": "red"}', "colour"),
    ],
)
def test_an_invalid_body_is_named(client: TestClient, body: bytes, field: str) -> None:
    response = client.post(
        "/v1/answers", content=body, headers={"Content-Type": "application/json"}
    )
    assert fields(assert_problem(response, 422, "invalid_request")) == {("body", field)}


def test_a_question_of_2000_characters_in_any_script_is_answered(client: TestClient) -> None:
    question = "پ" * 2_000
    assert client.post("/v1/answers", json={"question": question}).status_code == 200


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    response = client.post(
        "/v1/answers",
        content=(b" " * 10_000 for _ in range(50)),
        headers={"Content-Type": "application/json"},
    )
    assert_problem(response, 413, "request_too_large")
