"""Forms: labels and what was filled in beside or below them, copied from their places.

Pure geometry over words with boxes. The labels of a form and where they stand are its template: it
says for each label in which stretch of the page its value may stand. Templates are remembered, so
that the next form of the kind is only copied; they depend on nothing but the labels, so what was
read before never changes a value.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from math import inf
from typing import NamedTuple

_LABEL = re.compile(r"([^\W\d_][^:：]{0,39})[:：](?:\s+|$)")
_LABEL_WORDS = 6
_LONGEST_VALUE = 160
_FEWEST_LABELS = 4
_FEWEST_ROWS = 3
_GRID = 4.0
"""Points to which places are rounded, so that a form printed anew has the same signature."""
_REMEMBERED = 256


class Word(NamedTuple):
    """Text that stands together, and its box; the vertical axis points up."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2


class Region(NamedTuple):
    """Where the value of a label may stand."""

    label: str
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, word: Word) -> bool:
        """Whether a word begins in it, at its height."""
        return self.bottom <= word.middle < self.top and self.left <= word.left < self.right


class Field(NamedTuple):
    """A label, its value as it stands on the page, and the words that say so."""

    label: str
    value: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Both; a label that nobody filled in stays a label, and words without one stay words."""
        if not self.label:
            return self.value
        return f"{self.label}: {self.value}" if self.value else f"{self.label}:"


class Form(NamedTuple):
    """What a form says, in the order of its labels."""

    signature: str
    """The same for forms with the same labels in the same rows and places across the page."""
    fields: tuple[Field, ...]


class _Split(NamedTuple):
    labels: tuple[Word, ...]
    values: tuple[Word, ...]


def is_label(text: str) -> bool:
    """Whether a text is a label, or begins with one."""
    match = _LABEL.match(text)
    return match is not None and len(match.group(1).split()) <= _LABEL_WORDS


def read_form(rows: Sequence[Sequence[Word]]) -> Form | None:
    """The form that the rows are, from the top; None when they are not one."""
    labelled = sum(any(is_label(word.text) for word in row) for row in rows)
    split = _split([word for row in rows for word in row])
    if labelled < _FEWEST_ROWS or len(split.labels) < _FEWEST_LABELS:
        return None
    regions = template(tuple(_rounded(label) for label in split.labels))
    fields = tuple(_filled(split, regions))
    filled = [field for field in fields if field.label and field.value]
    longest = max((len(field.value) for field in fields), default=0)
    if len(filled) * 2 < len(split.labels) or longest > _LONGEST_VALUE:
        return None
    return Form(signature(split.labels), fields)


def signature(labels: Sequence[Word]) -> str:
    """Of a template: a hash of its labels, their rows, and their places across the page."""
    rows = sorted({label.top for label in labels}, reverse=True)
    places = (
        f"{label.text}|{rows.index(label.top)}|{round((label.left - labels[0].left) / _GRID)}"
        for label in labels
    )
    return sha256("\n".join(places).encode()).hexdigest()[:16]


@lru_cache(maxsize=_REMEMBERED)
def template(labels: tuple[Word, ...]) -> tuple[Region, ...]:
    """For each label the stretch to its right up to the next one, and down to the one below."""
    return tuple(_region(label, labels) for label in labels)


def _region(label: Word, labels: Sequence[Word]) -> Region:
    size = label.top - label.bottom
    beside = [other for other in labels if abs(other.middle - label.middle) < 0.5 * size]
    right = min((other.left for other in beside if other.left > label.left), default=inf)
    below = [
        other.top
        for other in labels
        if other.middle <= label.middle - 0.5 * size and label.left - _GRID <= other.left < right
    ]
    left, top = label.left - _GRID, label.top + 0.5 * size
    return Region(label.text, left, top, right, max(below, default=-inf))


def _rounded(label: Word) -> Word:
    return Word(
        label.text,
        round(label.left),
        round(label.top),
        round(label.right),
        round(label.bottom),
    )


def _split(words: Sequence[Word]) -> _Split:
    """Labels, and everything else; a word that says both is cut after the colon."""
    labels: list[Word] = []
    values: list[Word] = []
    for word in words:
        match = _LABEL.match(word.text) if is_label(word.text) else None
        if match is None:
            values.append(word)
            continue
        labels.append(word._replace(text=match.group(1).strip()))
        rest = word.text[match.end() :]
        if rest:
            values.append(word._replace(text=rest))
    return _Split(tuple(labels), tuple(values))


def _filled(split: _Split, regions: Sequence[Region]) -> Iterator[Field]:
    """Each label with its value; what stands in no region follows, so that nothing is lost."""
    owned: dict[int, list[Word]] = {}
    for word in split.values:
        owned.setdefault(_owner(word, regions), []).append(word)
    for index, region in enumerate(regions):
        words = tuple(owned.get(index, ()))
        yield Field(region.label, " ".join(word.text for word in words), words)
    for word in owned.get(-1, ()):
        yield Field("", word.text, (word,))


def _owner(word: Word, regions: Sequence[Region]) -> int:
    """The region nearest above and to the left of a word among those that hold it; -1 for none."""
    at = word._replace(left=round(word.left))  # templates are rounded: so is what lies over them
    holding = [index for index, region in enumerate(regions) if region.holds(at)]
    if not holding:
        return -1
    return max(holding, key=lambda index: (-regions[index].top, regions[index].left))
