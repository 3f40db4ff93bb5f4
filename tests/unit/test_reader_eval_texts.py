"""Answers against gold: SQuAD's own rules, by hand and by law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.answer_texts import best_of, exact_match, normalise_answer, token_f1

answers = st.lists(
    st.sampled_from(["the", "a", "Nile", "nile", "delta", "1,000", "-", "An", "of"]), max_size=6
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("The  Nile's delta.", "niles delta"),
        ("a man, an ape & the theatre", "man ape theatre"),
        ("$1,000", "1000"),
        ("U.S.", "us"),
        ("an", ""),
        ("The-end", "theend"),
        ("Ångström", "ångström"),
    ],
)
def test_what_counts_of_an_answer(text: str, bare: str) -> None:
    assert normalise_answer(text) == bare


def test_words_shared_by_hand() -> None:
    # two of three words found, both of two found are wanted
    assert token_f1("in the Nile delta", "Nile delta") == pytest.approx(2 * 2 / (3 + 2))
    assert token_f1("pump pump", "pump") == pytest.approx(2 / 3)
    assert token_f1("motor", "pump") == 0.0


def test_the_gold_answer_it_likes_most_counts() -> None:
    gold = ["October 1973", "October", "1973"]

    assert best_of(exact_match, "in october", gold) == 0.0
    assert best_of(exact_match, "October", gold) == 1.0
    assert best_of(token_f1, "in october", gold) == pytest.approx(2 / 3)


def test_no_answer_is_right_only_where_there_is_none() -> None:
    for measure in (exact_match, token_f1):
        assert best_of(measure, "", []) == 1.0
        assert best_of(measure, "pump", []) == 0.0
        assert best_of(measure, "", ["pump"]) == 0.0
        assert best_of(measure, "", ["pump", "the"]) == 0.0  # "the" has no content


@given(answers, answers)
def test_laws_of_both_measures(one: str, other: str) -> None:
    assert normalise_answer(normalise_answer(one)) == normalise_answer(one)
    assert token_f1(one, one) == exact_match(one, one) == 1.0
    assert token_f1(one, other) == token_f1(other, one)
    assert exact_match(one, other) <= token_f1(one, other) <= 1.0
