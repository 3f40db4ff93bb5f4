"""Where a second look begins to pay nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tools.early_exit import PATIENCE, is_settled, promising

SCORES = st.lists(st.floats(-20, 20), max_size=40)


@given(SCORES, st.integers(1, 10))
def test_the_best_always_deserve_a_look_and_those_who_do_come_first(
    scores: list[float], best: int
) -> None:
    first = sorted(scores, reverse=True)
    count = promising(first, best)
    assert min(best, len(first)) <= count <= len(first)


@given(SCORES, st.integers(1, 10), st.floats(-100, 100))
def test_only_distances_count(scores: list[float], best: int, shift: float) -> None:
    first = sorted((float(round(score)) for score in scores), reverse=True)
    moved = [score + round(shift) for score in first]
    assert promising(first, best) == promising(moved, best)


def test_whoever_lies_far_behind_is_not_looked_at() -> None:
    assert promising([10.0, 9.0, 8.0, 5.0, 4.9], best=3) == 4
    assert promising([10.0, 9.0], best=3) == 2
    assert promising([], best=3) == 0


def test_copies_that_nearly_tie_hide_nobody() -> None:
    assert promising([5.0, 4.99, 4.98, 4.98, 4.97, 4.9, 4.9, 4.89, 3.2, 1.0], best=5) == 9


def test_a_look_goes_on_while_it_changes_the_best() -> None:
    dull = [1.0] * PATIENCE
    assert is_settled([5.0, 4.0, *dull], best=2)
    assert not is_settled([5.0, 4.0, *dull[:-1], 4.5], best=2)
    assert not is_settled([5.0, *dull], best=2)
    assert not is_settled([], best=2)
