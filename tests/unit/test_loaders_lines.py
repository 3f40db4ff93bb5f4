"""Which hyphen at a line end belongs to the word, and which to the printer."""

import pytest

from tools.loaders.lines import has_hyphen, with_own_hyphens

TEXT = "A fixed price, for example. It is well-known.\n"


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("under the Fixed-\nprice, contract", "under the Fixed-price,\ncontract"),
        ("a well-\n  known case", "a well-known\ncase"),
        ("a well-\nknown\n\nNext", "a well-known\n\nNext"),
        ("a well-\nknown\ncase", "a well-known\ncase"),
        ("for every exam-\nple of it", "for every exam-\nple of it"),
        ("pages 12-\nthirteen", "pages 12-\nthirteen"),
        ("a dash -\nand more", "a dash -\nand more"),
    ],
)
def test_a_word_with_a_hyphen_of_its_own_moves_up_whole(broken, whole):
    assert with_own_hyphens(TEXT + broken) == TEXT + whole


def test_how_the_document_writes_a_word_decides():
    assert has_hyphen("well", "known", {"well-known": 1})
    assert not has_hyphen("well", "known", {"well-known": 1, "wellknown": 2})
    assert has_hyphen("fixed", "price", {"fixed": 1, "price": 3})
    assert not has_hyphen("out", "line", {"out": 9, "line": 9, "outline": 1})
    assert not has_hyphen("exam", "ple", {"exam": 4})
