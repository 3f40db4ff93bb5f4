"""Thresholds of a collection: never below the shipped one, never past what a person took out."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recalibrating import (
    CEILING,
    CLEAN_REMOVAL,
    FEWEST_CLEAN,
    SHIPPED,
    Judged,
    fit_thresholds,
    is_soft,
    relaxed,
)
from core.schemas.evidence import Assessment, CandidateAction, EvidenceVerdict, Signal


def clean(*risks: float) -> list[Judged]:
    return [Judged(risk, is_soft=True, is_poison=False) for risk in risks]


def poison(*risks: float) -> list[Judged]:
    return [Judged(risk, is_soft=True, is_poison=True) for risk in risks]


def assessment(
    risk: float, action: CandidateAction = "exclude", code: str = "echo", hard: bool = False
) -> Assessment:
    memory_id = uuid4()
    signal = Signal.model_validate(
        {"code": code, "memory_id": memory_id, "value": 0.9, "hard": hard}
    )
    return Assessment(memory_id=memory_id, group=0, risk=risk, action=action, signals=(signal,))


HARMLESS = [0.1] * 300


def test_a_collection_with_too_few_keeps_the_shipped_threshold() -> None:
    assert fit_thresholds(clean(*[0.7] * (FEWEST_CLEAN - 1))) is None
    assert fit_thresholds([*clean(0.7), *poison(*[0.7] * FEWEST_CLEAN)]) is None


def test_where_few_enough_are_kept_out_nothing_changes() -> None:
    fitted = fit_thresholds(clean(*HARMLESS, 0.7, 0.8))

    assert fitted is not None
    assert fitted.exclude == SHIPPED
    assert fitted.clean_removed == round(2 / 302, 4)


def test_it_rises_until_few_enough_clean_ones_are_kept_out() -> None:
    fitted = fit_thresholds(clean(*HARMLESS, *[0.7] * 20, 0.8, 0.8))

    assert fitted is not None
    assert 0.7 < fitted.exclude < 0.71
    assert fitted.clean_removed == round(2 / 322, 4)


def test_it_never_rises_past_what_a_person_took_out() -> None:
    fitted = fit_thresholds([*clean(*HARMLESS, *[0.8] * 20), *poison(0.72, 0.75, 0.2)])

    assert fitted is not None
    assert fitted.exclude == 0.72
    assert (fitted.poison, fitted.poison_removed) == (3, round(2 / 3, 4))


def test_it_never_rises_past_the_ceiling() -> None:
    fitted = fit_thresholds(clean(*HARMLESS, *[0.97] * 50))

    assert fitted is not None
    assert fitted.exclude == CEILING


def test_what_hard_signals_keep_out_is_not_its_concern() -> None:
    hard = [Judged(0.95, is_soft=False, is_poison=False)] * 50

    fitted = fit_thresholds([*clean(*HARMLESS), *hard])

    assert fitted is not None
    assert (fitted.exclude, fitted.clean, fitted.clean_removed) == (SHIPPED, 350, 0.0)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), min_size=5, max_size=9),
    st.lists(st.floats(0, 1), max_size=5),
)
def test_bounds_hold_whatever_was_seen(often: list[tuple[float, int]], bad: list[float]) -> None:
    risks = [risk for risk, times in often for _ in range(times)]
    fitted = fit_thresholds([*clean(*HARMLESS, *risks), *poison(*bad)])

    assert fitted is not None
    assert SHIPPED <= fitted.exclude <= CEILING
    assert all(risk >= fitted.exclude for risk in bad if risk >= SHIPPED)
    if fitted.exclude < CEILING and not bad:
        assert fitted.clean_removed <= CLEAN_REMOVAL


@pytest.mark.parametrize(
    ("seen", "soft"),
    [
        (assessment(0.7), True),
        (assessment(0.7, hard=True), False),
        (assessment(0.7, code="conflict"), False),
        (assessment(0.7, code="edited_copy"), False),
        (assessment(0.7, code="superseded"), False),
        (assessment(0.7, code="isolation"), True),
    ],
)
def test_soft_is_what_only_speaks_of_itself(seen: Assessment, soft: bool) -> None:
    assert is_soft(seen) == soft


@pytest.mark.parametrize(
    ("seen", "action"),
    [
        (assessment(0.7), "mark"),
        (assessment(0.75), "exclude"),
        (assessment(0.7, hard=True), "exclude"),
        (assessment(0.7, code="conflict"), "exclude"),
        (assessment(0.5), "exclude"),
        (assessment(0.2, "allow"), "allow"),
        (assessment(0.7, "quarantine"), "mark"),
    ],
)
def test_only_what_the_shipped_threshold_kept_out_passes(
    seen: Assessment, action: CandidateAction
) -> None:
    (after,) = relaxed(EvidenceVerdict(assessments=(seen,)), 0.75).assessments

    assert after == seen.model_copy(update={"action": action})


def test_without_a_fit_the_verdict_stays() -> None:
    verdict = EvidenceVerdict(assessments=(assessment(0.7),))

    assert relaxed(verdict, None) is verdict
