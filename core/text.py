"""Text as spans need it: one normal form, decided once, in the loader."""

import re
import unicodedata

_LINE_ENDINGS = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Zero-width, bidi-control and tag characters: nothing a reader sees, a place to hide words."""

_KEPT_JOINERS = {"\u200c", "\u200d"}
"""ZWNJ and ZWJ carry meaning in Persian, Indic scripts and emoji."""


def normalise(raw: str) -> str:
    """The normal form every span refers to: NFC, ``\\n`` line ends, no NUL, controls or surrogates.

    Lone surrogates become U+FFFD. Tabs stay; form feeds become line ends. Idempotent.
    """
    text = _SURROGATES.sub("\ufffd", raw)
    text = _LINE_ENDINGS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    return unicodedata.normalize("NFC", text)


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
