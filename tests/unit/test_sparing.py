"""What may go unread of the background, and what never."""

import pytest

from tools.sparing import can_be_spared


@pytest.mark.parametrize(
    "text",
    ["It lies by the river.", "The works is old, and so is the yard.", "From here it looks fine."],
)
def test_what_neither_names_nor_counts_nor_denies_can_be_spared(text):
    assert can_be_spared(text)


@pytest.mark.parametrize(
    "text",
    [
        "It was founded in 1931.",
        "It takes ½ of it.",
        "It is wide (> x).",
        "It has three kilns.",
        "It has one kiln.",
        "Half of it burned.",
        "It holds a third of it.",
        "It has several kilns.",
        "It takes the HP-240.",
        "It was led by Ada.",
        "Will led it for years.",
        "May led it in secret.",
        "On Semiconductor made it.",
        "The US gave it.",
        "It is written in C.",
        "The sign was an &.",
        "Visitors may not enter.",
        "Visitors enter.",
        "It is hardly used.",
        "Smoking is forbidden.",
        "The pump is unsafe.",
        "It prevents rust.",
        "They isnt there.",
        "At least it runs.",
        "The least is enough.",
        "工場は川のそばにある。",
    ],
)
def test_numbers_names_and_denials_are_never_spared(text):
    assert not can_be_spared(text)
