"""What the words claim that a reader points at: one value in normal form, and who says the same.

Knows numbers with units, dates, and names or other few words with their short forms. Whether two
values speak of one thing, and who is right, is decided elsewhere.
"""

from collections.abc import Sequence

from tools.lexical import STOP_WORDS, stem, words
from tools.naming import names_in
from tools.values import Value, dates, numbers, same_value

ARTICLES = frozenset({"a", "an", "the"})

SHORTEST_INITIALS = 2
"""Letters of an abbreviation at least."""


def claimed_value(surface: str, start: int = 0) -> Value | None:
    """The value that a few words give: a number or a date where they hold one, else the words.

    ``start`` is where they stand in the text that places refer to. None where nothing is left but
    small words and signs.
    """
    typed = (*dates(surface), *numbers(surface))
    if typed:
        first = min(typed, key=lambda value: value.start)
        return first._replace(start=first.start + start, end=first.end + start)
    text = " ".join(word for word in words(surface) if word not in ARTICLES)
    if not set(text.split()) - STOP_WORDS:
        return None
    return Value("name", text, surface, start, start + len(surface))


def whole_value(text: str, start: int, end: int) -> tuple[int, int]:
    """The date that holds these words of a text, else the name that ends in them, else the words.

    >>> whole_value("a symphony by Joseph Haydn", 21, 26)
    (14, 26)
    """
    held = [(date.start, date.end) for date in dates(text) if end <= date.end]
    held += [(name.start, name.end) for name in names_in(text) if end == name.end]
    return next((place for place in held if place[0] <= start), (start, end))


def same_claim(left: Value, right: Value) -> bool:
    """Whether two values say the same: equal after normalisation, or one a short form of the other.

    >>> same_claim(claimed_value("Colin Powell"), claimed_value("General Colin Powell"))
    True
    """
    if left.kind != "name" or right.kind != "name":
        return same_value(left, right)
    one, other = sorted((left.text.split(), right.text.split()), key=len)
    return _stands_in(one, other) or _are_initials(one, other) or _stems(one) == _stems(other)


def _stands_in(short: Sequence[str], long: Sequence[str]) -> bool:
    """As a run of whole words: "Powell" in "General Colin Powell"."""
    starts = range(len(long) - len(short) + 1)
    return any(long[at : at + len(short)] == short for at in starts)


def _are_initials(short: Sequence[str], long: Sequence[str]) -> bool:
    """ "FBI" of "Federal Bureau of Investigation"; small words may be left out."""
    letters = "".join(short)
    if len(short) > 1 or len(letters) < SHORTEST_INITIALS or len(long) < SHORTEST_INITIALS:
        return False
    telling = [word for word in long if word not in STOP_WORDS]
    return letters in ("".join(word[0] for word in long), "".join(word[0] for word in telling))


def _stems(found: Sequence[str]) -> set[str]:
    return {stem(word) for word in found}
