"""The supervisor and its Postgres: a restart that fails, and a stop in the middle of one."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import cli.supervisor
from cli.supervisor import Supervisor, _stop_server
from core.errors import StorageUnavailable
from core.settings import Settings


class FakeServer:
    """Is down; what happens when it is started or stopped is scripted."""

    def __init__(self, *, alarm: bool = False, failures: int = 0) -> None:
        self.alarm = alarm
        self.failures = failures
        self.stops = 0

    def is_ready(self) -> bool:
        return False

    def start(self) -> None:
        if self.alarm:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            time.sleep(30)
        raise StorageUnavailable("it died again")

    def stop(self) -> None:
        self.stops += 1
        if self.stops <= self.failures:
            raise StorageUnavailable("it died meanwhile")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(Settings(data_dir=tmp_path), lambda line, _: told.append(line))
    before = signal.signal(signal.SIGALRM, lambda *_: made.stop())
    yield made
    signal.signal(signal.SIGALRM, before)


def test_a_postgres_that_dies_while_it_is_restarted_ends_nothing(
    supervisor: Supervisor, told: list[str]
) -> None:
    supervisor._tend_postgres(FakeServer())
    assert told[-1] == "postgres does not start: it died again"


def test_a_stop_ends_a_long_restart_at_once(
    supervisor: Supervisor, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.supervisor, "TEND_SECONDS", 0.01)
    monkeypatch.setattr(cli.supervisor, "POSTGRES_CHECK_SECONDS", 0.0)
    began = time.monotonic()
    supervisor._keep_running(FakeServer(alarm=True))
    assert told == ["postgres is gone, starting it again"]
    assert time.monotonic() - began < 10


def test_a_postgres_that_dies_while_it_is_stopped_is_stopped() -> None:
    server = FakeServer(failures=1)
    _stop_server(server)
    assert server.stops == 2


def test_a_postgres_that_cannot_be_stopped_is_a_failure() -> None:
    with pytest.raises(StorageUnavailable):
        _stop_server(FakeServer(failures=2))


def test_children_are_sparing_unless_told_otherwise(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert supervisor._environment("postgresql://here")["MALLOC_ARENA_MAX"] == "1"

    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    told = supervisor._environment("postgresql://here")
    assert (told["MALLOC_ARENA_MAX"], told["QUAESTOR_DATABASE_URL"]) == ("4", "postgresql://here")
