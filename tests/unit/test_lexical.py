import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.lexical import content_terms, term_counts, tokens, words


def test_part_numbers_are_kept_whole_and_in_pieces():
    assert content_terms("QP-IM-200") == ["qp-im-200", "qp", "im", "200"]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("replacing seals", "the seals were replaced"),
        ("ＱＰ２００", "QP200"),
        ("1000", "1,000 hours"),
        ("pump's", "pumps"),
        ("low flow", "low-flow"),
        ("東京", "東京都"),
        ("STRASSE", "straße"),
    ],
)
def test_a_query_meets_the_text_it_means(asked, written):
    assert set(term_counts(asked)) <= set(term_counts(written))


def test_stop_words_are_not_terms():
    assert term_counts("it is what it is") == {}


def test_a_comma_joins_digits_but_not_words():
    assert words("red,green 1,000 and 12:30") == ["red", "green", "1000", "and", "12:30"]


def test_terms_are_bounded():
    assert all(len(term) <= 64 for term in content_terms("x" * 5_000 + " " + "a1-" * 100))


@given(st.text())
def test_tokens_lie_in_the_text_in_order(text):
    found = tokens(text)

    assert all(text[token.start : token.end] for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


@given(st.text())
def test_case_does_not_matter(text):
    assert term_counts(text.upper().lower()) == term_counts(text.upper().lower().casefold())
