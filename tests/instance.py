"""A real instance for tests: `quaestor up` on a data directory of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from storage.embedded import EmbeddedPostgres

PROJECT = Path(__file__).parents[1]
TEXT = """# Pump manual

The casing nuts of the HP-240 are tightened to 62 Nm. The nuts are tightened crosswise.
"""


class Running(NamedTuple):
    process: subprocess.Popen[str]
    home: Path
    environment: dict[str, str]

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.home / "up.json").read_text())
        return state

    def run(self, *arguments: str, code: int = 0) -> str:
        """The standard output of a command."""
        result = self.command(*arguments)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def log(self) -> str:
        return (self.home / "up.log").read_text()


def start(home: Path) -> Running:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("QUAESTOR_")
    } | {"QUAESTOR_DATA_DIR": str(home), "PYTHONPATH": str(PROJECT)}
    log = (home / "up.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--port", "0"],
        env=environment,
        cwd=home,
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    log.close()
    running = Running(process, home, environment)
    wait_until(lambda: (home / "up.json").exists() or process.poll() is not None, 120)
    assert process.poll() is None, running.log()
    return running


def stop(running: Running) -> int:
    running.process.send_signal(signal.SIGTERM)
    return running.process.wait(60)


def wait_until(is_true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def children(pid: int) -> dict[str, int]:
    """Process ids of API and worker."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if parent == pid and command:
                found["worker" if "celery" in command else "api"] = int(entry.name)
    return found


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def lives(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has reaped yet has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A data directory in which nothing runs any more when it is removed."""
    home = Path(tempfile.mkdtemp(prefix="quaestor-test-", dir="/tmp"))
    home.chmod(0o711)  # as root, Postgres runs as another user who must pass through
    (home / "manual.md").write_text(TEXT)
    try:
        yield home
    finally:
        if (home / "up.json").exists():
            os.kill(json.loads((home / "up.json").read_text())["pid"], signal.SIGTERM)
            wait_until(lambda: not (home / "up.json").exists(), 60)
        EmbeddedPostgres(home).stop()
        shutil.rmtree(home)
