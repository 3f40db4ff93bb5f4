"""What of a memory is read: laws of every extract, and what may never be lost from background."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.document import Span
from tests.builders import make_plan, make_units
from tools.extracts import can_be_spared, compressed, gist, size, telling_units, trim_units

TEXT = "The pump has a base. Its casing takes a torque of 62 Nm. Paint it blue after the test."
UNITS = make_units(TEXT, start=100)
TORQUE = make_plan("What is the torque of the casing?")


def test_the_unit_that_is_pointed_at_is_packed_first():
    plan = make_plan("What is the base of the pump?")
    by_words = telling_units(plan, UNITS, 30)
    pointed = telling_units(plan, UNITS, 30, (Span(start=UNITS[2].start, end=UNITS[2].start + 5),))
    assert by_words == (UNITS[0],)
    assert pointed == (UNITS[2],)


def test_what_is_pointed_at_does_not_tear_a_procedure_apart():
    plan = make_plan("How do I fit the base of the pump?")
    span = Span(start=UNITS[2].start, end=UNITS[2].start + 5)
    assert telling_units(plan, UNITS, 30, (span,)) == telling_units(plan, UNITS, 30)


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
    assert gist(TORQUE, UNITS) == (UNITS[1],)
    assert gist(make_plan("How do I fit the base of the pump?"), UNITS) == (UNITS[0],)


BACKGROUND = make_units(
    "Marlbeck was founded in 1931. The works is a fine old place. It lies by the river. "
    "Visitors may not enter the foundry. Marlbeck makes three pumps."
)


def test_background_loses_what_can_be_spared_the_least_telling_first():
    plan = make_plan("Which pumps does Marlbeck make by the river?")
    kept = compressed(plan, BACKGROUND, 10)
    assert [unit.index for unit in kept] == [0, 3, 4]
    assert compressed(plan, BACKGROUND, size(BACKGROUND) - 1) == (
        BACKGROUND[0],
        *BACKGROUND[2:],
    )
    assert compressed(plan, BACKGROUND, size(BACKGROUND)) == BACKGROUND


def test_a_procedure_of_the_background_stays_as_it_is():
    assert compressed(make_plan("How do I visit Marlbeck?"), BACKGROUND, 10) == BACKGROUND


@pytest.mark.parametrize(
    ("text", "rest", "spared"),
    [
        ("It lies by the river.", ["Marlbeck was founded in 1931."], True),
        ("It was founded in 1931.", ["Marlbeck was founded in 1930."], False),
        ("It was founded in 1931.", ["Of 1931 little is known."], True),
        ("It has three kilns.", ["It has kilns."], False),
        ("It was led by Ada.", ["It was led by her."], False),
        ("It was led by Ada.", ["Ada led it."], True),
        ("Visitors may not enter.", ["Visitors may enter."], False),
        ("It takes the HP-240.", ["It takes the HP-210."], False),
    ],
)
def test_numbers_names_and_negations_are_never_lost(text, rest, spared):
    assert can_be_spared(text, rest) is spared


sentences = st.lists(
    st.sampled_from(
        [
            "The casing is old.",
            "It lies by the river.",
            "It takes 62 Nm.",
            "Ada led it.",
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
    for kept in (
        telling_units(TORQUE, units, limit),
        compressed(TORQUE, units, limit),
        gist(TORQUE, units),
    ):
        assert kept
        assert list(kept) == [unit for unit in units if unit in kept]
    left = " ".join(unit.text for unit in compressed(TORQUE, units, limit))
    for word in ("62", "Ada", "not"):
        assert (word in left) == any(word in text for text in texts)
