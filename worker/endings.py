"""What becomes of a job when its run ends, decided from the error alone. Pure."""

from typing import Literal

from core.errors import InvalidDocument, LeaseLost, Purged, QuaestorError, RunCancelled
from core.schemas.job import JobError
from graphs.running import RunDrained

Ending = Literal["refuse", "cancel", "hand_back", "leave", "retry"]
"""refuse: it can never be done. cancel: somebody asked for it. hand_back: the worker is
leaving. leave: another worker owns the job. retry: anything else may pass; attempts are counted."""

MAX_RETRY_SECONDS = 300.0


def ending_of(error: BaseException) -> Ending:
    """What to do with a job whose run raised this."""
    match error:
        case InvalidDocument() | Purged():
            return "refuse"
        case RunCancelled():
            return "cancel"
        case RunDrained():
            return "hand_back"
        case LeaseLost():
            return "leave"
        case _:
            return "retry"


def job_error(error: BaseException) -> JobError:
    """The error as the job's row keeps it; of an unexpected one only the type, for its message
    may quote the document."""
    if isinstance(error, QuaestorError):
        return JobError(code=error.code, detail=error.detail, retryable=error.retryable)
    return JobError(code="internal", detail=type(error).__name__, retryable=True)


def retry_seconds(attempt: int, *, base_seconds: float, jitter: float) -> float:
    """How long to wait after the attempt failed: doubling, capped, spread by ``jitter`` in [0, 1)
    over half to one and a half of it, so that jobs which failed together come back apart."""
    doubled = base_seconds * 2.0 ** min(attempt - 1, 30)
    return min(doubled, MAX_RETRY_SECONDS) * (0.5 + jitter)
