import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import (
    BrokerUnavailable,
    EmptyExtraction,
    LeaseLost,
    LoaderFailed,
    ModelUnavailable,
    Purged,
    RunCancelled,
    StorageUnavailable,
)
from graphs.running import RunDrained
from worker.endings import MAX_RETRY_SECONDS, ending_of, job_error, retry_seconds


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (EmptyExtraction(), "refuse"),
        (LoaderFailed(), "refuse"),
        (Purged(), "refuse"),
        (RunCancelled(), "cancel"),
        (RunDrained(), "hand_back"),
        (LeaseLost(), "leave"),
        (StorageUnavailable(), "retry"),
        (BrokerUnavailable(), "retry"),
        (ModelUnavailable(), "retry"),
        (ZeroDivisionError(), "retry"),
    ],
)
def test_the_error_decides_what_becomes_of_the_job(error: Exception, ending: str) -> None:
    assert ending_of(error) == ending


def test_a_typed_error_keeps_its_code_and_detail() -> None:
    error = job_error(EmptyExtraction("3 pages, no text layer"))

    assert (error.code, error.detail) == ("empty_extraction", "3 pages, no text layer")
    assert not error.retryable


def test_the_message_of_an_unexpected_error_is_not_kept() -> None:
    error = job_error(ValueError("the patient's name is Ada"))

    assert (error.code, error.detail, error.retryable) == ("internal", "ValueError", True)


def test_the_wait_doubles_with_each_attempt() -> None:
    waits = [retry_seconds(attempt, base_seconds=2.0, jitter=0.5) for attempt in (1, 2, 3, 4)]

    assert waits == [2.0, 4.0, 8.0, 16.0]


@given(
    attempt=st.integers(min_value=1, max_value=10_000),
    base=st.floats(min_value=0.01, max_value=100),
    jitter=st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_no_wait_is_zero_or_endless(attempt: int, base: float, jitter: float) -> None:
    assert 0 < retry_seconds(attempt, base_seconds=base, jitter=jitter) <= 1.5 * MAX_RETRY_SECONDS
