"""Server-sent events: their wire form, and a heartbeat so that no proxy thinks a stream dead."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

HEARTBEAT_SECONDS = 10.0

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str, data: BaseModel, *, id: int | None = None) -> bytes:
    """One event on the wire."""
    return format_sse_event(
        event=name, data_str=data.model_dump_json(), id=None if id is None else str(id)
    )


def stream(
    events: AsyncGenerator[bytes], *, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> StreamingResponse:
    """A response that sends the events as they come."""
    return StreamingResponse(
        with_heartbeat(events, heartbeat_seconds),
        media_type="text/event-stream",
        headers=_HEADERS,
    )


async def with_heartbeat(events: AsyncGenerator[bytes], seconds: float) -> AsyncGenerator[bytes]:
    """The events, and a comment whenever none came for so long."""
    pending = asyncio.ensure_future(anext(events))
    try:
        while True:
            await asyncio.wait({pending}, timeout=seconds)
            if not pending.done():
                yield KEEPALIVE_COMMENT
                continue
            try:
                item = pending.result()
            except StopAsyncIteration:
                return
            yield item
            pending = asyncio.ensure_future(anext(events))
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await events.aclose()
