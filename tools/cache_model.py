"""A language model of one document, for comparing how much one text helps to foretell another.

Words are drawn from what was just read (the cache) or from the whole document, half and half; a
unigram model, so it knows topics and no grammar. Pure.
"""

import math
from collections import Counter
from collections.abc import Sequence

from tools.lexical import content_terms

_CACHED = 0.5
_UNSEEN = 0.1
"""Counts that a term has before it is seen."""


class CacheModel:
    """Losses in nats a term."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = Counter(term for text in texts for term in content_terms(text))
        self._total = self._counts.total() + _UNSEEN * (len(self._counts) + 1)

    def loss(self, text: str, context: str = "") -> float:
        """Mean loss of the text's terms after ``context``; 0 for a text without terms."""
        terms = content_terms(text)
        if not terms:
            return 0.0
        cache = Counter(content_terms(context))
        read = cache.total()
        return -sum(math.log(self._chance(term, cache, read)) for term in terms) / len(terms)

    def _chance(self, term: str, cache: Counter[str], read: int) -> float:
        everywhere = (self._counts[term] + _UNSEEN) / self._total
        if not read:
            return everywhere
        return (1 - _CACHED) * everywhere + _CACHED * cache[term] / read
