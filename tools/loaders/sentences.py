"""Where sentences end, in any script, in time linear in the text.

Knows punctuation, abbreviations and line breaks; leaves paragraphs and headings to the loaders.
A line break inside the text always ends a sentence: loaders join soft-wrapped lines before.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

UNIT_LIMIT = 1_000
"""Longest sentence, in characters, that is kept whole."""
LOWERED = 400
"""A text of so many characters without one capital was lower-cased by somebody."""

_CLOSERS = "\"'”’»)\\]」』”’）】》"
_STOPS = re.compile(
    rf"[.!?…؟۔।॥։]++[{_CLOSERS}]*+(?:\[\d{{1,4}}\])*+|[。！？｡．][。！？｡．…]*+[{_CLOSERS}]*+|\n++"
)
_SPACED_STOP = frozenset(".!?…؟۔।॥։")
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“‘]*\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?")
_LIST_NUMBER = re.compile(r"\d{1,3}|[a-z]|[ivxlc]{1,6}")

_NEVER_LAST = frozenset(
    (
        "mr", "mrs", "ms", "dr", "prof", "st", "rev", "gen", "col", "capt", "lt", "sgt", "sr",
        "jr", "hon", "messrs", "mme", "mlle", "vs", "cf", "eg", "ie", "viz", "e.g", "i.e",
        "a.k.a", "approx", "resp", "esp", "incl", "excl", "ca",
    )
)  # fmt: skip
"""Abbreviations that never end a sentence."""

_BEFORE_NUMBER = frozenset(
    (
        "no", "nos", "fig", "figs", "eq", "eqs", "sec", "secs", "sect", "sects", "ch", "chap",
        "vol", "pp", "p", "para", "art", "ref", "refs", "tab", "app", "ver", "rev", "item",
        "nr", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
        "dec",
    )
)  # fmt: skip
"""Abbreviations that do not end a sentence when a number follows."""

_LOOKBACK = 24


class Range(NamedTuple):
    """Half-open offsets into the text at hand."""

    start: int
    end: int


def sentence_ranges(text: str, limit: int = UNIT_LIMIT) -> list[Range]:
    """Ascending ranges that hold every character which is not white space; none over ``limit``."""
    ranges: list[Range] = []
    start = 0
    for end in _ends(text):
        ranges.extend(_pieces(text, start, end, limit))
        start = end
    return ranges


def capped_ranges(text: str, limit: int = UNIT_LIMIT) -> list[Range]:
    """The whole text as one range, or pieces of it cut at white space where it is too long."""
    return list(_pieces(text, 0, len(text), limit))


def _ends(text: str) -> Iterator[int]:
    sentence_start = 0
    lowered = len(text) >= LOWERED and not any(map(str.isupper, text))
    for stop in _STOPS.finditer(text):
        if _ends_sentence(text, stop, sentence_start, lowered=lowered):
            sentence_start = stop.end()
            yield sentence_start
    yield len(text)


def _ends_sentence(text: str, stop: re.Match[str], sentence_start: int, *, lowered: bool) -> bool:
    mark = text[stop.start()]
    if stop.start() == sentence_start and mark != "\n":
        return False
    if mark not in _SPACED_STOP:
        return True
    if stop.end() == len(text):
        return True
    if not text[stop.end()].isspace():
        return False
    following = text[stop.end() + 1 : stop.end() + 2]
    if following.islower() and not lowered:
        return False
    if mark != "." or stop.group().startswith(".."):
        return True
    return not _is_abbreviation(text, stop.start(), sentence_start, following)


def _is_abbreviation(text: str, dot: int, sentence_start: int, following: str) -> bool:
    match = _WORD_BEFORE.search(text, max(sentence_start, dot - _LOOKBACK), dot)
    word = match.group() if match else ""
    before = text[max(sentence_start, dot - len(word) - 2) : dot - len(word)]
    if dot - len(word) - sentence_start <= 2 and not before.strip():
        return bool(_LIST_NUMBER.fullmatch(word.casefold())) or word.casefold() in _NEVER_LAST
    if len(word) == 1 and word.isalpha() and word.isupper() and word != "I":
        return True
    if word.casefold() in _NEVER_LAST or _DOTTED.fullmatch(word):
        return True
    return following.isdigit() and word.casefold() in _BEFORE_NUMBER


def _pieces(text: str, start: int, end: int, limit: int) -> Iterator[Range]:
    """Trimmed ranges of at most ``limit`` characters that hold everything in [start, end)."""
    start, end = _trimmed(text, start, end)
    while end - start > limit:
        cut = _cut(text, start, start + limit)
        yield Range(*_trimmed(text, start, cut))
        start, _ = _trimmed(text, cut, end)
    if start < end:
        yield Range(start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _cut(text: str, start: int, stop: int) -> int:
    """The best place to cut in [start, stop]: a line end, white space, a comma, or just here."""
    for marks in ("\n", " \t", ",;、，；"):
        found = max(text.rfind(mark, start + 1, stop) for mark in marks)
        if found > start + (stop - start) // 4:
            return found + 1
    return stop
