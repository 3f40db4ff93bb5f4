"""Loading behind a wall: a child process parses, so no file can hang or crash this one.

One child serves one document at a time; further calls wait their turn. A child that takes too long
is killed, one that died is replaced, and the document at hand fails with LoaderFailed. Pages that
OCR reads have a time of their own, and there are only so many of them. May be used from any thread
and any event loop.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import BinaryIO, Self, cast

from core.errors import InvalidDocument, LoaderFailed
from core.schemas.document import LoadedDocument
from core.settings import Settings
from tools.loaders import LoadLimits, check_size
from tools.loaders.frames import TICK, read_frame, write_frame

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-P", "-m", "tools.loaders.child")
_GRACE_SECONDS = 2.0


class LoaderProcess:
    """A parser child that is started when first needed and replaced when it dies."""

    def __init__(
        self,
        limits: LoadLimits,
        *,
        seconds: float,
        memory_bytes: int,
        page_seconds: float = 120.0,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._limits = limits
        self._seconds = seconds
        self._page_seconds = page_seconds
        self._memory_bytes = memory_bytes
        self._command = tuple(command)
        self._child: subprocess.Popen[bytes] | None = None
        # One thread that outlives every call: it serialises the calls, and the kernel ties the
        # child's life to the thread that started it.
        self._turn = ThreadPoolExecutor(max_workers=1, thread_name_prefix="loader")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """With the limits of the deployment."""
        return cls(
            LoadLimits(
                settings.max_document_bytes, settings.max_unpacked_bytes, settings.max_ocr_pages
            ),
            seconds=settings.load_seconds,
            page_seconds=settings.ocr_page_seconds,
            memory_bytes=settings.load_memory_bytes,
        )

    async def load(self, content: bytes, filename: str) -> LoadedDocument:
        """The document in ``content``. Raises a subclass of InvalidDocument."""
        check_size(content, self._limits)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._turn, self._load, content, filename)

    def close(self) -> None:
        """End the child; a document being loaded fails. The object cannot be used again."""
        self._turn.shutdown(wait=False, cancel_futures=True)
        if self._child is not None:
            self._child.kill()
        self._turn.shutdown(wait=True)
        self._discard()

    @property
    def pid(self) -> int | None:
        """Of the child, while there is one."""
        return self._child.pid if self._child is not None else None

    def _load(self, content: bytes, filename: str) -> LoadedDocument:
        child = self._living_child()
        deadline = _Deadline(child.kill)
        deadline.set(self._seconds)
        try:
            return _parsed(self._exchange(child, content, filename, deadline))
        except ValueError as error:
            child.kill()  # whatever else it still says belongs to no document
            self._discard()
            raise LoaderFailed("the parser's reply cannot be read") from error
        except (EOFError, OSError) as error:
            raise self._failure(overdue=deadline.passed) from error
        finally:
            deadline.cancel()

    def _exchange(
        self, child: subprocess.Popen[bytes], content: bytes, filename: str, deadline: "_Deadline"
    ) -> bytes:
        requests, replies = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
        write_frame(requests, filename.encode("utf-8", "replace"))
        write_frame(requests, content)
        for _ in range(self._limits.max_ocr_pages):
            reply = read_frame(replies)
            if reply != TICK:
                return reply
            deadline.set(self._page_seconds)
        return read_frame(replies)

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._discard()
        if self._child is None:
            self._child = self._start()
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        options = self._limits._asdict() | {
            "memory_bytes": self._memory_bytes,
            "parent": os.getpid(),
        }
        return subprocess.Popen(
            [*self._command, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One thread of OpenBLAS: each reserves address space, and the child has little.
            env={
                "PYTHONPATH": str(_ROOT),
                "LANG": "C.UTF-8",
                "PATH": os.defpath,
                "OPENBLAS_NUM_THREADS": "1",
            },
            cwd="/",
        )

    def _failure(self, *, overdue: bool) -> LoaderFailed:
        """Why the child went away, and the end of it."""
        status = self._discard()
        if overdue:
            limits = f"{self._seconds:g} seconds, or {self._page_seconds:g} for a page by OCR"
            return LoaderFailed(f"the parser took longer than {limits}")
        cause = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return LoaderFailed(f"the parser died ({cause})")

    def _discard(self) -> int:
        """Reap the child, killing it if need be; returns its exit status."""
        child, self._child = self._child, None
        if child is None:
            return 0
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            return child.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


class _Deadline:
    """Calls ``stop`` when a time has passed that may be set anew until then."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._timer: Timer | None = None
        self.passed = False

    def set(self, seconds: float) -> None:
        """So many seconds from now."""
        self.cancel()
        self._timer = Timer(seconds, self._pass)
        self._timer.start()

    def cancel(self) -> None:
        """No deadline."""
        if self._timer is not None:
            self._timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        self._stop()


def _parsed(reply: bytes) -> LoadedDocument:
    """The document, or the child's error in its class there. Raises ValueError for others."""
    if reply[:1] == b"+":
        return LoadedDocument.model_validate_json(reply[1:])
    refusal = json.loads(reply[1:])
    classes = {error.code: error for error in InvalidDocument.__subclasses__()}
    raise classes.get(refusal["code"], InvalidDocument)(refusal["detail"])
