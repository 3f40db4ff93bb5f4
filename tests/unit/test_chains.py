"""Chains of memories: what they are worth, which are kept, in which order they bring memories."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_id
from tools.chains import FLOOR, Chain, Hop, chain_score, in_turns, pruned

SCORES = st.lists(st.floats(-1, 2), min_size=1, max_size=4)


def chain(*hops: tuple[str, float]) -> Chain:
    return Chain(tuple(Hop(name, make_id(name), score) for name, score in hops))


def test_a_chain_is_worth_the_geometric_mean_of_its_steps() -> None:
    assert chain(("a", 1.0), ("b", 0.25)).score == pytest.approx(0.5)
    assert chain(("a", 0.8)).score == pytest.approx(0.8)


def test_scores_are_clipped_and_a_chain_without_steps_is_none() -> None:
    assert chain_score([7.0]) == 1.0
    assert chain_score([-3.0]) == pytest.approx(FLOOR)
    with pytest.raises(ValueError, match="one hop"):
        chain_score([])


@given(SCORES)
def test_a_chain_is_no_better_than_its_best_and_no_worse_than_its_worst_step(
    scores: list[float],
) -> None:
    clipped = [min(1.0, max(FLOOR, score)) for score in scores]

    assert min(clipped) * (1 - 1e-9) <= chain_score(scores) <= max(clipped) * (1 + 1e-9)


@given(SCORES, st.randoms())
def test_the_order_of_steps_does_not_change_the_score(scores: list[float], random: object) -> None:
    assert math.isclose(chain_score(scores), chain_score(sorted(scores)))


def test_the_best_chain_to_each_memory_is_kept_and_the_shorter_of_equals() -> None:
    worse, better = chain(("a", 0.5), ("z", 0.5)), chain(("b", 0.9), ("z", 0.9))
    short, long = chain(("s", 0.5)), chain(("t", 0.5), ("s", 0.5))

    assert pruned([worse, better]) == [better]
    assert pruned([long, short]) == [short]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0.01, 1)), max_size=20),
    st.integers(0, 6),
)
def test_pruning_keeps_at_most_the_width_whatever_the_order(
    hops: list[tuple[str, float]], width: int
) -> None:
    chains = [chain(hop) for hop in hops]

    kept = pruned(chains, width)

    assert len(kept) <= width
    assert kept == pruned(reversed(chains), width)
    assert [one.score for one in kept] == sorted((one.score for one in kept), reverse=True)


def test_every_name_of_the_question_brings_its_best_chain_first() -> None:
    sure = [chain(("a", 1.0)), chain(("a", 1.0), ("b", 0.9)), chain(("a", 1.0), ("c", 0.8))]
    weak = [chain(("x", 0.2)), chain(("x", 0.2), ("y", 0.1))]

    assert in_turns([sure, weak], 10) == [make_id(name) for name in "axbyc"]
    assert in_turns([sure, weak], 2) == [make_id("a"), make_id("x")]
    assert in_turns([], 5) == []


def test_a_chain_brings_the_memories_that_lead_to_its_end() -> None:
    assert in_turns([[chain(("a", 1.0), ("b", 1.0), ("c", 1.0))]], 10) == [
        make_id(name) for name in "abc"
    ]
