"""How a run takes what its inputs do not determine: every such value passes ``observe``.

Agents and nodes never know who listens. The current recorder sits in a context variable; the
default one only calls through. A recorder that replays returns the recorded value instead of
calling, so exact replay needs no change here or above.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from core.schemas.run import EntryKind


class Observed(NamedTuple):
    """A value taken from outside: JSON without document text, and the bytes too large for it."""

    value: JsonValue
    payload: bytes | None = None


class Recorder(Protocol):
    """Sees every non-deterministic input of a run, in order."""

    async def observe(
        self,
        kind: EntryKind,
        name: str,
        request: JsonValue,
        call: Callable[[], Awaitable[Observed]],
    ) -> Observed:
        """Take one value: by calling, or from a record of an earlier call."""
        ...


class NullRecorder:
    """Calls through and keeps nothing."""

    async def observe(
        self,
        kind: EntryKind,
        name: str,
        request: JsonValue,
        call: Callable[[], Awaitable[Observed]],
    ) -> Observed:
        """Just call."""
        return await call()


_current: ContextVar[Recorder] = ContextVar("quaestor_recorder", default=NullRecorder())  # noqa: B039


def current_recorder() -> Recorder:
    """The recorder of the run this code is part of."""
    return _current.get()


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Make ``recorder`` the current one inside the block."""
    token = _current.set(recorder)
    try:
        yield
    finally:
        _current.reset(token)


async def observe(
    kind: EntryKind, name: str, request: JsonValue, call: Callable[[], Awaitable[Observed]]
) -> Observed:
    """Take one value through the current recorder."""
    return await current_recorder().observe(kind, name, request, call)


async def now() -> datetime:
    """The time, as part of the record."""

    async def read() -> Observed:
        return Observed(datetime.now(UTC).isoformat())

    observed = await observe("clock", "now", None, read)
    return datetime.fromisoformat(str(observed.value))
