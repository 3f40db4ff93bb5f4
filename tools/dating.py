"""Since when a text says that something holds: told from its words, and from nothing else. Pure."""

import re
from typing import NamedTuple

from core.schemas.memory import Memory
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked
from tools.values import Value, dates

_SINCE = re.compile(
    r"\b(?:since|as (?:of|at|from)|(?:effective|starting|valid)(?: as of| in| on| from)?|"
    r"with effect from)\s+(?:(?:the )?(?:beginning|start) of |early |late )?$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\s+$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+on(?:wards?)?\b")
_TO = re.compile(r"\s*(?:(?:to|up to|until|till|through|and)\b|[-–—]\s*(?:\d|\w+ \d))|/")
_DATELINE = re.compile(
    r"[\s*#(]*(?:as (?:of|at|on)|status(?: as)?(?: of)?|valid from|effective(?: as of| from)?|"
    r"(?:last )?(?:updated?|revised|revision|edition)(?: of| on| in)?)\b:?\s*",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[\s*)]*(?:[:.;\n–—-]|$)")
_PAST = re.compile(
    r"\b(?:formerly|previously|used to be|in the past|at that time|originally|"
    r"(?:until|before|up to) (?:the )?(?:end of )?(?:1\d|20)\d\d|(?:old|earlier|previous|former) "
    r"(?:edition|version|value|interval|limit|model|price))\b",
    re.IGNORECASE,
)
_ONCE = re.compile(
    r"\b(?:ago|then|during|ever|initially|at first|earliest|predecessor\w*|history|over time|"
    r"last (?:year|month|week|time|change|update|revision)|in the (?:\w+ties|(?:\d\d)?\d0s)|"
    r"(?:has|have|had|was|were|did)\b.*\bchange\w*)\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:(?:who|what|which) (?:are|were)|who (?:is|was) (?:on|in|among|one of)|"
    r"who (?:works?|sits?|serves?|plays?|belongs?|else)|(?:which|what) \w+(?<![sui])s)\b",
    re.IGNORECASE,
)
"""What may have several answers: a later one joins the others."""
_CALENDAR = re.compile(r"\d{4}(?:-\d\d){0,2}")
_JOINT = " ,:;.-–—\n"


class _Since(NamedTuple):
    """The words of a text that say since when it holds."""

    start: int
    date: Value


def _since(sentence: str) -> _Since | None:
    for date in dates(sentence):
        pattern = _FROM if _ONWARDS.match(sentence, date.end) else _SINCE
        marker = pattern.search(sentence[: date.start])
        if marker is not None and _is_start(sentence, date):
            return _Since(marker.start(), date)
    return None


def _dateline(text: str) -> _Since | None:
    """Where a text opens with a date and nothing else before its first stop."""
    opening = _DATELINE.match(text)
    if opening is None:
        return None
    start, end = next(iter(sentence_ranges(text)), (0, len(text)))
    for date in dates(text[start:end]):
        at = date._replace(start=start + date.start, end=start + date.end)
        if at.start == opening.end():
            stands_alone = _is_start(text, at) and _ENDS.match(text, at.end)
            return _Since(opening.start(), at) if stands_alone else None
    return None


def _is_start(text: str, date: Value) -> bool:
    """Whether it is a day, a month or a year, and no other date follows as its end."""
    return bool(_CALENDAR.fullmatch(date.text)) and not _TO.match(text, date.end)


def valid_from(sentence: str) -> str | None:
    """The date since which the sentence says that something holds: "since May 2020"."""
    found = _since(sentence)
    return found.date.text if found else None


def dateline(text: str) -> str | None:
    """The date that opens a text and holds for all of it: "As of May 2020: ..."."""
    found = _dateline(text)
    return found.date.text if found else None


def holds_from(memory: Memory, sentence: str) -> str | None:
    """The date since which a sentence of the memory holds: that of its text, or else its own.

    None for a date after the memory was made: what is announced does not hold yet, and whoever
    writes a date of his choice must not win by it for ever.
    """
    found = dateline(memory.text_original) or valid_from(sentence)
    made = memory.created_at.date().isoformat()
    return None if found is None or is_later(found, made) else found


def is_of_the_past(text: str) -> bool:
    """Whether it says that what it tells held once."""
    return bool(_PAST.search(text))


def asks_of_today(question: Asked) -> bool:
    """Whether one thing is asked for, and none that held once: what is later is what counts."""
    text = question.text
    of_a_time = is_of_the_past(text) or _ONCE.search(text) or dates(text)
    return question.answer_type != "date" and not of_a_time and not _MANY.search(text)


def undated(sentence: str) -> str:
    """The sentence without the words that say since when it holds."""
    found = _dateline(sentence) or _since(sentence)
    if found is None:
        return sentence
    return f"{sentence[: found.start]}{sentence[found.date.end :].lstrip(_JOINT)}"


def is_later(newer: str, older: str) -> bool:
    """Whether one date is after the other; "2020-05" is neither before nor after "2020"."""
    return newer > older and not newer.startswith(older)
