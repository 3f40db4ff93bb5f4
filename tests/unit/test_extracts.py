"""What of a memory is read: laws of every extract, and what may never be lost from background."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.document import Span
from tests.builders import make_plan, make_unit, make_units
from tools.extracts import compressed, gist, ordered, size, telling_units, trim_units

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


def test_background_loses_what_can_be_spared_the_least_telling_first():
    found = ordered(make_plan("Which pumps does Marlbeck make by the river?"), BACKGROUND)
    assert [unit.index for unit in compressed(found, 10)] == [0, 3, 4]
    assert [unit.index for unit in compressed(found, size(BACKGROUND) - 1)] == [0, 2, 3, 4]
    assert compressed(found, size(BACKGROUND)) == BACKGROUND


def test_a_procedure_of_the_background_stays_as_it_is():
    found = ordered(make_plan("How do I visit Marlbeck?"), BACKGROUND)
    assert compressed(found, 10) == BACKGROUND


def is_spared(text, *rest):
    """Whether ``text`` goes from a memory that has ``rest`` as well."""
    best = "The torque of the casing is as it should be."
    units = tuple(make_unit(line, index=at) for at, line in enumerate((best, *rest, text)))
    return text not in [unit.text for unit in compressed(ordered(TORQUE, units), 1)]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("It lies by the river.", "Marlbeck was founded in 1931."),
        ("It was founded in 1931.", "Of 1931 little is known, says Ada."),
        ("It was led by Ada.", "Ada had it for 62 years."),
        ("The works is old.", "Not much of 1931 is left."),
    ],
)
def test_what_the_rest_tells_too_can_be_spared(text, rest):
    assert is_spared(text, rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("It was founded in 1931.", "Marlbeck was founded in 1930."),
        ("It takes 62 Nm.", "It has 62 bolts of 95 Nm each."),
        ("It fails in 3 of 4 cases.", "There are 4 pumps and 3 kilns."),
        ("Humidity stays at 62 %.", "It takes 62 Nm."),
        ("Store it at -5 °C.", "Store it at 5 °C."),
        ("It has three kilns.", "It has kilns."),
        ("It has one kiln.", "It has kilns."),
        ("Half of it burned.", "It burned in Basel."),
        ("It takes the HP-240.", "It takes the HP-210."),
        ("It was led by Ada.", "It was led by her, in Basel."),
        ("It was led by Will.", "Then it will be led in Basel."),
        ("The US gave it.", "They gave it to us, in Basel."),
        ("Rose led it.", "Then prices rose, in Basel."),
        ("Visitors may not enter.", "Nobody but visitors may enter."),
        ("It is hardly used.", "It is used in Basel."),
        ("Smoking is forbidden.", "Smoking is common in Basel."),
        ("工場は川のそばにある。", "It lies in Basel."),
    ],
)
def test_numbers_names_and_denials_are_never_lost(text, rest):
    assert not is_spared(text, rest)


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
    for words in ("62 Nm", "62 bolts", "Ada", "not"):
        assert (words in left) == any(words in text for text in texts)
