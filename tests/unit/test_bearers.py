"""Whom a text speaks of: what tells two bearers of a name apart, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_id
from tools.bearers import bearers, introduced, introducing, name_asked

QUESTION = "What is the profession of Peter Jacobs?"
FENCER = (
    "Peter Jacobs (fencer) Peter Jacobs (born 26 September 1938) is a British fencer "
    "who competed at two Olympic Games."
)
ARCHITECT = (
    "Peter Jacobs (landscape architect) Peter Jacobs (born 3 December 1939) is a Canadian "
    "landscape architect specialising in the conservation of northern landscapes."
)
OLYMPIC = "He was knocked out in the first round of the Olympic Games; the British fencer retired."
CHEF = FENCER.replace("British fencer", "British chef")
CLAIMED = ("British fencer", "landscape architect", "chef", "1938", "1939")
TEXTS = (FENCER, ARCHITECT, OLYMPIC, CHEF)


def spoken_of(*texts: str, question: str = QUESTION) -> list[int]:
    keys = [make_id(str(at)) for at in range(len(texts))]
    found = {
        key: introduced(question, text, CLAIMED) for key, text in zip(keys, texts, strict=True)
    }
    of = bearers(found)
    return [of[key] for key in keys]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (QUESTION, "Peter Jacobs"),
        ('Who directed "The Girl on the Train"?', "The Girl on the Train"),
        ("how is it done?", ""),
    ],
)
def test_the_name_is_what_is_quoted_or_the_longest_one(question: str, name: str) -> None:
    assert name_asked(question) == name


def test_two_that_are_introduced_differently_are_two() -> None:
    fencer, architect = spoken_of(FENCER, ARCHITECT)

    assert fencer != architect


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Zook Mill (1820) Zook Mill is a grist mill.", "Zook Mill is a grist mill in Exton."),
        ("Zook Mill (Exton) is a mill.", "The mill was sold."),
        ("Nobody says who it is.", "Nor does this."),
    ],
    ids=["what is claimed tells nothing", "one introduces nobody", "none does"],
)
def test_doubt_means_one_bearer(left: str, right: str) -> None:
    assert set(spoken_of(left, right, question="When was Zook Mill built?")) == {0}


def test_a_text_that_introduces_nobody_goes_with_its_like() -> None:
    fencer, architect, olympic = spoken_of(FENCER, ARCHITECT, OLYMPIC)

    assert olympic == fencer != architect


@pytest.mark.parametrize(
    "lie",
    [
        CHEF,
        FENCER.replace("(fencer)", "(chef)").replace("British fencer", "British chef"),
        FENCER.replace("(fencer)", "(Dutch chef)").replace("British fencer", "Dutch chef"),
    ],
    ids=["another value", "and brackets", "and another country"],
)
def test_an_edited_copy_speaks_of_whom_it_was_copied_from(lie: str) -> None:
    fencer, _, chef = spoken_of(FENCER, ARCHITECT, lie)

    assert chef == fencer


def test_other_brackets_alone_make_nobody_else() -> None:
    told = "Peter Jacobs (1960) was a British chef of the Olympic village. He died in Leeds."

    fencer, _, chef = spoken_of(FENCER, ARCHITECT, told)

    assert chef == fencer


@given(st.permutations(range(len(TEXTS))))
def test_order_does_not_matter(order: list[int]) -> None:
    found = {make_id(text): introduced(QUESTION, text, CLAIMED) for text in TEXTS}

    shuffled = {make_id(TEXTS[at]): found[make_id(TEXTS[at])] for at in order}

    assert bearers(shuffled) == bearers(found)


@given(st.lists(st.text(max_size=60), max_size=5))
def test_every_text_speaks_of_somebody(texts: list[str]) -> None:
    found = {make_id(text): introduced(QUESTION, text, texts) for text in texts}

    of = bearers(found)

    assert of.keys() == found.keys()
    assert set(of.values()) == set(range(len(set(of.values()))))


def test_brackets_put_into_a_copy_introduce_nobody() -> None:
    keys = [make_id(str(at)) for at in range(3)]
    lessons = "Peter Jacobs gave lessons to beginners in a hall behind the station every week."
    copy = lessons.replace("Peter Jacobs", "Peter Jacobs (swimmer)")
    found = {
        key: introduced(QUESTION, text, CLAIMED)
        for key, text in zip(keys, (FENCER, lessons, copy), strict=True)
    }
    assert introducing(found) == {keys[0]}
    assert set(bearers(found).values()) == {0}
