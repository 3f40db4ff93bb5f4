"""Reasons to look twice in how a text is written: noise, and questions that it lies in wait for.

Pure functions of the candidates at hand; all are soft, and none depends on their order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from statistics import median
from uuid import UUID

from core.schemas.evidence import Signal
from core.schemas.memory import Memory
from tools.evidence_signals import ASKING, ECHO_TRUST, ISOLATION_SIZE
from tools.lexical import content_terms, tokens, words
from tools.loaders.sentences import sentence_ranges
from tools.overlap import jaccard, ngrams

NOISE_WORDS = 20
"""In a shorter text one odd word weighs too much."""

NOISE_Z = 3.0
"""So many robust deviations above the median a text is written in odd words."""

LEAST_SPREAD = 0.05
"""A deviation is never less: where all candidates are alike, a word more is no sign."""

REPEATED, RUN = 0.3, 4
"""The share of runs of so many words that were there before, from which a text is padded."""

PRE_ECHO = 0.85
"""Terms shared with a question that another's memory answers, from which a text asks it too."""

PRE_ECHO_TERMS = 2
"""A question of one term is near to many."""

_STANDARD = 1.4826
"""Makes a median deviation a standard one, where values are normal."""


def noise_signals(memories: Sequence[Memory]) -> tuple[Signal, ...]:
    """Who writes in words that nobody else uses, or says the same again and again.

    Names and numbers are nobody else's either, so only words written small count.
    """
    odd = _deviations(_unseen_shares(memories), {m.id: m.source.principal for m in memories})
    found: list[Signal] = []
    for memory in memories:
        if odd.get(memory.id, 0.0) > NOISE_Z:
            value = min(1.0, odd[memory.id] / (2 * NOISE_Z))
            found.append(_noise(memory.id, value, "words that nobody else uses"))
        share = repeated_share(words(memory.text_original))
        if share >= REPEATED:
            found.append(_noise(memory.id, share, "says the same again and again"))
    return tuple(found)


def _noise(memory_id: UUID, value: float, detail: str) -> Signal:
    return Signal(code="noise", memory_id=memory_id, value=round(value, 4), detail=detail)


def repeated_share(said: Sequence[str]) -> float:
    """The share of a text's runs of words that it has had before; 0 of a short one."""
    if len(said) < NOISE_WORDS:
        return 0.0
    return 1 - len(ngrams(said, RUN)) / (len(said) - RUN + 1)


def _unseen_shares(memories: Sequence[Memory]) -> dict[UUID, float]:
    """Of each longer text, the share of its words that no other candidate has."""
    small = {memory.id: _written_small(memory.text_original) for memory in memories}
    known = Counter(word for said in small.values() for word in set(said))
    return {
        key: sum(known[word] == 1 for word in said) / len(said)
        for key, said in small.items()
        if len(said) >= NOISE_WORDS
    }


def _written_small(text: str) -> list[str]:
    return [
        token.text for token in tokens(text) if token.text.isalpha() and text[token.start].islower()
    ]


def _deviations(shares: Mapping[UUID, float], principals: Mapping[UUID, str]) -> dict[UUID, float]:
    """How far each lies above the median, in robust deviations; nothing among a few.

    Of each principal the oddest text counts: clones of one move no median.
    """
    oddest: dict[str, float] = {}
    for key, share in shares.items():
        oddest[principals[key]] = max(share, oddest.get(principals[key], 0.0))
    if len(shares) < ISOLATION_SIZE or len(oddest) < ISOLATION_SIZE / 2:
        return {}
    middle = median(oddest.values())
    spread = _STANDARD * median(abs(share - middle) for share in oddest.values())
    return {key: (share - middle) / max(spread, LEAST_SPREAD) for key, share in shares.items()}


def pre_echo_signals(memories: Sequence[Memory]) -> tuple[Signal, ...]:
    """Who, of low trust, asks what a memory of somebody else is known to answer.

    Such a page was written to be found by that question, whatever question is asked now.
    """
    answered = _answered(memories)
    found = [
        (memory.id, _nearest(memory, answered))
        for memory in memories
        if memory.source.weight < ECHO_TRUST
    ]
    return tuple(
        Signal(
            code="pre_echo",
            memory_id=key,
            value=round(nearness, 4),
            detail="asks what another's memory answers",
        )
        for key, nearness in found
        if nearness >= PRE_ECHO
    )


def _answered(memories: Sequence[Memory]) -> Mapping[frozenset[str], AbstractSet[str]]:
    """The terms of each predicted question, and whose memories answer it.

    Strangers' count for nothing: one could answer an honest page's questions to have it suspected.
    """
    found: defaultdict[frozenset[str], set[str]] = defaultdict(set)
    for memory in memories:
        if memory.source.weight < ECHO_TRUST:
            continue
        for question in memory.questions:
            found[frozenset(content_terms(question))].add(memory.source.principal)
    return found


def _nearest(memory: Memory, answered: Mapping[frozenset[str], AbstractSet[str]]) -> float:
    """How near a question in the text comes to one that somebody else's memory answers."""
    others = [terms for terms, who in answered.items() if who - {memory.source.principal}]
    asked = list(_questions_in(memory.text_original)) if others else []
    return max((jaccard(own, terms) for own in asked for terms in others), default=0.0)


def _questions_in(text: str) -> Iterator[frozenset[str]]:
    """The terms of every sentence that asks, by its mark or its first word."""
    for start, end in sentence_ranges(text):
        sentence = text[start:end]
        first = next(iter(words(sentence)), "")
        terms = frozenset(content_terms(sentence))
        if len(terms) >= PRE_ECHO_TERMS and (sentence.endswith("?") or first in ASKING):
            yield terms
