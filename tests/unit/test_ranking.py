from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.memory import Hit
from tools.matching import log_odds
from tools.ranking import (
    NEIGHBOUR_WEIGHT,
    TermWeights,
    beside_neighbours,
    best_fused,
    cut,
    fuse,
    standardise,
    with_reading,
)

IDS = [UUID(int=number) for number in range(8)]
hits = st.lists(
    st.builds(
        Hit, memory_id=st.sampled_from(IDS), score=st.floats(-5, 5, allow_nan=False, width=32)
    ),
    max_size=8,
    unique_by=lambda hit: hit.memory_id,
)


def hit(number: int, score: float) -> Hit:
    return Hit(memory_id=IDS[number], score=score)


def test_best_are_first_ties_by_id_and_no_more_than_asked():
    scores = {IDS[2]: {"fused": 1.0}, IDS[1]: {"fused": 1.0}, IDS[3]: {"fused": 2.0}}

    assert best_fused(scores, 2) == [IDS[3], IDS[1]]


@given(lexical=hits, chunk=hits, seed=st.randoms())
def test_fusion_does_not_depend_on_order(lexical, chunk, seed):
    lists = {"lexical": lexical, "vector_chunk": chunk}
    shuffled = {
        name: seed.sample(found, len(found)) for name, found in reversed(list(lists.items()))
    }
    fused, again = fuse(lists), fuse(shuffled)
    assert fused == again
    assert set(fused) == {item.memory_id for item in (*lexical, *chunk)}


def test_fusion_prefers_what_both_lists_rank_high():
    fused = fuse(
        {
            "lexical": [hit(0, 9.0), hit(1, 8.0), hit(2, 1.0)],
            "vector_chunk": [hit(1, 0.9), hit(3, 0.8), hit(0, 0.1)],
        }
    )
    assert max(fused, key=lambda key: fused[key]["fused"]) == IDS[1]


def test_fusion_keeps_raw_scores_by_list_name():
    fused = fuse({"lexical": [hit(0, 9.0)], "vector_core": [hit(0, 0.5), hit(1, 0.4)]})
    assert fused[IDS[0]]["lexical"] == 9.0
    assert fused[IDS[0]]["vector_core"] == 0.5
    assert "lexical" not in fused[IDS[1]]


def test_absence_from_a_list_never_counts_as_an_average_place():
    lists = {"lexical": [hit(0, 3.0), hit(1, 3.0)], "vector_chunk": [hit(2, 1.0)]}
    fused = fuse(lists, {"lexical": 1.0, "vector_chunk": 1.0})
    assert fused[IDS[0]]["fused"] == fused[IDS[1]]["fused"] == -1.0
    assert fused[IDS[2]]["fused"] == -1.0


def test_lists_without_weight_do_not_count():
    assert fuse({"other": [hit(0, 3.0), hit(1, 1.0)]})[IDS[0]]["fused"] == 0.0


def test_equal_scores_standardise_to_zero():
    assert standardise({IDS[0]: 2.0, IDS[1]: 2.0}) == {IDS[0]: 0.0, IDS[1]: 0.0}
    assert standardise({}) == {}


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        ([], 0),
        ([0.9], 1),
        ([0.9, 0.1], 2),
        ([0.9, 0.88, 0.1, 0.09, 0.08], 2),  # one steep drop after the second
        ([0.9, 0.9, 0.9, 0.9], 1),  # no drop at all: clamped from below by callers
        ([0.5, 0.4, 0.3, 0.2], 1),  # even drops: the first place where they grow no more
    ],
)
def test_cut_finds_the_first_steep_drop(scores, kept):
    assert cut(scores, 1, 10) == kept


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(1, 5), st.integers(5, 12))
def test_cut_stays_between_its_clamps(scores, min_k, max_k):
    kept = cut(sorted(scores, reverse=True), min_k, max_k)
    assert min(min_k, len(scores)) <= kept <= min(max_k, len(scores))


def test_rare_terms_cover_more_of_a_question_than_common_ones():
    weights = TermWeights([{"pump", "seal"}, {"pump", "shaft"}, {"pump"}])
    assert weights.coverage({"pump", "seal"}, {"seal"}) > 0.5
    assert weights.coverage({"pump", "seal"}, {"pump", "seal"}) == 1.0
    assert weights.coverage({"pump", "seal"}, set()) == 0.0
    assert weights.coverage(set(), {"pump"}) == 0.0


def test_unseen_terms_weigh_most():
    weights = TermWeights([{"pump"}, {"pump", "seal"}])
    assert weights.weight("canteen") > weights.weight("seal") > weights.weight("pump") > 0


VERSION, OTHER = UUID(int=100), UUID(int=101)


def test_a_memory_beside_a_good_one_gains_by_it():
    scores = {IDS[0]: 3.0, IDS[1]: 1.0, IDS[2]: 1.0}
    places = {IDS[0]: (VERSION, 4), IDS[1]: (VERSION, 5), IDS[2]: (OTHER, 5)}

    told = beside_neighbours(scores, places)

    assert told[IDS[1]] == pytest.approx(1.0 + 3.0 * NEIGHBOUR_WEIGHT)
    assert told[IDS[2]] == pytest.approx(1.0 + 1.0 * NEIGHBOUR_WEIGHT)
    assert beside_neighbours({}, {}) == {}


@given(
    scores=st.lists(st.floats(-9, 9, allow_nan=False), min_size=1, max_size=8),
    places=st.permutations([(version, n) for version in (VERSION, OTHER) for n in range(4)]),
)
def test_neighbours_are_a_bounded_part_of_a_score(scores, places):
    given_scores = dict(zip(IDS, scores, strict=False))
    told = beside_neighbours(given_scores, dict(zip(IDS, places, strict=True)))

    low, high = min(scores), max(scores)
    for key, score in given_scores.items():
        gained = told[key] - score
        assert NEIGHBOUR_WEIGHT * low - 1e-9 <= gained <= NEIGHBOUR_WEIGHT * high + 1e-9


@given(fused=st.floats(-9, 9), less=st.floats(0, 9), chance=st.floats(0, 1))
def test_nobody_who_was_read_falls_behind_one_who_was_not(fused, less, chance):
    read = with_reading(fused, log_odds(chance))
    assert read >= with_reading(fused - less, log_odds(0.0))
