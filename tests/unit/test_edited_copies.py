import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_id
from tools.edited_copies import (
    EDITED,
    MOST_COMPARED,
    Sentence,
    edited_copy,
    edited_pairs,
    most_telling,
    sentences_about,
)

TORQUE = "The tightening torque of the casing nuts on the HP-240 is 62 Nm."


def sentence(text, document=None):
    return Sentence(make_id(f"memory {text}"), make_id(document or text), text)


@pytest.mark.parametrize(
    ("left", "right", "edited"),
    [
        (TORQUE, TORQUE.replace("62", "95"), True),
        (TORQUE, TORQUE.replace("HP-240", "HP-250"), False),
        (TORQUE, TORQUE.replace("62", "95").replace("HP-240", "HP-250"), False),
        (TORQUE, "On the HP-240 it takes 95 Nm to tighten casing nuts with the tool.", False),
        ("Peter Murnoy was a politician.", "Peter Murnoy was a judge.", True),
        ("Ann Wren is a journalist of note.", "Ann Wren is a literary critic of note.", True),
        (
            "Ann Wren is a journalist of note.",
            "Ann Wren is a well known journalist of note.",
            False,
        ),
        ("The valve is open in winter.", "The valve is not open in winter.", True),
        ("The pump was built in Bern in May.", "The pump was built in Basel in May.", True),
        (
            "The old pump was moved to the yard by train.",
            "The new pump was moved to the hall by train.",
            False,
        ),
        ("The valve is open in winter.", "The valve is open in the winter.", False),
    ],
)
def test_an_edited_copy_differs_in_one_value(left, right, edited):
    likeness = edited_copy(sentence(left), sentence(right))
    assert (likeness >= EDITED) is edited
    assert edited_copy(sentence(right), sentence(left)) == pytest.approx(likeness)


def test_one_document_does_not_copy_itself():
    left, right = sentence(TORQUE, "manual"), sentence(TORQUE.replace("62", "95"), "manual")
    assert edited_copy(left, right) == 0.0


TOLD = [
    sentence(text)
    for text in (
        TORQUE,
        TORQUE.replace("62", "95"),
        "Peter Murnoy was a politician.",
        "Peter Murnoy was a judge.",
        "The canteen serves soup on Mondays.",
    )
]


@given(st.permutations(TOLD))
def test_pairs_do_not_depend_on_order(sentences):
    assert list(edited_pairs(sentences)) == list(edited_pairs(TOLD))
    found = {frozenset({pair.left.text, pair.right.text}) for pair in edited_pairs(sentences)}
    assert found == {
        frozenset({TOLD[0].text, TOLD[1].text}),
        frozenset({TOLD[2].text, TOLD[3].text}),
    }


def test_only_sentences_about_it_are_compared():
    text = f"{TORQUE} The canteen serves soup."
    key = make_id("manual")
    found = list(sentences_about(key, key, text, frozenset({"torqu"})))
    assert [one.text for one in found] == [TORQUE]


def test_few_sentences_are_compared_and_every_memory_has_its_best_among_them():
    flood = [
        Sentence(make_id("flood"), make_id("one"), f"The pump number {n} holds 5 bar.", 2)
        for n in range(500)
    ]
    other = Sentence(make_id("other"), make_id("two"), "The pump holds 6 bar.", 1)

    kept = most_telling([*flood, other])

    assert len(kept) == MOST_COMPARED
    assert other in kept
    assert kept == most_telling([other, *reversed(flood)])
