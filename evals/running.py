"""Groups of suites, run one after another in processes of their own, so that one may fail alone."""

import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

Report = Mapping[str, Any]
"""What ``quaestor eval SUITE --json`` writes."""

LAST_WORDS = 12
"""Lines that a suite said before it failed, kept for the report."""

Command = Callable[[str, Path], Sequence[str]]
"""How a suite is started, and where it writes its result."""


class Outcome(NamedTuple):
    """What became of one suite."""

    suite: str
    seconds: float
    report: Report | None
    """None where it failed."""
    said: tuple[str, ...] = ()
    """Its last words, where it failed."""


def eval_command(data: Path, part: str) -> Command:
    """The ``quaestor eval`` of one suite."""

    def command(suite: str, to: Path) -> Sequence[str]:
        asked = ("--data", str(data), "--part", part, "--json", str(to))
        return (sys.executable, "-m", "cli", "eval", suite, *asked)

    return command


def run_all(suites: Iterable[str], command: Command, folder: Path) -> list[Outcome]:
    """Every suite, whatever became of the one before; results are ``folder/SUITE.json``.

    What a suite prints is passed on to standard error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_run(suite, command, folder / f"{suite}.json") for suite in suites]


def _run(suite: str, command: Command, to: Path) -> Outcome:
    to.unlink(missing_ok=True)  # an older result must not pass for this one
    print(f"── {suite}", file=sys.stderr, flush=True)
    started = time.perf_counter()
    said: deque[str] = deque(maxlen=LAST_WORDS)
    with (
        subprocess.Popen(
            command(suite, to), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
        closing(_lines(process)) as lines,
    ):
        for line in lines:
            print(line, end="", file=sys.stderr, flush=True)
            said.append(line.rstrip())
    seconds = round(time.perf_counter() - started, 1)
    if process.returncode == 0 and to.is_file():
        return Outcome(suite, seconds, json.loads(to.read_text(encoding="utf-8")))
    return Outcome(suite, seconds, None, (*said, f"exit code {process.returncode}"))


def _lines(process: subprocess.Popen[str]) -> Generator[str]:
    """What the process prints; whoever stops reading, because it was told to end, ends it too."""
    read_whole = False
    try:
        yield from process.stdout or ()
        read_whole = True
    finally:
        if not read_whole:
            process.terminate()
