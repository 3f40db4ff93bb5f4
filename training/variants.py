"""The same question over a changed paragraph whose answer is known all the same.

A question is rare and a paragraph cheap: thinned of sentences that do not answer, or joined with
another paragraph of the article, it asks the model to find the place anew.
"""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.loaders.sentences import sentence_ranges

KEPT = 0.6
"""Chance of a sentence without the answer to stay in a thinned paragraph."""
LONGEST = 1_600
"""Characters of two paragraphs joined: more would be cut to the model's window."""


class Variant(NamedTuple):
    """A paragraph and where the answer stands in it; (0, 0) for none."""

    text: str
    span: tuple[int, int]


def variants(
    paragraph: str, span: tuple[int, int], others: Sequence[str], rng: random.Random
) -> Iterator[Variant]:
    """A thinned paragraph, and one joined with one of the others, none of which may answer."""
    if thinned := _thinned(paragraph, span, rng):
        yield thinned
    if others:
        yield from _joined(paragraph, span, rng.choice(others), rng)


def _thinned(paragraph: str, span: tuple[int, int], rng: random.Random) -> Variant | None:
    """Without some of the sentences that do not hold the answer; None if all stay."""
    ranges = list(sentence_ranges(paragraph))
    kept = [r for r in ranges if _meet(r, span) or rng.random() < KEPT]
    if not kept or len(kept) == len(ranges):
        return None
    text, place = "", (0, 0)
    for begin, end in kept:
        text += " " if text else ""
        if begin <= span[0] and span[1] <= end and span[1]:
            place = (len(text) + span[0] - begin, len(text) + span[1] - begin)
        text += paragraph[begin:end]
    return Variant(text, place) if place[1] or not span[1] else None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _joined(
    paragraph: str, span: tuple[int, int], other: str, rng: random.Random
) -> Iterator[Variant]:
    if len(paragraph) + len(other) > LONGEST:
        return
    if rng.random() < 0.5:
        yield Variant(f"{paragraph} {other}", span)
    else:
        shift = len(other) + 1 if span[1] else 0
        yield Variant(f"{other} {paragraph}", (span[0] + shift, span[1] + shift))
