"""When somebody was born and when they died, where both stand in one bracket. Pure."""

import re
from itertools import pairwise

from core.schemas.document import Span
from tools.values import Value, dates

_DIED = re.compile(r"\b(?:die|died|dies|death|passed away)\b", re.IGNORECASE)
_BORN = re.compile(r"\b(?:born|birth|birthday)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[^()]{0,40}?[–—-][^()]{0,40}")
_OPENED = re.compile(r"\([^()]*$")


def date_of_life(question: str, text: str, at: int) -> Span | None:
    """The end that is asked for of the lifespan around a place in the text; None without one.

    >>> date_of_life("When did Ada die?", "Ada Byron (1815 – 1852) wrote the first programme.", 11)
    Span(start=18, end=22)
    """
    died, born = bool(_DIED.search(question)), bool(_BORN.search(question))
    if died == born:
        return None
    for birth, death in pairwise(dates(text)):
        if birth.start <= at <= death.end and _is_lifespan(text, birth, death):
            told = death if died else birth
            return Span(start=told.start, end=told.end)
    return None


def _is_lifespan(text: str, birth: Value, death: Value) -> bool:
    between = text[birth.end : death.start]
    return bool(_OPENED.search(text[: birth.start]) and _BETWEEN.fullmatch(between))
