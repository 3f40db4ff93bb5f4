"""Measures, their mix, and where a reading points inside a unit."""

import pytest

from tests.builders import make_memory, make_plan, make_units
from tools.matching import Measures, Mix, has_short_answer, log_odds, parts_asked
from tools.passages import best_inside, passage_of, placed
from tools.reader import FoundSpan, Reading

TEXT = "The pump has a base. Its casing takes a torque of 62 Nm. Paint it blue after the test."
UNITS = make_units(TEXT, start=100)
MEMORY = make_memory(TEXT, start=100)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What is the torque of the casing?", True),
        ("Why is the pump blue?", True),
        ("How do I paint the pump?", False),
        ("What are the steps of the test?", False),
        ("Is the pump blue?", False),
        ("What is the difference between HP-240 and HP-260?", False),
    ],
)
def test_a_few_words_answer_facts_only(question, short):
    assert has_short_answer(make_plan(question)) == short


def test_what_must_be_answered_are_the_parts_or_else_the_question():
    plan = make_plan("What torque do the nuts need, and what does the canteen serve?")
    assert [part.text for part in parts_asked(plan)] == list(plan.subquestions)
    assert [part.text for part in parts_asked(make_plan("Why?"))] == ["Why?"]


def test_a_mix_is_a_chance_and_every_positive_weight_raises_it():
    mix = Mix(-1.0, Measures(*[1.0] * len(Measures._fields)))
    low, high = Measures(*[0.0] * 8), Measures(*[0.5] * 8)
    assert 0 < mix.probability(low) < mix.probability(high) < 1
    assert mix.probability(Measures(*[1e6] * 8)) <= 1


def test_log_odds_stay_finite():
    assert log_odds(0.5) == 0
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))


def reading(*found):
    spans = tuple(
        FoundSpan(TEXT.index(text), TEXT.index(text) + len(text), text, score)
        for text, score in found
    )
    return Reading(spans, spans[0].score, 0.9, True, 0.8)


def test_spans_are_placed_in_the_version_and_count_from_the_best():
    best, second = placed(MEMORY, reading(("62 Nm", 4.0), ("blue", 1.5)))
    assert passage_of(MEMORY)[best.span.start - 100 : best.span.end - 100] == best.text == "62 Nm"
    assert (best.behind, second.behind) == (0.0, 2.5)


def test_a_unit_has_only_spans_that_lie_inside_it():
    read = reading(("62 Nm. Paint", 4.0), ("62 Nm", 3.0), ("blue", 1.5))
    assert [found and found.text for found in (best_inside(MEMORY, read, u) for u in UNITS)] == [
        None,
        "62 Nm",
        "blue",
    ]
