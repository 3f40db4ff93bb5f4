"""What is fitted on never holds what is measured."""

from hypothesis import given
from hypothesis import strategies as st

from training.splits import each_fold


@given(st.lists(st.integers(0, 30)))
def test_every_item_is_kept_aside_once_and_fitted_on_elsewhere(items):
    folds = list(each_fold(items, lambda item: item % 3))

    assert sorted(item for aside, _ in folds for item in aside) == sorted(items)
    for aside, others in folds:
        assert aside
        assert {item % 3 for item in aside}.isdisjoint(item % 3 for item in others)
        assert sorted([*aside, *others]) == sorted(items)
