"""Text as spans need it: one normal form, decided once, in the loader."""

import re
import unicodedata
from functools import cache

_LINE_ENDINGS = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Zero-width, bidi-control and tag characters: nothing a reader sees, a place to hide words."""

_MOST_MARKS = 30
"""No writing stacks more combining marks on a letter (UAX #15 takes this for its stream-safe form);
sorting an endless run of them takes quadratic time."""
_MARK_RANGE = range(0x300, 0x1F000)
"""Where Unicode has its combining marks."""

_KEPT_JOINERS = {"\u200c", "\u200d"}
"""ZWNJ and ZWJ carry meaning in Persian, Indic scripts and emoji."""


def normalise(raw: str) -> str:
    """The normal form every span refers to: NFC, ``\\n`` line ends, no NUL, controls or surrogates.

    Lone surrogates become U+FFFD. Tabs stay; form feeds become line ends. Of a run of combining
    marks the first thirty stay. Idempotent.
    """
    text = _SURROGATES.sub("\ufffd", raw)
    text = _LINE_ENDINGS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    if text.isascii():
        return text
    # Composing can bring marks out of letters, so the runs are cut once more.
    return _cut_marks(unicodedata.normalize("NFC", _cut_marks(text)))


def _cut_marks(text: str) -> str:
    return _long_run_of_marks().sub(lambda run: run.group()[:_MOST_MARKS], text)


@cache
def _long_run_of_marks() -> re.Pattern[str]:
    """Runs of what reorders when it is decomposed, its first character already."""
    marks = "".join(
        char
        for char in map(chr, _MARK_RANGE)
        if unicodedata.combining(unicodedata.normalize("NFD", char)[0])
    )
    return re.compile(f"[{marks}]{{{_MOST_MARKS + 1},}}")


def strip_invisible(text: str) -> tuple[str, int]:
    """Text without characters a reader cannot see, and how many were dropped (joiners are kept)."""
    dropped = 0

    def drop(match: re.Match[str]) -> str:
        nonlocal dropped
        if match.group() in _KEPT_JOINERS:
            return match.group()
        dropped += 1
        return ""

    return INVISIBLE.sub(drop, text), dropped


def collapse_spaces(text: str) -> str:
    """Runs of white space as one space, ends trimmed; for display and comparison only."""
    return " ".join(text.split())


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut with an ellipsis; for display only."""
    flat = collapse_spaces(text)
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
