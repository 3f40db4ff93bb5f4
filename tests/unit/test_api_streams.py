import asyncio
import json
from collections.abc import AsyncGenerator

import pytest
from fastapi.sse import KEEPALIVE_COMMENT

from api.streams import kept_alive
from core.errors import ModelUnavailable


async def test_a_slow_stream_has_a_heartbeat_and_loses_nothing() -> None:
    async def slow() -> AsyncGenerator[bytes]:
        for item in (b"a", b"b"):
            await asyncio.sleep(0.05)
            yield item

    seen = [item async for item in kept_alive(slow(), "/v1", 0.01)]

    assert [item for item in seen if item != KEEPALIVE_COMMENT] == [b"a", b"b"]
    assert seen.count(KEEPALIVE_COMMENT) >= 2


async def test_closing_the_stream_ends_what_feeds_it() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        try:
            yield b"first"
            await asyncio.sleep(60)
            yield b"never"
        finally:
            ended.set()

    stream = kept_alive(endless(), "/v1", 0.01)
    assert await anext(stream) == b"first"
    assert await anext(stream) == KEEPALIVE_COMMENT
    await stream.aclose()
    assert ended.is_set()


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (RuntimeError("words of a document"), "internal_error"),
        (ModelUnavailable(), "model_unavailable"),
    ],
)
async def test_what_fails_in_the_stream_ends_it_with_a_problem(
    failure: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing() -> AsyncGenerator[bytes]:
        yield b"first"
        raise failure

    first, last = [item async for item in kept_alive(failing(), "/v1/answers", 1)]

    assert first == b"first"
    name, data = last.decode().strip().split("\n")
    problem = json.loads(data.removeprefix("data: "))
    assert (name, problem["code"], problem["instance"]) == ("event: error", code, "/v1/answers")
    assert "words" not in data
    assert ("unexpected error" in caplog.messages) == (code == "internal_error")
