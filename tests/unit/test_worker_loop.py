import asyncio
import threading
from collections.abc import Iterator

import pytest

from worker.loop import LoopThread


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    loop = LoopThread("test")
    yield loop
    loop.stop()


async def where() -> tuple[asyncio.AbstractEventLoop, str]:
    return asyncio.get_running_loop(), threading.current_thread().name


def test_every_caller_shares_one_loop_on_one_thread(loop: LoopThread) -> None:
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(loop.run(where()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert seen[0][1] == "test"


def test_an_error_reaches_the_caller(loop: LoopThread) -> None:
    async def fail() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        loop.run(fail())


def test_coroutines_of_two_threads_run_at_the_same_time(loop: LoopThread) -> None:
    meeting = threading.Barrier(2, timeout=5)

    async def meet() -> None:
        await asyncio.to_thread(meeting.wait)

    first = loop.submit(meet())
    loop.run(meet())

    first.result(timeout=5)


def test_cancelling_what_was_submitted_cancels_the_coroutine(loop: LoopThread) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    future = loop.submit(wait())
    assert begun.wait(5)
    future.cancel()

    assert ended.wait(5)
