"""Which processes run on this machine, by their command lines."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def command_lines() -> Iterator[list[str]]:
    """The arguments of every living process that shows them; zombies show none."""
    if (_PROC / "self" / "cmdline").exists():
        return _from_proc()
    return _from_ps()


def _from_proc() -> Iterator[list[str]]:
    for process in _PROC.iterdir():
        if process.name.isdigit():
            try:
                raw = (process / "cmdline").read_bytes()
            except OSError:  # it ended while we looked
                continue
            if raw:
                yield raw.rstrip(b"\0").decode(errors="replace").split("\0")


def _from_ps() -> Iterator[list[str]]:
    listing = subprocess.run(
        ["ps", "-axwwo", "command="], check=True, capture_output=True, text=True
    )
    return (line.split(" ") for line in listing.stdout.splitlines() if line.strip())
