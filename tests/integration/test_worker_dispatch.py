"""Ringing at brokers that accept a connection and then say nothing."""

import asyncio
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, NamedTuple

import pytest

from core.errors import BrokerUnavailable
from core.ids import new_id
from core.settings import Settings
from worker.dispatch import PATIENCE_SECONDS, Dispatcher

AT_ONCE = 8
SLACK_SECONDS = 4.0
"""For a loaded machine; what is tested against is a wait without end."""

OpenDispatcher = Callable[[str], Dispatcher]


class Redis(NamedTuple):
    """A server of this test's own, to be frozen."""

    process: "subprocess.Popen[bytes]"
    url: str


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose kernel completes every handshake; nobody ever reads or answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


@pytest.fixture
def redis() -> Iterator[Redis]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--save", "", "--dir", "/tmp"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield Redis(process, f"redis://127.0.0.1:{port}/0")
    process.kill()
    process.wait()


@pytest.fixture
async def open_dispatcher() -> AsyncIterator[OpenDispatcher]:
    opened: list[Dispatcher] = []

    def open_for(broker_url: str) -> Dispatcher:
        opened.append(Dispatcher(Settings.model_validate({"broker_url": broker_url})))
        return opened[-1]

    yield open_for
    for dispatcher in opened:
        await dispatcher.close()


@pytest.fixture(params=["redis://127.0.0.1:{port}/0", "amqp://guest:guest@127.0.0.1:{port}//"])
def silent(
    request: pytest.FixtureRequest, silent_port: int, open_dispatcher: OpenDispatcher
) -> Dispatcher:
    """A dispatcher whose broker is silent."""
    return open_dispatcher(request.param.format(port=silent_port))


def ring(dispatcher: Dispatcher) -> Coroutine[Any, Any, None]:
    """A ring for a job that nobody has."""
    return dispatcher.ring(new_id(), new_id())


async def answers(dispatcher: Dispatcher) -> None:
    """Wait until the broker knows the queue."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await dispatcher.check()
            except BrokerUnavailable:
                await asyncio.sleep(0.1)


async def test_a_silent_broker_counts_as_away_however_many_ask(silent: Dispatcher) -> None:
    calls = [ring(silent) if turn % 2 else silent.check() for turn in range(AT_ONCE)]

    async with asyncio.timeout(PATIENCE_SECONDS + SLACK_SECONDS):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [BrokerUnavailable] * AT_ONCE


async def test_a_silent_broker_holds_no_thread_of_others(silent: Dispatcher) -> None:
    calls = [asyncio.ensure_future(ring(silent)) for _ in range(64)]
    await asyncio.sleep(0.2)

    begun = time.monotonic()
    await asyncio.to_thread(time.sleep, 0)
    seconds = time.monotonic() - begun
    waiting = sum(not call.done() for call in calls)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)

    assert waiting > len(calls) // 2
    assert seconds < PATIENCE_SECONDS / 2


async def test_a_broker_that_froze_is_rung_again_when_it_thaws(
    redis: Redis, open_dispatcher: OpenDispatcher
) -> None:
    dispatcher = open_dispatcher(redis.url)
    await answers(dispatcher)
    await ring(dispatcher)

    redis.process.send_signal(signal.SIGSTOP)
    outcomes = await asyncio.gather(ring(dispatcher), dispatcher.check(), return_exceptions=True)
    redis.process.send_signal(signal.SIGCONT)
    await answers(dispatcher)
    await ring(dispatcher)

    assert [type(outcome) for outcome in outcomes] == [BrokerUnavailable] * 2
