"""Cuts from given log-probabilities and margins, and cuts of others brought into the band."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.schemas.document import Unit
from tools.banding import into_band, joined_up_to, tidied
from tools.layout import SizeBand, size_of
from tools.likelihood_cuts import margin_cut, perplexity_cut, unit_losses

LOSSES = st.lists(st.floats(0, 9), max_size=40)


def units_of(sizes: list[int]) -> list[Unit]:
    units: list[Unit] = []
    start = 0
    for index, size in enumerate(sizes):
        text = "w" * size
        units.append(
            Unit(index=index, kind="sentence", start=start, end=start + size, text=text, block=0)
        )
        start += size
    return units


def test_a_loss_is_the_mean_over_a_units_tokens() -> None:
    assert unit_losses([[-1.0, -3.0], [], [-0.5]]) == [2.0, 0.0, 0.5]


def test_the_best_foretold_unit_ends_its_chunk() -> None:
    assert perplexity_cut([3, 2, 1, 4, 3, 2, 5]) == (0, 3, 6)


def test_one_deep_side_is_enough_and_a_level_stretch_is_no_minimum() -> None:
    assert perplexity_cut([2.1, 2.0, 3.5, 3.5], threshold=1.0) == (0, 2)
    assert perplexity_cut([2.1, 2.0, 2.2], threshold=1.0) == (0,)
    assert perplexity_cut([3, 1, 1, 3]) == (0,)


def test_the_smallest_depth_becomes_the_threshold_once_enough_were_seen() -> None:
    losses = [5.0, 1.0, 5.0, 1.0, 2.0, 1.9, 2.1]

    assert perplexity_cut(losses, settled=99) == (0, 2, 4, 6)
    assert perplexity_cut(losses, settled=2) == (0, 2, 4)


def test_a_unit_is_kept_above_the_threshold_which_follows_the_last_five() -> None:
    assert margin_cut([0.2, -0.1, 0.3]) == (0, 2)
    assert margin_cut([0.8] * 5 + [0.5]) == (0, 6)
    assert margin_cut([]) == (0,)


@given(LOSSES)
def test_cuts_by_loss_start_at_the_first_unit_and_ascend(losses: list[float]) -> None:
    starts = perplexity_cut(losses)

    assert starts[:1] == ((0,) if losses else ())
    assert list(starts) == sorted(set(starts))
    assert all(start < len(losses) for start in starts)


@given(
    sizes=st.lists(st.integers(1, 90), min_size=1, max_size=40),
    named=st.lists(st.integers(-5, 60)),
    target=st.integers(1, 120),
    room=st.integers(0, 200),
)
def test_any_cut_comes_into_the_band(
    sizes: list[int], named: list[int], target: int, room: int
) -> None:
    units, band = units_of(sizes), SizeBand(target, target + room)

    starts = into_band(units, named, band)

    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    for first, stop in pairwise([*starts, len(units)]):
        assert stop - first == 1 or size_of(units, first, stop) <= band.maximum


def test_a_cut_within_the_band_stays_as_it_is() -> None:
    units = units_of([50] * 10)

    assert into_band(units, (0, 3, 7), SizeBand(150, 250)) == (0, 3, 7)


def test_a_small_chunk_joins_its_neighbour_where_both_fit() -> None:
    assert into_band(units_of([100, 10, 100]), (0, 1, 2), SizeBand(100, 120)) == (0, 2)
    assert into_band(units_of([100, 10, 100]), (0, 1, 2), SizeBand(100, 105)) == (0, 1, 2)


def test_ids_that_do_not_exist_are_left_out() -> None:
    assert tidied([7, 3, 3, -1, 12], 10) == (0, 3, 7)
    assert tidied([1], 0) == ()


def test_dynamic_merge_fills_up_to_the_size() -> None:
    assert joined_up_to(units_of([40] * 6), range(6), 100) == (0, 2, 4)
    assert joined_up_to([], (), 100) == ()
