"""Sentences that are one sentence but for a value: somebody changed what another had written. Pure.

Which of the two was there first cannot be told from them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from tools.lexical import STOP_WORDS, content_terms, stem, words
from tools.loaders.sentences import sentence_ranges
from tools.overlap import jaccard, rouge_l
from tools.values import codes, dates, names, negations, numbers

EDITED = 0.7
"""ROUGE-L from which a sentence is an edited copy of another, if a value differs."""

SHARED_TERMS = 0.4
"""Sentences that share fewer of their terms are not compared word by word."""

LONGEST_EDIT = 6
"""Words of a value; who rewrote more wrote a sentence of his own."""


MOST_COMPARED = 60
"""Sentences compared pair by pair: two seconds, were all alike. Who floods a page with sentences
of one mould must not hold an answer up."""


class Sentence(NamedTuple):
    """One sentence of a memory."""

    memory_id: UUID
    document_id: UUID
    text: str
    terms_met: int = 0
    """Terms of the question that it has."""


class EditedPair(NamedTuple):
    """Two sentences of which one edits the other, and how alike they are."""

    left: Sentence
    right: Sentence
    likeness: float
    """``EDITED`` to 1."""


def sentences_about(
    memory_id: UUID, document_id: UUID, text: str, terms: frozenset[str]
) -> Iterator[Sentence]:
    """The sentences of a text that have one of the terms."""
    for start, end in sentence_ranges(text):
        if met := len(terms.intersection(content_terms(text[start:end]))):
            yield Sentence(memory_id, document_id, text[start:end], met)


def most_telling(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Those that have most of the question, ``MOST_COMPARED`` at most, every memory's best first;
    the order of input does not matter."""
    ranked = sorted(set(sentences), key=lambda one: (-one.terms_met, one))
    turns: Counter[UUID] = Counter()
    placed = []
    for sentence in ranked:
        placed.append((turns[sentence.memory_id], -sentence.terms_met, sentence))
        turns[sentence.memory_id] += 1
    return [sentence for _, _, sentence in sorted(placed)[:MOST_COMPARED]]


def edited_pairs(sentences: Iterable[Sentence]) -> Iterator[EditedPair]:
    """The pairs of which one edits the other; the order of input does not matter."""
    terms = {sentence: frozenset(content_terms(sentence.text)) for sentence in sentences}
    for left, right in combinations(sorted(terms), 2):
        if jaccard(terms[left], terms[right]) >= SHARED_TERMS:
            likeness = edited_copy(left, right)
            if likeness:
                yield EditedPair(left, right, likeness)


def edited_copy(left: Sentence, right: Sentence) -> float:
    """ROUGE-L of two sentences that are one sentence but for a value; 0 when they are not."""
    if left.document_id == right.document_id or codes(left.text) != codes(right.text):
        return 0.0
    one, other = words(left.text), words(right.text)
    likeness = rouge_l(one, other)
    if likeness < EDITED:
        return 0.0
    changed = _one_slot_differs(left.text, right.text) or _one_phrase_differs(one, other)
    return likeness if changed else 0.0


def _one_slot_differs(left: str, right: str) -> bool:
    """Exactly one kind of slot differs: two at once mean another subject, not another claim."""
    kinds = (
        {value.text for value in (*numbers(left), *dates(left))}
        != {value.text for value in (*numbers(right), *dates(right))},
        {value.text for value in names(left)} != {value.text for value in names(right)},
        negations(left) % 2 != negations(right) % 2,
    )
    return sum(kinds) == 1


def _one_phrase_differs(left: Sequence[str], right: Sequence[str]) -> bool:
    """A few words were replaced by others that mean something, everywhere by the same ones."""
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    edits = {
        (_meaning(left[a:b]), _meaning(right[c:d]))
        for kind, a, b, c, d in blocks
        if kind != "equal" and (_meaning(left[a:b]) or _meaning(right[c:d]))
    }
    return len(edits) == 1 and all(
        old and new and old.isdisjoint(new) and max(len(old), len(new)) <= LONGEST_EDIT
        for old, new in edits
    )


def _meaning(found: Sequence[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in found if word not in STOP_WORDS)
