"""The parser process: reads files on standard input, answers documents on standard output.

Hostile bytes are parsed here and nowhere else. The process holds no secrets and no connections, may
use only so much memory, leaves no core dump, and dies with its parent. Started by ``LoaderProcess``
as ``python -m tools.loaders.child LIMITS``.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from core.errors import InvalidDocument, LoaderFailed
from tools.loaders import LoadLimits, load
from tools.loaders.frames import TICK, read_frame, write_frame

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until standard input ends."""
    options = json.loads(sys.argv[1])
    limits = LoadLimits(*(options[field] for field in LoadLimits._fields))
    requests, replies = _private_streams()
    _confine(options["memory_bytes"], options["parent"])
    while True:
        try:
            filename = read_frame(requests).decode("utf-8", "replace")
            content = read_frame(requests)
        except EOFError:
            return
        write_frame(
            replies, _answer(content, filename, limits, partial(write_frame, replies, TICK))
        )


def _answer(content: bytes, filename: str, limits: LoadLimits, tick: Callable[[], None]) -> bytes:
    try:
        return b"+" + load(content, filename, limits, tick=tick).model_dump_json().encode()
    except InvalidDocument as error:
        return _refusal(error)
    except MemoryError:
        return _refusal(LoaderFailed("the parser ran out of memory"))
    except RecursionError:
        return _refusal(LoaderFailed("the document is nested too deeply"))
    except Exception as error:  # noqa: BLE001 - this process is the wall around every parser
        return _refusal(LoaderFailed(f"the parser failed with {type(error).__name__}"))


def _refusal(error: InvalidDocument) -> bytes:
    return b"-" + json.dumps({"code": error.code, "detail": error.detail}).encode()


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes, out of reach of anything that prints: parsers write to the null device."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as null:
        for descriptor in (0, 1):
            os.dup2(null.fileno(), descriptor)
    return requests, replies


def _confine(memory_bytes: int, parent: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


if __name__ == "__main__":
    main()
