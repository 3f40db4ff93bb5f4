"""Answers against gold answers, scored as SQuAD's own evaluation does (Rajpurkar et al. 2018).

Case, punctuation and English articles do not count. An empty answer means that none is given; it
is right only where no gold answer is.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(text: str) -> str:
    """The part of an answer that counts.

    >>> normalise_answer("The  Nile's delta.")
    'niles delta'
    """
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", bare).split())


def exact_match(answer: str, gold: str) -> float:
    """1 when both are the same after normalising, else 0."""
    return float(normalise_answer(answer) == normalise_answer(gold))


def token_f1(answer: str, gold: str) -> float:
    """Harmonic mean of precision and recall over words, each counted as often as it occurs."""
    found, wanted = normalise_answer(answer).split(), normalise_answer(gold).split()
    if not found or not wanted:
        return float(found == wanted)
    shared = (Counter(found) & Counter(wanted)).total()
    return 2 * shared / (len(found) + len(wanted))


def best_of(measure: Callable[[str, str], float], answer: str, gold: Sequence[str]) -> float:
    """The measure against the gold answer it likes most; against "" where none has content."""
    wanted = [text for text in gold if normalise_answer(text)] or [""]
    return max(measure(answer, text) for text in wanted)
