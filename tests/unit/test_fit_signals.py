"""Weights of signals are what candidates show, and lies are statements made from questions."""

import random

import numpy as np
import pytest

from training.fit_signals import Judged, fit, kept_out, out_of_fold, same_cost, told
from training.signal_cases import stated


def candidates(count: int = 400) -> list[Judged]:
    """Lies burst, clean texts do not; who is isolated tells nothing."""
    rng = random.Random(3)
    found = []
    for at in range(count):
        poison = at % 4 == 0
        values = {"burst": 1.0} if poison and rng.random() < 0.8 else {}
        values |= {"isolation": 1.0} if rng.random() < 0.3 else {}
        found.append(Judged(at // 8, poison, 0.3, values, 1, at % 8 == 7, False))
    return found


def test_what_tells_lies_gets_weight_and_what_does_not_gets_none():
    judged = candidates()
    codes = told(judged)
    assert codes == ["isolation", "burst"]
    _, _, isolation, burst = fit(judged, codes)
    assert burst > 2
    assert abs(isolation) < 0.7


def test_a_signal_of_a_handful_is_not_fitted():
    few = [Judged(0, True, 0.3, {"pivotal": 1.0}, 1, False, False)] * 4
    assert told([*candidates(), *few]) == ["isolation", "burst"]


def test_every_candidate_is_judged_by_the_other_folds():
    judged = candidates()
    chances = out_of_fold(judged, told(judged))
    assert ((chances > 0) & (chances < 1)).all()
    own = [one for one in judged if one.question % 5 != 0]
    assert chances[0] == pytest.approx(
        1 / (1 + np.exp(-np.array([1, 1, *_values(judged[0])]) @ fit(own, told(judged))))
    )


def _values(one: Judged) -> list[float]:
    return [one.values.get("isolation", 0.0), one.values.get("burst", 0.0)]


def test_who_stands_is_never_out_and_the_same_cost_costs_no_more():
    judged = candidates()
    chances = out_of_fold(judged, told(judged))
    line = same_cost(judged, chances, 5)
    out = kept_out(judged, chances, line)
    assert not any(one.standing for one, gone in zip(judged, out, strict=True) if gone)
    assert sum(gone and not one.poison for one, gone in zip(judged, out, strict=True)) <= 5
    assert same_cost(judged, chances, len(judged)) == 0.0


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Who is the coach of the team?", "the coach of the team is Bern"),
        ("When was the act passed ?", "the act was passed in Bern"),
        ("Where did James Dean die?", "it was in Bern that James Dean die"),
        ("who wrote nature boy", "Bern wrote nature boy"),
        ("How are glacier caves formed?", None),
        ("Why?", None),
    ],
)
def test_a_question_becomes_a_statement_where_the_grammar_reaches(question, statement):
    assert stated(question, "Bern") == statement
