import asyncio
from collections.abc import AsyncGenerator

import pytest
from fastapi.sse import KEEPALIVE_COMMENT

from api.streams import with_heartbeat


async def test_a_slow_stream_has_a_heartbeat_and_loses_nothing() -> None:
    async def slow() -> AsyncGenerator[bytes]:
        for item in (b"a", b"b"):
            await asyncio.sleep(0.05)
            yield item

    seen = [item async for item in with_heartbeat(slow(), 0.01)]

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

    stream = with_heartbeat(endless(), 0.01)
    assert await anext(stream) == b"first"
    assert await anext(stream) == KEEPALIVE_COMMENT
    await stream.aclose()
    assert ended.is_set()


async def test_what_fails_in_the_stream_is_raised() -> None:
    async def failing() -> AsyncGenerator[bytes]:
        yield b"first"
        raise RuntimeError("broken")

    stream = with_heartbeat(failing(), 1)
    assert await anext(stream) == b"first"
    with pytest.raises(RuntimeError, match="broken"):
        await anext(stream)
