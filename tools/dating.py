"""Since when a text says that something holds: told from its words, and from nothing else. Pure."""

import re

from tools.loaders.sentences import sentence_ranges
from tools.values import dates

_SINCE = re.compile(
    r"\b(?:since|as of|as from|effective(?: from)?|starting(?: in| on| from)?|from)\s+"
    r"(?:the )?(?:beginning of |start of |early |late )?$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:to|until|till|through|and|[-–—])\b")
_DATELINE = re.compile(r"\s*(?:as (?:of|at)|status(?: as)? of|last updated)\b:?\s*", re.IGNORECASE)


def valid_from(sentence: str) -> str | None:
    """The date since which the sentence says that something holds: "since May 2020"."""
    for date in dates(sentence):
        is_start = _SINCE.search(sentence[: date.start]) and not _TO.match(sentence, date.end)
        if is_start and date.text[:1].isdigit():
            return date.text
    return None


def dateline(text: str) -> str | None:
    """The date that opens a text and holds for all of it: "As of May 2020: ..."."""
    opening = _DATELINE.match(text)
    if opening is None:
        return None
    start, end = next(iter(sentence_ranges(text)), (0, len(text)))
    found = (date for date in dates(text[start:end]) if date.start == opening.end() - start)
    return next((date.text for date in found if date.text[:1].isdigit()), None)


def undated(sentence: str) -> str:
    """The sentence without the words that say since when it holds."""
    for date in dates(sentence):
        start = _SINCE.search(sentence[: date.start]) or _DATELINE.match(sentence[: date.start])
        if start is not None and not _TO.match(sentence, date.end):
            rest = sentence[date.end :].lstrip(" ,:;.-–—\n")
            return f"{sentence[: start.start()]}{rest}"
    return sentence


def is_later(newer: str, older: str) -> bool:
    """Whether one date is after the other; "2020-05" is neither before nor after "2020"."""
    return newer > older and not newer.startswith(older)
