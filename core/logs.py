"""Logs are for operators: one JSON line each, with the ids of what is being worked on.

An exception is shown by its type and where it was raised. What it says is shown only when it is one
of ours: the message of any other may quote the document it was raised over.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from core.errors import QuaestorError

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_FLAT = (str, int, float, UUID, Path)
_ROOT = Path(__file__).resolve().parents[1]
_bound: ContextVar[dict[str, str]] = ContextVar("quaestor_log_fields")


@contextmanager
def log_fields(**fields: object) -> Iterator[None]:
    """Add fields (run_id, job_id, document_id) to every line logged inside the block."""
    token = _bound.set({**_bound.get({}), **{key: str(value) for key, value in fields.items()}})
    try:
        yield
    finally:
        _bound.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object per line; never document text, never keys."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, its ``extra`` and the bound fields."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_bound.get({}),
            **_extra(record),
        }
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line["errors"] = [_shown(link) for link in _chain(error)]
        return json.dumps(line, default=str, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """What happened; about an exception only the constant part, for the rest may quote it."""
    return str(record.msg).partition("\n")[0] if record.exc_info else record.getMessage()


def _extra(record: logging.LogRecord) -> dict[str, object]:
    """What was added to the record, as long as it is flat: libraries put whole tracebacks there."""
    given = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return {name: value for name, value in given.items() if isinstance(value, _FLAT)}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, latest first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _shown(error: BaseException) -> dict[str, object]:
    """Type and frames, innermost last; what it says only when it is ours."""
    frames = traceback.extract_tb(error.__traceback__)
    shown: dict[str, object] = {
        "type": type(error).__qualname__,
        "frames": [f"{_place(frame.filename)}:{frame.lineno}:{frame.name}" for frame in frames],
    }
    if isinstance(error, QuaestorError):
        shown |= {"code": error.code, "detail": error.detail}
    return shown


def _place(filename: str) -> str:
    """Of our own files, the path within the project."""
    return filename.removeprefix(f"{_ROOT}/")


def configure_logging(level: str) -> None:
    """Send everything from ``level`` up to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
