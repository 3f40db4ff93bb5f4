"""Key phrases: the runs of words that set one text apart from its neighbours. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tools.lexical import STOP_WORDS, stem, tokens

_LONGEST_WORD = 40
_INNER = frozenset({"of", "for", "and", "the"})
_LENGTH_BONUS = 0.5
_CAPITAL_BONUS = 1.2
_OPENING_BONUS = 1.2

Stems = tuple[str, ...]


class _Counted(NamedTuple):
    counts: Counter[Stems]
    surfaces: dict[Stems, Counter[str]]
    opening: frozenset[Stems]
    """Those of the first sentence."""


def key_phrases(
    groups: Sequence[Sequence[str]], *, limit: int, longest: int = 3
) -> list[tuple[str, ...]]:
    """For each group of sentences, its phrases of up to ``longest`` words, best first, as written.

    A phrase of several words must occur twice in its group; none contains another one kept.
    """
    counted = [_count(sentences, longest) for sentences in groups]
    holders = Counter(phrase for group in counted for phrase in group.counts)
    return [_best(group, holders, len(groups), limit) for group in counted]


def _count(sentences: Sequence[str], longest: int) -> _Counted:
    counts: Counter[Stems] = Counter()
    surfaces: defaultdict[Stems, Counter[str]] = defaultdict(Counter)
    opening: frozenset[Stems] = frozenset()
    for position, sentence in enumerate(sentences):
        for stems, surface in _phrases(sentence, longest):
            counts[stems] += 1
            surfaces[stems][surface] += 1
        if position == 0:
            opening = frozenset(counts)
    return _Counted(counts, surfaces, opening)


def _phrases(sentence: str, longest: int) -> list[tuple[Stems, str]]:
    """Runs that neither start nor end with a stop word and that only spaces part."""
    found = tokens(sentence)
    phrases: list[tuple[Stems, str]] = []
    for first, token in enumerate(found):
        for last in range(first, min(first + longest, len(found))):
            if last > first and sentence[found[last - 1].end : found[last].start] != " ":
                break
            inner = (word.text for word in found[first + 1 : last])
            if not all(word in _INNER or _can_edge(word) for word in inner):
                break
            if _can_edge(token.text) and _can_edge(found[last].text):
                stems = tuple(stem(word.text) for word in found[first : last + 1])
                phrases.append((stems, sentence[token.start : found[last].end]))
    return phrases


@lru_cache(maxsize=1 << 16)
def _can_edge(word: str) -> bool:
    if word in STOP_WORDS or len(word) > _LONGEST_WORD:
        return False
    return any(letter.isalpha() for letter in word) and (len(word) > 2 or not word.isascii())


def _best(group: _Counted, holders: Counter[Stems], groups: int, limit: int) -> tuple[str, ...]:
    worth = {
        phrase: _worth(group, phrase, count, groups / holders[phrase])
        for phrase, count in group.counts.items()
        if len(phrase) == 1 or count > 1
    }
    kept: list[Stems] = []
    for phrase in sorted(worth, key=lambda p: (-worth[p], p)):
        if len(kept) == limit:
            break
        if not any(_contains(phrase, other) or _contains(other, phrase) for other in kept):
            kept.append(phrase)
    return tuple(group.surfaces[phrase].most_common(1)[0][0] for phrase in kept)


def _worth(group: _Counted, phrase: Stems, count: int, rarity: float) -> float:
    worth = count * (1 + math.log(rarity)) * (1 + _LENGTH_BONUS * (len(phrase) - 1))
    surface = group.surfaces[phrase].most_common(1)[0][0]
    if surface[0].isupper():
        worth *= _CAPITAL_BONUS
    return worth * _OPENING_BONUS if phrase in group.opening else worth


def _contains(longer: Stems, shorter: Stems) -> bool:
    return any(longer[i : i + len(shorter)] == shorter for i in range(len(longer)))
