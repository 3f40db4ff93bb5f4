"""Processes that the supervisor starts: they log to files, end with it, and are started again."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STEADY_SECONDS = 30.0
"""A child that lived this long did not crash because of how it was started."""
MAX_BACKOFF_SECONDS = 30.0

_PR_SET_PDEATHSIG = 1


def backoff_seconds(crashes: int) -> float:
    """How long to wait before the next start, after so many short lives in a row."""
    return 0.0 if crashes == 0 else min(0.5 * 2.0 ** min(crashes - 1, 10), MAX_BACKOFF_SECONDS)


class Child:
    """One supervised process."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        inherited: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log = log
        self._inherited = inherited
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._crashes = 0
        self._restart_at: float | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C on the terminal reaches only the supervisor,
        which stops its children in order."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=self._inherited,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        self._started_at = time.monotonic()
        self._restart_at = None

    def tend(self) -> str | None:
        """Start it again when it is due after a crash; returns what there is to tell about it."""
        now = time.monotonic()
        if self.running:
            return None
        if self._restart_at is None:
            self._crashes = 0 if now - self._started_at > STEADY_SECONDS else self._crashes + 1
            wait = backoff_seconds(self._crashes)
            self._restart_at = now + wait
            return f"{self.name} ended ({self._exit()}), starts again in {wait:.1f} s"
        if now >= self._restart_at:
            self.start()
        return None

    def stop(self, seconds: float) -> None:
        """Ask it to end, wait that long, then end it."""
        if self._process is None or not self.running:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self.running:
            self._process.kill()
            self._process.wait()

    def _exit(self) -> str:
        code = None if self._process is None else self._process.returncode
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return f"exit code {code}"


def die_with_parent() -> Callable[[], None] | None:
    """For ``preexec_fn``: the child gets SIGTERM when its parent is killed; only Linux has it."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: a child may not allocate

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare
