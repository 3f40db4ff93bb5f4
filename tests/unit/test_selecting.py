"""Strategies of selection: what all keep to, and what each is for."""

import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import Settings
from tests.builders import make_id
from tools.selecting import STRATEGIES, Limits, Option, Strategy, worth
from tools.set_search import EVERY_STRATEGY, tree

ALL = EVERY_STRATEGY
VERSION = make_id("version")


def option(name: str, relevance: float, **other: object) -> Option:
    known: dict[str, object] = {"characters": 500, "place": (VERSION, 0), "facets": (relevance,)}
    return Option(key=make_id(name), relevance=relevance, **{**known, **other})  # type: ignore[arg-type]


drawn = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(50, 3_000),
        st.integers(0, 30),
        st.floats(0, 1),
        st.floats(0, 1),
    ),
    max_size=14,
).map(
    lambda rows: [
        Option(make_id(str(at)), r, n, (VERSION, place), (f,), risk)
        for at, (r, n, place, f, risk) in enumerate(rows)
    ]
)


@pytest.mark.parametrize("strategy", ALL.values(), ids=ALL)
@given(options=drawn, seed=st.integers(0, 9))
def test_a_part_of_the_options_whatever_their_order(
    strategy: Strategy, options: list[Option], seed: int
) -> None:
    kept = strategy(options, Limits(2, 6))

    relevance = {found.key: found.relevance for found in options}
    assert len(set(kept)) == len(kept)
    assert set(kept) <= relevance.keys()
    assert bool(kept) is bool(options)
    assert [relevance[key] for key in kept] == sorted((relevance[k] for k in kept), reverse=True)
    shuffled = random.Random(seed).sample(options, len(options))
    assert strategy(shuffled, Limits(2, 6)) == kept


def test_pairing_adds_what_alone_meets_a_facet_and_what_stands_beside_the_best() -> None:
    best = option("best", 0.9, facets=(1.0, 0.0), place=(VERSION, 4))
    beside = option("beside", 0.1, facets=(0.0, 0.0), place=(VERSION, 5))
    other = option("other", 0.2, facets=(0.0, 1.0), place=(VERSION, 9))
    far = option("far", 0.3, facets=(0.0, 0.0), place=(VERSION, 20))
    options = [best, beside, other, far]

    assert STRATEGIES["elbow"](options, Limits(1, 1)) == (best.key,)
    assert STRATEGIES["paired"](options, Limits(1, 1)) == (best.key, other.key, beside.key)


def test_the_ratio_stops_at_a_cliff_and_goes_down_a_slope() -> None:
    cliff = [option(str(at), value) for at, value in enumerate((0.9, 0.85, 0.2, 0.19, 0.18))]
    slope = [option(str(at), 0.9 * 0.8**at) for at in range(5)]

    assert len(STRATEGIES["ratio"](cliff, Limits(1, 5))) == 2
    assert len(STRATEGIES["ratio"](cliff, Limits(3, 5))) == 5
    assert len(STRATEGIES["ratio"](slope, Limits(1, 4))) == 4


def test_settings_know_every_strategy() -> None:
    assert set(get_args(Settings.model_fields["selection"].annotation)) == set(EVERY_STRATEGY)


@pytest.mark.parametrize("strategy", [STRATEGIES["greedy"], tree], ids=["greedy", "tree"])
def test_more_is_not_better(strategy: Strategy) -> None:
    """One that says it all beats a set with its copy, with a risky one, or with a long one."""
    one = option("one", 0.9, facets=(1.0, 1.0))
    copy = option("copy", 0.9, facets=(1.0, 1.0), alike=((one.key, 1.0),))
    risky = option("risky", 0.9, facets=(1.0, 1.0), risk=1.0)
    weak = option("weak", 0.1, facets=(0.0, 0.1), characters=3_000)

    (kept,) = strategy([one._replace(alike=((copy.key, 1.0),)), copy, risky, weak], Limits(1, 4))
    assert kept in {one.key, copy.key}


@pytest.mark.parametrize("strategy", [STRATEGIES["greedy"], tree], ids=["greedy", "tree"])
def test_sets_stay_within_the_budget(strategy: Strategy) -> None:
    options = [
        option(str(at), 0.9, facets=tuple(float(at == n) for n in range(4))) for at in range(4)
    ]

    assert len(strategy(options, Limits(1, 4, 2_500))) == 4
    assert len(strategy(options, Limits(1, 4, 1_000))) == 2


def test_the_tree_finds_a_pair_that_greed_misses() -> None:
    """The best single option is in no best pair."""
    middle = option("middle", 0.6, facets=(0.7, 0.7), characters=900)
    left = option("left", 0.6, facets=(1.0, 0.0), characters=500)
    right = option("right", 0.6, facets=(0.0, 1.0), characters=500)
    options, limits = [middle, left, right], Limits(1, 3, 1_000)

    assert STRATEGIES["greedy"](options, limits) == (middle.key,)
    assert set(tree(options, limits)) == {left.key, right.key}


def test_a_set_is_worth_what_it_covers_and_costs() -> None:
    one = option("one", 0.5, facets=(1.0, 0.0))
    assert worth([], 1_000) == 0
    assert worth([one], 1_000) == pytest.approx(0.5 + 0.5 - 0.3 * 0.5)
    assert worth([one, option("two", 0.5, characters=600)], 1_000) == float("-inf")
