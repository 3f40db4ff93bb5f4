"""Since when a text says that something holds, and which of two dates is the later."""

import pytest

from tests.builders import MOMENT, make_memory
from tools.dating import dateline, holds_from, is_later, undated, valid_from


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Ada has led the works since May 2020.", "2020-05"),
        ("As of 2019, the works have two kilns.", "2019"),
        ("Ada led the works from 2018 to 2020.", None),
        ("Ada led the works from 2018 up to 2020.", None),
        ("Ada led the works from 2018 – 2020.", None),
        ("Ada led the works from May 2018 – May 2020.", None),
        ("The works has stood since the 9th century.", None),
        ("The works has stood since 12 May.", None),
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
        ("As of 2014 Bob helps. Ada leads the works.", None),
        ("As of 2014, Bob helps. Ada leads the works.", None),
        ("As of 2014 – Ada leads the works.", "2014"),
        ("As of May 2020 to June 2021: Ada leads the works.", None),
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


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("As of 2014: Ada leads.", "Ada leads."),
        ("Since May 2020, the limit is 80.", "the limit is 80."),
        ("Last updated: 3 May 2020", ""),
        ("As of today the limit set in 1998 is 80.", "As of today the limit set in 1998 is 80."),
        (
            "The works has stood since the 9th century.",
            "The works has stood since the 9th century.",
        ),
        ("Ada led the works from 2018 to 2020.", "Ada led the works from 2018 to 2020."),
    ],
)
def test_only_the_words_that_date_a_sentence_are_taken_out(sentence, rest):
    assert undated(sentence) == rest


def test_a_sentence_holds_from_the_date_of_its_text_or_its_own():
    since = "Bob helps since May 2010."
    assert holds_from(make_memory(f"As of 2014: Ada leads. {since}"), since) == "2014"
    assert holds_from(make_memory(f"Ada leads. {since}"), since) == "2010-05"
    assert holds_from(make_memory("It is old."), "It is old.") is None


def test_what_is_announced_does_not_hold_yet():
    assert MOMENT.year == 2026
    for date, since in (("2026", "2026"), ("January 2026", "2026-01"), ("2030", None)):
        text = f"As of {date}: Ada leads."
        assert holds_from(make_memory(text), text) == since
