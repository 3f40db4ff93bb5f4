"""Which of two sides a comparison asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sides import chosen_side, wanted_end
from tools.values import Value, dates, numbers


def date(text: str) -> Value:
    return dates(text)[0]


def number(text: str) -> Value:
    return numbers(text)[0]


@pytest.mark.parametrize(
    ("question", "end"),
    [
        ("Who died first, Ada or Otto?", "least"),
        ("Who is younger, Ada or Otto?", "most"),
        ("Which pump is lighter, the HP-240 or the HP-260?", "least"),
        ("Which film came out most recently, Alien or Dune?", "most"),
        ("Was Ada older than Otto?", None),
        ("What is the difference in weight of A and B?", None),
        ("Which came first and which last?", None),
    ],
)
def test_the_words_tell_the_end(question: str, end: str | None) -> None:
    assert wanted_end(question) == end


def test_dates_and_measures_are_put_in_order() -> None:
    assert chosen_side("least", [date("12 May 1901"), date("1905")]) == 0
    assert chosen_side("most", [number("0.3 t"), number("410 kg")]) == 1


def test_what_overlaps_or_differs_in_kind_is_left_open() -> None:
    assert chosen_side("least", [date("1905"), date("3 May 1905")]) is None
    assert chosen_side("most", [number("40 kg"), number("40 kg")]) is None
    assert chosen_side("most", [number("40 kg"), number("40 Nm")]) is None
    assert chosen_side("most", [number("40 kg"), date("1905")]) is None
    assert chosen_side("most", [number("40 kg")]) is None


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_order_of_the_sides_does_not_matter(left: int, right: int) -> None:
    found = chosen_side("most", [number(f"{left} kg"), number(f"{right} kg")])
    swapped = chosen_side("most", [number(f"{right} kg"), number(f"{left} kg")])
    assert (found is None) == (swapped is None) == (left == right)
    assert found is None or found == 1 - (swapped or 0)
