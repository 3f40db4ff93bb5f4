"""Names in a text: which words are one, in which form they compare, when two may be the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.naming import (
    KEY_LIMIT,
    key_of,
    known_names,
    may_be_same,
    names_in,
    phrases,
    qualifier_of,
)


def found(text: str) -> list[str]:
    return [text[name.start : name.end] for name in names_in(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Bank of England was founded in London.", ["Bank of England", "London"]),
        ("He met J. R. R. Tolkien in May.", ["J. R. R. Tolkien"]),
        ("Étienne Øst and Ada left.", ["Étienne Øst", "Ada"]),
        ("Paris, France is big. Rome too.", ["Paris", "France", "Rome"]),
        ("nothing is named here", []),
        ("In It The Monday", []),
        ("", []),
    ],
)
def test_names_are_runs_of_capitals_with_small_connectors(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The Lodger (1927 film)", "lodger"),
        ("Hauts-de-Seine", "Hauts de Seine"),
        ("the Eagle's", "Eagle"),
        ("Polish–Russian War", "polish russian war"),
    ],
)
def test_one_name_has_one_key(left: str, right: str) -> None:
    assert key_of(left) == key_of(right) != ""


def test_what_stands_in_brackets_tells_titles_apart() -> None:
    assert qualifier_of("The Lodger (1927 film)") == "1927 film"
    assert qualifier_of("The Lodger") == ""


def test_known_names_are_the_longest_that_do_not_overlap() -> None:
    known = {"room", "dining room", "pit and pendulum", "john ii duke of cleves"}

    question = "Was The Dining Room or The Pit and the Pendulum made for John II, Duke of Cleves?"

    names = [name.key for name in known_names(question, {*known, "pit and the pendulum"})]
    assert names == ["dining room", "pit and the pendulum", "john ii duke of cleves"]


def test_a_question_without_capitals_may_name_things_all_the_same() -> None:
    assert [name.key for name in known_names("who directed billy elliot?", {"billy elliot"})] == [
        "billy elliot"
    ]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("duke ferdinand i of parma", "ferdinand i duke of parma", True),
        ("john wallop", "john wallop 2nd earl of portsmouth", True),
        ("henry iv of france", "henry v of france", False),
        ("1st baron john moore", "2nd baron john moore", False),
        ("john moore", "john", False),
        ("sam wood", "sam smith", False),
    ],
)
def test_names_may_be_the_same_by_their_words(left: str, right: str, same: bool) -> None:
    assert may_be_same(left, right) is may_be_same(right, left) is same


@given(st.text(max_size=200))
def test_names_stand_where_they_say_and_have_the_key_of_their_words(text: str) -> None:
    for name in (*names_in(text), *phrases(text)):
        assert 0 <= name.start < name.end <= len(text)
    for name in names_in(text):
        assert name.key


def test_a_long_text_is_bounded() -> None:
    assert len(phrases("Ab " * 50_000)) < 10_000


def test_a_key_is_short_enough_for_an_index_in_any_script():
    assert len(key_of("X" + "\uac00" * 900).encode()) <= 3 * KEY_LIMIT
