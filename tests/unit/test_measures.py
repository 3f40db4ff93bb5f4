import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evals.measures import (
    average_precision,
    expected_calibration_error,
    macro_f1,
    pk,
    reciprocal_rank,
    reliability,
    roc_auc,
    window_diff,
)

outcomes = st.lists(st.booleans(), min_size=1, max_size=40)
judged = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.8, 1.0]), st.booleans()),
    min_size=1,
    max_size=60,
)
labelled = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    min_size=1,
    max_size=30,
)


def test_the_gold_cut_scores_zero():
    assert window_diff([5, 10], [5, 10], 15) == pk([5, 10], [5, 10], 15) == 0.0


def test_window_diff_counts_what_pk_overlooks():
    gold, found = [10], [9, 10]

    assert pk(gold, found, 20, width=4) < window_diff(gold, found, 20, width=4)


def test_a_missed_boundary_is_wrong_in_every_window_over_it():
    assert window_diff([10], [], 20, width=4) == pytest.approx(4 / 16)


def test_a_near_miss_costs_less_than_a_far_one():
    assert window_diff([10], [11], 20, width=4) < window_diff([10], [16], 20, width=4)


def test_a_text_shorter_than_the_window_scores_zero():
    assert window_diff([1], [], 2) == 0.0


@pytest.mark.parametrize(
    ("relevant", "precision", "reciprocal"),
    [
        ([1, 0, 0], 1.0, 1.0),
        ([0, 1, 0], 1 / 2, 1 / 2),
        ([0, 1, 1], (1 / 2 + 2 / 3) / 2, 1 / 2),
        ([1, 0, 1, 0, 1], (1 + 2 / 3 + 3 / 5) / 3, 1.0),
        ([0, 0], 0.0, 0.0),
        ([], 0.0, 0.0),
    ],
)
def test_rankings_by_hand(relevant, precision, reciprocal):
    assert average_precision(relevant) == pytest.approx(precision)
    assert reciprocal_rank(relevant) == pytest.approx(reciprocal)


@given(outcomes)
def test_no_order_is_better_than_relevant_first(relevant):
    assert average_precision(relevant) <= average_precision(sorted(relevant, reverse=True)) <= 1


def test_macro_f1_by_hand():
    gold, found = [0, 0, 0, 1, 2], [0, 0, 1, 1, 1]

    # label 0: 2·2/(3+2), label 1: 2·1/(1+3), label 2 is never found
    assert macro_f1(gold, found) == pytest.approx((4 / 5 + 1 / 2 + 0) / 3)


def test_a_label_on_neither_side_does_not_count():
    assert macro_f1([0, 2], [0, 2]) == 1.0


@given(labelled, st.permutations([0, 1, 2]))
def test_macro_f1_does_not_depend_on_names_or_sides(pairs, renamed):
    gold, found = map(np.array, zip(*pairs, strict=True))
    names = np.array(renamed)

    assert macro_f1(gold, found) == pytest.approx(macro_f1(found, gold))
    assert macro_f1(gold, found) == pytest.approx(macro_f1(names[gold], names[found]))


def test_area_under_the_curve_by_hand():
    # pairs of positive and negative: 0.9 > 0.5, 0.9 > 0.1, 0.5 = 0.5, 0.5 > 0.1
    assert roc_auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(3.5 / 4)
    assert roc_auc([0.1, 0.9], [True, False]) == 0.0
    assert roc_auc([0.3, 0.3, 0.3], [True, False, True]) == 0.5
    assert roc_auc([0.3, 0.4], [True, True]) == 0.5


@given(judged)
def test_area_is_the_share_of_pairs_in_order(rows):
    scores, positive = zip(*rows, strict=True)
    pairs = [(s, t) for s, yes in rows for t, other in rows if yes and not other]
    assume(pairs)

    share = sum((s > t) + (s == t) / 2 for s, t in pairs) / len(pairs)
    assert roc_auc(scores, positive) == pytest.approx(share)
    assert roc_auc(np.negative(scores), positive) == pytest.approx(1 - share)


def test_reliability_by_hand():
    table = reliability([0.9, 0.1, 0.8, 0.2], [True, False, False, False], bins=2)

    assert [row.n for row in table] == [2, 2]
    assert [row.predicted for row in table] == pytest.approx([0.15, 0.85])
    assert [row.observed for row in table] == pytest.approx([0.0, 0.5])
    assert expected_calibration_error(
        [0.9, 0.1, 0.8, 0.2], [True, False, False, False], bins=2
    ) == pytest.approx((0.15 + 0.35) / 2)


def test_chances_that_come_true_as_often_as_they_say_have_no_error():
    assert expected_calibration_error([0.25] * 4 + [1.0] * 4, [1, 0, 0, 0] + [1] * 4) == 0.0


@given(judged, st.randoms(use_true_random=False))
def test_calibration_keeps_the_totals_and_knows_no_order(rows, chance):
    chances, came_true = zip(*rows, strict=True)
    table = reliability(chances, came_true)
    shuffled = list(rows)
    chance.shuffle(shuffled)

    assert sum(row.n for row in table) == len(rows)
    assert max(row.n for row in table) - min(row.n for row in table) <= 1
    assert sum(row.observed * row.n for row in table) == pytest.approx(sum(came_true))
    assert sum(row.predicted * row.n for row in table) == pytest.approx(sum(chances))
    error = expected_calibration_error(chances, came_true)
    assert 0 <= error <= 1
    assert expected_calibration_error(*zip(*shuffled, strict=True)) == pytest.approx(error)
