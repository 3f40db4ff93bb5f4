"""Since when a text says that something holds, and which of two dates is the later."""

import pytest

from tools.dating import dateline, is_later, valid_from


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Ada has led the works since May 2020.", "2020-05"),
        ("As of 2019, the works have two kilns.", "2019"),
        ("Ada led the works from 2018 to 2020.", None),
        ("Ada led the works in 2018.", None),
        ("Ada leads the works.", None),
    ],
)
def test_a_sentence_says_since_when_it_holds(sentence, date):
    assert valid_from(sentence) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("As of 2014: Ada leads the works. It was founded in 1931.", "2014"),
        ("Last updated 3 May 2020\nAda leads the works.", "2020-05-03"),
        ("Status as of May 2020. Ada leads the works.", "2020-05"),
        ("As of late, Ada has led the works. Since 2014 Bob helps.", None),
        ("Ada leads the works. As of 2014 Bob helps.", None),
        ("", None),
    ],
)
def test_a_text_opens_with_its_date(text, date):
    assert dateline(text) == date


@pytest.mark.parametrize(
    ("newer", "older", "later"),
    [
        ("2024", "2014", True),
        ("2020-05", "2020-04", True),
        ("2020-05", "2020", False),
        ("2020", "2020-05", False),
        ("2020", "2020", False),
        ("2014", "2024", False),
    ],
)
def test_a_month_is_neither_before_nor_after_its_year(newer, older, later):
    assert is_later(newer, older) is later
