"""What of a memory is read: laws of every extract, and what may never be lost from background."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.document import Span
from tests.builders import make_plan, make_units
from tools.extracts import (
    compressed,
    gist,
    ordered,
    size,
    telling_units,
    trim_units,
)

TEXT = "The pump has a base. Its casing takes a torque of 62 Nm. Paint it blue after the test."
UNITS = make_units(TEXT, start=100)
TORQUE = make_plan("What is the torque of the casing?")
BASE = make_plan("What is the base of the pump?")
FIT = make_plan("How do I fit the base of the pump?")
AT_BLUE = Span(start=UNITS[2].start, end=UNITS[2].start + 5)


def test_the_unit_that_is_pointed_at_comes_first():
    assert telling_units(ordered(BASE, UNITS), 30) == (UNITS[0],)
    assert telling_units(ordered(BASE, UNITS, (AT_BLUE,)), 30) == (UNITS[2],)
    assert gist(ordered(BASE, UNITS, (AT_BLUE,))) == (UNITS[2],)


def test_what_is_pointed_at_does_not_tear_a_procedure_apart():
    pointed = ordered(FIT, UNITS, (AT_BLUE,))
    assert telling_units(pointed, 30) == telling_units(ordered(FIT, UNITS), 30)


def test_trimming_keeps_the_centre_and_its_neighbours():
    units = make_units("One. Two two. Three three. Four. Five.")
    kept = trim_units(units, 2, len("Two two.Three three.Four."))
    assert [unit.index for unit in kept] == [1, 2, 3]


def test_a_centre_larger_than_the_limit_stands_alone():
    units = make_units("One. " + "Long " * 30 + "end. Three.")
    assert [unit.index for unit in trim_units(units, 1, 20)] == [1]
    with pytest.raises(IndexError):
        trim_units(units, 9, 20)


def test_a_gist_is_the_most_telling_unit():
    assert gist(ordered(TORQUE, UNITS)) == (UNITS[1],)
    assert gist(ordered(FIT, UNITS)) == (UNITS[0],)


def test_of_nothing_nothing_is_read():
    nothing = ordered(TORQUE, ())
    assert gist(nothing) == telling_units(nothing, 9) == compressed(nothing, 9) == ()


BACKGROUND = make_units(
    "Marlbeck was founded in 1931. The works is a fine old place. It lies by the river. "
    "Visitors may not enter the foundry. Marlbeck makes three pumps."
)
"""Of these the second and the third can be spared."""


def test_background_loses_what_can_be_spared_the_least_telling_first():
    found = ordered(make_plan("Which pumps does Marlbeck make by the river?"), BACKGROUND)
    assert [unit.index for unit in compressed(found, 10)] == [0, 3, 4]
    assert [unit.index for unit in compressed(found, size(BACKGROUND) - 1)] == [0, 2, 3, 4]
    assert compressed(found, size(BACKGROUND)) == BACKGROUND


def test_a_procedure_of_the_background_stays_as_it_is():
    found = ordered(make_plan("How do I visit Marlbeck?"), BACKGROUND)
    assert compressed(found, 10) == BACKGROUND


sentences = st.lists(
    st.sampled_from(
        [
            "The casing is old.",
            "It lies by the river.",
            "It takes 62 Nm.",
            "It has 62 bolts.",
            "Ada led it.",
            "Then Ada left.",
            "It is not blue.",
            "The torque of the casing is checked.",
        ]
    ),
    min_size=1,
    max_size=8,
)


@given(sentences, st.integers(1, 300))
def test_every_extract_is_a_part_in_order_and_never_empty(texts, limit):
    units = make_units(" ".join(texts))
    found = ordered(TORQUE, units)
    for kept in (telling_units(found, limit), compressed(found, limit), gist(found)):
        assert kept
        assert list(kept) == [unit for unit in units if unit in kept]
    left = " ".join(unit.text for unit in compressed(found, limit))
    for words in ("62 Nm", "62 bolts", "Ada led", "Ada left", "not"):
        assert (words in left) == any(words in text for text in texts)
