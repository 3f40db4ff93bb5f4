import pytest

from evals.measures import pk, window_diff


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
