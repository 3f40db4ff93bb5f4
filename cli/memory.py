"""How much memory an instance takes: the share of every process in it, sampled until the peak.

Linux only; elsewhere there is nothing to read and the peak is None.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
SAMPLE_SECONDS = 0.5
LARGEST = 3


class Process(NamedTuple):
    """What is needed to find a process's place in a tree."""

    pid: int
    parent: int
    arguments: tuple[str, ...]


class Share(NamedTuple):
    """What one process takes."""

    name: str
    bytes: int


class PeakMemory:
    """Samples in a thread of its own while the block runs."""

    def __init__(self, supervisor: int, cluster: Path) -> None:
        self._supervisor = supervisor
        self._cluster = cluster
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak_bytes: int | None = None
        self.largest: tuple[Share, ...] = ()
        """At the peak, largest first."""

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            processes = running_processes(self._supervisor, self._cluster)
            shares = [Share(process_name(p), _proportional_bytes(p.pid)) for p in processes]
            total = sum(share.bytes for share in shares)
            if total > (self.peak_bytes or 0):
                self.peak_bytes = total
                shares.sort(key=lambda share: share.bytes, reverse=True)
                self.largest = tuple(shares[:LARGEST])


def running_processes(supervisor: int, cluster: Path) -> list[Process]:
    """The processes of an instance that run now; none where there is no /proc."""
    found = list(_processes())
    tree = instance_processes(found, supervisor, cluster)
    return [process for process in found if process.pid in tree]


def process_name(process: Process) -> str:
    """What a person calls it: the module it runs, else its program. Pure."""
    program, *rest = process.arguments or ("",)
    if "-m" in rest[:-1]:
        return rest[rest.index("-m") + 1]
    # Postgres writes a title, with its roles and addresses, where the program's path was.
    return program if program.startswith("postgres:") else Path(program).name


def instance_processes(found: list[Process], supervisor: int, cluster: Path) -> set[int]:
    """The supervisor, the Postgres of the cluster, which is nobody's child, and all below. Pure."""
    postgres = ("-D", str(cluster))
    tree = {p.pid for p in found if p.pid == supervisor or p.arguments[1:3] == postgres}
    while below := {p.pid for p in found if p.parent in tree} - tree:
        tree |= below
    return tree


def _processes() -> Iterator[Process]:
    if not _PROC.is_dir():
        return
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:  # it ended while we looked
                continue
            # The name in the second field may hold spaces and brackets.
            parent = int(status.rpartition(")")[2].split()[1])
            yield Process(int(entry.name), parent, tuple(arguments.split("\0")))


def _proportional_bytes(pid: int) -> int:
    """Shared pages are counted once over all that share them."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
