"""The mixes are what their rows say."""

import random

from tools.matching import Measures
from training.logistic import Row, fit_mix

NOTHING = Measures(*[0.0] * len(Measures._fields))


def rows(count: int = 400) -> list[Row]:
    """The label follows coverage, and nothing else that is seen."""
    rng = random.Random(3)
    found = []
    for _ in range(count):
        coverage = rng.random()
        seen = NOTHING._replace(coverage=coverage, cosine=rng.random())
        found.append(Row(seen, rng.random() < coverage))
    return found


def test_what_tells_gets_weight_and_what_does_not_gets_none() -> None:
    mix = fit_mix(rows(), ("coverage", "cosine"))
    assert mix.weights.coverage > 2
    assert abs(mix.weights.cosine) < 0.7
    assert mix.probability(NOTHING) < 0.2 < 0.8 < mix.probability(NOTHING._replace(coverage=1.0))


def test_measures_that_are_not_used_have_no_weight() -> None:
    assert fit_mix(rows(), ("coverage",)).weights.cosine == 0.0


def test_the_same_rows_give_the_same_mix() -> None:
    assert fit_mix(rows(), ("coverage",)) == fit_mix(rows(), ("coverage",))
