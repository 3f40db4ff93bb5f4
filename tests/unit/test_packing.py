from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.packing import Packable, canonical, pack, trim_units
from tests.builders import make_units

items = st.lists(
    st.builds(
        Packable,
        key=st.uuids(),
        relevance=st.floats(0, 1),
        characters=st.integers(1, 900),
    ),
    max_size=12,
    unique_by=lambda item: item.key,
)


@given(items, st.integers(1, 2_000), st.randoms())
def test_packing_keeps_the_limit_and_ignores_order(found, limit, seed):
    kept = pack(found, limit)
    assert kept == pack(seed.sample(found, len(found)), limit)
    size = sum(item.characters for item in found if item.key in kept)
    assert size <= limit or len(kept) == 1
    assert bool(kept) == bool(found)


def test_best_comes_first_and_a_smaller_one_fills_the_rest():
    a, b, c = (UUID(int=n) for n in range(3))
    packed = pack([Packable(a, 0.2, 100), Packable(b, 0.9, 800), Packable(c, 0.5, 400)], 1_000)
    assert packed == (b, a)


def test_trimming_keeps_the_centre_and_its_neighbours():
    units = make_units("One. Two two. Three three. Four. Five.")
    kept = trim_units(units, 2, len("Two two.Three three.Four."))
    assert [unit.index for unit in kept] == [1, 2, 3]


def test_a_centre_larger_than_the_limit_stands_alone():
    units = make_units("One. " + "Long " * 30 + "end. Three.")
    assert [unit.index for unit in trim_units(units, 1, 20)] == [1]
    with pytest.raises(IndexError):
        trim_units(units, 9, 20)


def test_some_are_kept_whatever_their_size_and_come_first():
    a, b, c = (UUID(int=n) for n in range(3))
    found = [Packable(a, 0.2, 900), Packable(b, 0.9, 800), Packable(c, 0.5, 50)]
    assert pack(found, 1_000, {a}) == (a, c)
    assert pack(found, 1_000, {a, b}) == (b, a)


@given(items, st.randoms())
def test_the_canonical_order_does_not_depend_on_where_an_item_stood(found, seed):
    ordered = canonical(found)
    assert sorted(ordered) == sorted(item.key for item in found)
    assert canonical(seed.sample(found, len(found))) == ordered


def test_what_two_questions_share_begins_alike():
    a, b, c = (UUID(int=n) for n in range(3))
    one = [Packable(a, 0.95, 100), Packable(b, 0.8, 100), Packable(c, 0.3, 100)]
    other = [Packable(a, 0.8, 100), Packable(b, 0.95, 100)]
    assert canonical(one) == (a, b, c)
    assert canonical(other) == (a, b)
