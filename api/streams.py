"""Server-sent events: their wire form, a heartbeat so that no proxy thinks a stream dead, and the
event that ends a stream which failed after it began.
"""

import asyncio
from collections.abc import AsyncGenerator

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

from api.errors import named
from api.problems import problem_of

HEARTBEAT_SECONDS = 10.0

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str, data: BaseModel, *, id: int | None = None) -> bytes:
    """One event on the wire."""
    return format_sse_event(
        event=name, data_str=data.model_dump_json(), id=None if id is None else str(id)
    )


def stream(
    events: AsyncGenerator[bytes], path: str, *, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> StreamingResponse:
    """A response to a request for ``path`` that sends the events as they come."""
    return StreamingResponse(
        kept_alive(events, path, heartbeat_seconds),
        media_type="text/event-stream",
        headers=_HEADERS,
    )


async def kept_alive(
    events: AsyncGenerator[bytes], path: str, seconds: float
) -> AsyncGenerator[bytes]:
    """The events, a comment whenever none came for so long, and an `error` if they break off."""
    pending = asyncio.ensure_future(anext(events))
    try:
        while True:
            await asyncio.wait({pending}, timeout=seconds)
            if not pending.done():
                yield KEEPALIVE_COMMENT
                continue
            if (failure := pending.exception()) is not None:
                if not isinstance(failure, StopAsyncIteration):
                    yield event("error", problem_of(named(failure, path), path))
                return
            yield pending.result()
            pending = asyncio.ensure_future(anext(events))
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await events.aclose()
