"""The six metrics by hand, and laws they obey."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.answer_metrics import (
    Reply,
    context_precision,
    context_recall,
    cosine,
    faithfulness,
    holds,
    measure,
    relevancy,
    words_right,
)
from tests.builders import HashingEncoder, make_plan

NUTS = "The casing nuts are tightened to 62 Nm."
NUMBER = {"answer_type": "number"}


@pytest.mark.parametrize(
    ("sentence", "quotes", "expected"),
    [
        (NUTS, [NUTS], 1.0),
        ("The casing nuts are tightened to 95 Nm.", [NUTS], 0.0),
        ("Anna Harrow tightened the casing nuts.", [NUTS], 0.0),
        (NUTS, ["The casing nuts are there.", "All nuts are tightened to 62 Nm."], 1.0),
        (NUTS, [], 0.0),
    ],
)
def test_a_sentence_is_carried_with_all_its_numbers_and_names(
    sentence: str, quotes: list[str], expected: float
) -> None:
    assert faithfulness([sentence], quotes) == expected


def test_who_says_nothing_says_nothing_unfaithful() -> None:
    assert faithfulness([], []) == 1.0


@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        ("62", ["62"], 1.0),
        ("about 62 bolts", ["62"], 1.0),
        ("63", ["62"], 0.0),
        ("Anna Harrow", ["Harrow", "Anna Harrow"], 1.0),
        ("", ["Harrow"], 0.0),
    ],
)
def test_numbers_are_equal_or_wrong_and_words_are_shared(
    answer: str, gold: list[str], expected: float
) -> None:
    assert words_right(answer, gold) == expected


def test_an_answer_of_the_kind_asked_for_is_more_relevant() -> None:
    plan = make_plan("How many nuts are there?").model_copy(update=NUMBER)

    assert relevancy(0.5, plan, "There are 62 nuts.") > relevancy(0.5, plan, "There are nuts.")
    assert relevancy(1.0, plan, "There are 62 nuts.") == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("useful", "expected"),
    [([], 0.0), ([False], 0.0), ([True], 1.0), ([False, True], 0.5), ([True, False, True], 5 / 6)],
)
def test_useful_texts_should_come_first(useful: list[bool], expected: float) -> None:
    assert context_precision(useful) == pytest.approx(expected)


@given(st.lists(st.booleans(), max_size=12))
def test_sorting_useful_texts_to_the_front_is_best(useful: list[bool]) -> None:
    best = context_precision(sorted(useful, reverse=True))

    assert context_precision(useful) <= best == float(any(useful))


def test_recall_is_of_the_words_of_the_gold_answer_that_is_there_most() -> None:
    assert context_recall([NUTS], ["62 Nm"]) == 1.0
    assert context_recall([NUTS], ["62 bar"]) == 0.5
    assert context_recall([], ["62 Nm"]) == 0.0
    assert context_recall([NUTS], ["90 bar", "62 Nm"]) == 1.0


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=20))
def test_more_context_never_loses(context: list[str], more: str) -> None:
    gold = ["62 Nm", "casing"]

    assert context_recall([*context, more], gold) >= context_recall(context, gold)


def test_words_are_found_whole() -> None:
    assert holds(NUTS, ["62 Nm"])
    assert not holds("York lies north of Newark.", ["New"])
    assert not holds(NUTS, [""])


def test_opposite_is_as_unlike_as_can_be() -> None:
    one = np.array([1.0, 0.0], np.float32)

    assert (cosine(one, one), cosine(one, -one)) == (1.0, 0.0)


async def test_all_six_of_a_perfect_and_of_a_useless_answer() -> None:
    plan = make_plan("To what torque are the casing nuts tightened?").model_copy(update=NUMBER)
    right = Reply(plan, "62 Nm", (NUTS,), (NUTS,), (NUTS, "It rains."), ("62 Nm",))
    useless = Reply(plan, "It rains", ("It rains.",), (), ("It rains.",), ("62 Nm",))

    best, worst = await measure(HashingEncoder(), [right, useless])

    assert (best.faithfulness, best.context_precision, best.context_recall) == (1.0, 1.0, 1.0)
    assert best.correctness == pytest.approx(1.0, abs=1e-3)
    assert best.similarity == pytest.approx(1.0, abs=1e-3)
    assert (worst.faithfulness, worst.context_precision, worst.context_recall) == (0.0, 0.0, 0.0)
    assert worst.correctness < best.correctness
    assert await measure(HashingEncoder(), []) == []
