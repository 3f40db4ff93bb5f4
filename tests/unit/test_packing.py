"""Which memories fit, how much of each, and in which order: tables and laws."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.packing import LEAST_KEPT, Packable, canonical, pack, shares_kept

A, B, C = (UUID(int=n) for n in range(3))

items = st.lists(
    st.builds(
        lambda key, relevance, gist, more: Packable(key, relevance, gist + more, gist),
        key=st.uuids(),
        relevance=st.floats(0, 1),
        gist=st.integers(1, 300),
        more=st.integers(0, 600),
    ),
    max_size=12,
    unique_by=lambda item: item.key,
)


def characters(found, packed):
    by_key = {item.key: item for item in found}
    return sum(
        by_key[key].gist_characters if gist else by_key[key].characters for key, gist in packed
    )


@given(items, st.integers(1, 2_000), st.randoms())
def test_packing_keeps_the_limit_and_ignores_order(found, limit, seed):
    packed = pack(found, limit)
    assert packed == pack(seed.sample(found, len(found)), limit)
    assert characters(found, packed) <= limit or len(packed) == 1
    assert bool(packed) == bool(found)


@given(items, st.integers(1, 2_000))
def test_a_gist_stands_only_where_the_whole_did_not_fit(found, limit):
    by_key = {item.key: item for item in found}
    packed = pack(found, limit)
    for at, (key, is_gist) in enumerate(packed):
        used = characters(found, packed[:at])
        assert is_gist == (at > 0 and used + by_key[key].characters > limit)


def test_best_comes_first_and_a_smaller_one_fills_the_rest():
    found = [Packable(A, 0.2, 100, 90), Packable(B, 0.9, 800, 90), Packable(C, 0.5, 400, 300)]
    assert pack(found, 1_000) == ((B, False), (A, False))


def test_one_line_of_a_better_one_comes_before_all_of_a_worse_one():
    found = [Packable(A, 0.2, 100, 90), Packable(B, 0.9, 800, 90), Packable(C, 0.5, 400, 150)]
    assert pack(found, 1_000) == ((B, False), (C, True))


def test_some_are_kept_whatever_their_size_and_come_first():
    found = [Packable(A, 0.2, 900, 9), Packable(B, 0.9, 800, 500), Packable(C, 0.5, 50, 9)]
    assert pack(found, 1_000, {A}) == ((A, False), (C, False))
    assert pack(found, 1_000, {A, B}) == ((B, False), (A, False))


@given(items, st.randoms())
def test_the_canonical_order_does_not_depend_on_where_an_item_stood(found, seed):
    ordered = canonical(found)
    assert sorted(ordered) == sorted(item.key for item in found)
    assert canonical(seed.sample(found, len(found))) == ordered


def test_what_two_questions_share_begins_alike():
    one = [Packable(A, 0.95, 100, 9), Packable(B, 0.8, 100, 9), Packable(C, 0.3, 100, 9)]
    other = [Packable(A, 0.8, 100, 9), Packable(B, 0.95, 100, 9)]
    assert canonical(one) == (A, B, C)
    assert canonical(other) == (A, B)


@pytest.mark.parametrize(
    ("relevance", "spoken", "shares"),
    [
        ({}, set(), {}),
        ({A: 0.9, B: 0.45}, set(), {}),  # half as relevant is still no background
        ({A: 0.9, B: 0.3}, set(), {B: 0.25}),
        ({A: 0.9, B: 0.3}, {B}, {}),
        ({A: 0.9, B: 0.01}, set(), {B: LEAST_KEPT}),
        ({A: 0.0, B: 0.0}, set(), {}),
    ],
)
def test_the_less_relevant_background_is_the_less_is_kept(relevance, spoken, shares):
    assert shares_kept(relevance, spoken) == pytest.approx(shares)
