"""Whether a sentence of the background may go unread: it names, counts and denies nothing. Pure.

Told from words and letters, so every doubt keeps the sentence: numbers and negations are what
compressed prompts (SCOPE, arXiv 2508.15813) most easily lose.
"""

import re

from tools.values import negations, numbers

_OPENING = """
    a also an and at by for from he her here his if in it its many of our she so some such that the
    their then there these they this those to we when where while with
"""
_OPENERS = frozenset(_OPENING.split())
"""Words whose capital at the beginning of a sentence names nothing."""

_TURNS = re.compile(
    r"\b(?:hardly|scarcely|barely|rarely|seldom|only|except|unless|nowhere|but|few\w*|fail\w*|"
    r"lack\w*|forb\w+|prohib\w+|avoid\w*|prevent\w*|exclud\w*|refus\w*|bann?\w*|impossible|"
    r"free of|unsafe|unable|unlikely|disallow\w*|invalid|illegal|non-\w+|"
    r"(?:is|are|ca|wo|do|does|did)nt)\b",
    re.IGNORECASE,
)
"""Beside negations: what may turn a sentence round."""

_COUNTS = re.compile(
    r"\b(?:less|more|least|most|per|one|once|twice|first|second|third|quarter|half|halves|both|"
    r"pair\w*|couple|double|triple|several|all|every|each|dozens?|hundreds?|thousands?|millions?)\b",
    re.IGNORECASE,
)
"""Beside numbers: what says how many."""

_PUNCTUATION = frozenset(".,;:!?()'\"’‘“”–—…")


def can_be_spared(sentence: str) -> bool:
    """Whether it has no number, no name and no denial.

    Names are told by capitals, so a script without them has names everywhere.
    """
    opener = next((word for word in sentence.split() if word.isalpha()), "")
    rest = sentence.replace(opener, "", 1) if opener.casefold() in _OPENERS else sentence
    denies = negations(sentence) or _TURNS.search(sentence)
    counts = numbers(sentence) or _COUNTS.search(sentence)
    return not denies and not counts and not any(map(_may_name, rest))


def _may_name(character: str) -> bool:
    """Capitals, letters of a script without them, digits, and signs that stand for something."""
    if character.isalpha():
        return character.isupper() or character.lower() == character.upper()
    return not (character.isspace() or character in _PUNCTUATION)
