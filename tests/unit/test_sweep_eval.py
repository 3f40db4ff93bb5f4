"""The sweep: its grid, its questions, its floor, and a row for each setting."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import Settings
from core.sufficiency import RELEVANCE_FLOOR
from evals.sweep import ARTICLES, Models, cases_of, measure
from evals.sweep_report import report
from evals.sweep_settings import DEFAULT, GRID, FlooredSelector, moved, name_of
from tests.builders import HashingEncoder, WordsReader, make_evidence, make_memory, make_plan
from tools.selecting import STRATEGIES


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals have tests of their own, and take long."""
    monkeypatch.setattr("evals.intervals.RESAMPLES", 10)


def row(title: str, at: int, *, answerable: bool = True) -> dict[str, Any]:
    return {
        "title": title,
        "context": f"The {title} nuts of pump {at} are tightened to {40 + at} Nm.",
        "question": f"To what torque are the {title} nuts of pump {at} tightened?",
        "answers": [f"{40 + at} Nm", f"{40 + at} Nm"] if answerable else [],
        "answerable": answerable,
    }


ROWS = [row(title, at) for title in ARTICLES for at in range(8)] + [
    row(title, at, answerable=False) for title in ARTICLES[1:] for at in range(8, 12)
]


def test_settings_differ_in_one_thing_and_every_strategy_is_tried() -> None:
    differing = [sum(a != b for a, b in zip(one, DEFAULT, strict=True)) for one in GRID]

    assert differing == [0, *([1] * (len(GRID) - 1))]
    assert {one.strategy for one in GRID} == set(STRATEGIES)
    assert len({name_of(one) for one in GRID}) == len(GRID)
    assert name_of(DEFAULT) == "default"


def test_questions_of_every_article_are_asked_of_all_four() -> None:
    cases = list(cases_of(ROWS))

    assert cases == list(cases_of(ROWS))
    assert len(cases) == 4 * 6 + 3 * 3
    assert all(len(case.passages) == 4 for case in cases)
    assert {len(case.right) for case in cases} == {0, 1}


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_floor_decides_as_if_it_were_the_products(relevance: float, floor: float) -> None:
    assert (moved(relevance, floor) >= RELEVANCE_FLOOR) == (relevance >= floor)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_moving_keeps_the_order(one: float, other: float, floor: float) -> None:
    low, high = sorted((one, other))

    assert moved(low, floor) <= moved(high, floor)


async def test_what_is_under_the_floor_is_too_weak() -> None:
    class Scripted:
        async def select(self, plan: Any, pool: Any) -> Any:
            return tuple(pool)

    pool = [make_evidence(make_memory(str(given)), relevance=given) for given in (0.1, 0.7)]

    found = await FlooredSelector(Scripted(), 0.5).select(make_plan("Why?"), pool)

    weak, strong = (one.candidate.scores["relevance"] for one in found)
    assert weak < RELEVANCE_FLOOR < strong == 0.7


async def test_every_setting_answers_every_question_and_has_a_row() -> None:
    cases = list(cases_of(ROWS))[4:8]
    grid = (DEFAULT, DEFAULT._replace(characters=300), DEFAULT._replace(floor=1.0))

    found = await measure(Settings(), lambda: Models(HashingEncoder(), WordsReader()), cases, grid)

    shown: Any = report(found)
    assert [line["setting"] for line in shown["table"]] == [name_of(one) for one in grid]
    assert {"f1_default", "faithfulness_default", "context_recall_default"} <= shown[
        "metrics"
    ].keys()
    assert all(trial.answer.outcome == "abstained" for trial in found[grid[-1]])
    assert shown["metrics"]["abstained_answerable_floor_1"]["value"] == 100.0
