"""What a heartbeat does when the database is slow, refuses, or says nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from core.errors import LeaseLost, RunCancelled, StorageUnavailable
from core.ids import new_id
from core.schemas.job import Lease
from graphs.running import RunControl
from worker.driving import keep_lease

LEASE_SECONDS = 0.15
Beat = Callable[[], Awaitable[bool]]


class Jobs:
    """Answers each heartbeat as the next of the beats does; the one after the last is LeaseLost."""

    def __init__(self, *beats: Beat) -> None:
        self._beats = list(beats)

    async def heartbeat(self, lease: Lease, seconds: float) -> bool:
        """Answer as told."""
        if not self._beats:
            raise LeaseLost
        return await self._beats.pop(0)()


async def silence() -> bool:
    """No answer, ever."""
    await asyncio.Event().wait()
    return False


async def away() -> bool:
    """A database that is known to be away."""
    raise StorageUnavailable


async def cancel_requested() -> bool:
    """Somebody wants the job cancelled."""
    return True


def lease() -> Lease:
    ids: dict[str, UUID] = {name: new_id() for name in Lease.model_fields if name.endswith("_id")}
    return Lease.model_validate(
        {"owner": "one", "kind": "memories.build", "fence": 1, "attempt": 1, **ids}
    )


async def keep(*beats: Beat) -> RunControl:
    """Keep a lease through these beats, until it is lost."""
    jobs: Any = Jobs(*beats)
    control = RunControl()
    async with asyncio.timeout(10):
        with pytest.raises(LeaseLost):
            await keep_lease(jobs, lease(), LEASE_SECONDS, control=control)
    return control


@pytest.mark.parametrize("missed", [silence, away])
async def test_a_missed_heartbeat_is_followed_by_the_next(
    missed: Beat, caplog: pytest.LogCaptureFixture
) -> None:
    control = await keep(missed, missed, cancel_requested)

    with pytest.raises(RunCancelled):
        control.check()
    assert caplog.messages == ["heartbeat missed"] * 2
