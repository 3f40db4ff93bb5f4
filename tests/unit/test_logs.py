import json
import logging
from typing import Any
from uuid import uuid4

from core.errors import StorageUnavailable
from core.logs import JsonFormatter, log_fields

SECRET = "words of a document"


def line_of(message: object, *args: object, error: BaseException | None = None) -> dict[str, Any]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("here", logging.ERROR, __file__, 1, message, args, info)
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


def caught(cause: ValueError, outer: Exception) -> Exception:
    try:
        try:
            raise cause
        except ValueError:
            raise outer  # noqa: B904 - the context is what is tested
    except (RuntimeError, StorageUnavailable) as error:
        return error


def test_an_exception_is_its_type_and_where_it_was_raised() -> None:
    line = line_of("it failed", error=caught(ValueError(SECRET), RuntimeError(SECRET)))

    assert [error["type"] for error in line["errors"]] == ["RuntimeError", "ValueError"]
    (frame,) = line["errors"][0]["frames"]
    assert frame.startswith("tests/unit/test_logs.py:")
    assert frame.endswith(":caught")
    assert SECRET not in json.dumps(line)


def test_what_one_of_ours_says_is_shown() -> None:
    line = line_of("it failed", error=caught(ValueError(SECRET), StorageUnavailable("no socket")))

    assert line["errors"][0]["detail"] == "no socket"
    assert SECRET not in json.dumps(line)


def test_a_library_that_quotes_an_exception_is_cut_short() -> None:
    error = caught(ValueError(SECRET), RuntimeError(SECRET))

    for message, args in ((f"never retrieved\n{error!r}", ()), ("task raised %r", (error,))):
        line = line_of(message, *args, error=error)
        assert line["message"] in ("never retrieved", "task raised %r")
        assert SECRET not in json.dumps(line)


def test_what_is_added_is_shown_when_it_is_flat() -> None:
    record = logging.LogRecord("here", logging.INFO, __file__, 1, "%d jobs", (2,), None)
    record.__dict__ |= {"code": "lost", "data": {"exc": SECRET}}
    job_id = uuid4()
    with log_fields(job_id=job_id):
        line = json.loads(JsonFormatter().format(record))

    assert (line["message"], line["code"], line["job_id"]) == ("2 jobs", "lost", str(job_id))
    assert "data" not in line


def test_a_record_made_while_nothing_failed_has_no_errors() -> None:
    assert "errors" not in line_of("all is well")
