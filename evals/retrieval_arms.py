"""Ideas for ranking beside what is taken: each an arm that changes one thing.

The searches are the product's; an arm adds a list, exchanges one, or fuses in another manner.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.schemas.memory import Hit, Memory
from evals.retrieval_index import LIMIT, Index, Lists, encoded
from evals.retrieval_memories import Placed
from graphs.building.memories import lexical_terms
from tools.bm25 import Bm25
from tools.encoder import Encoder
from tools.lexical import content_terms, term_counts
from tools.loaders.sentences import sentence_ranges
from tools.ranking import WEIGHTS

Vector = NDArray[np.float32]
Order = list[UUID]

TAKEN = "taken"
ARMS = {
    TAKEN: "words 1.5, chunks 1, neighbours",
    "alone": "without neighbours",
    "even": "words 1, chunks 1, core sentences and questions 0.5",
    "layers": "core sentences and questions too, 0.1",
    "ranks": "reciprocal ranks (60) of words and chunks, without neighbours",
    "shares": "scores from 0 to 1 by least and most, words 1.5, chunks 1, without neighbours",
    "keywords": "keywords in the lexical entry",
    "predicted": "questions in the lexical entry",
    "pairs": "pairs of neighbouring words in the lexical entry",
    "situated": "a layer of situated chunks, 0.25",
    "instead": "situated chunks instead of chunks",
    "context": "chunk + 0.25 of its section's mean, as one vector",
    "sentences": "a list by the best sentence, 0.5",
}
RANK_OFFSET = 60
PREFIX_SHARE = 3
"""A prefix has at most one character for so many of the chunk: a quarter of the whole."""
CONTEXT = 0.25


class Bench(NamedTuple):
    """One collection with everything that the arms search."""

    memories: Index
    words: Mapping[str, Bm25]
    situated: Vector
    context: Vector
    sentences: Vector
    owners: NDArray[np.intp]
    """Of which memory each sentence is, by place."""

    def ranked(self, question: str, vector: Vector) -> dict[str, list[Placed]]:
        """Every arm's ranking, best first."""
        every = self.memories.search(question, vector)
        lists = {name: every[name] for name in ("lexical", "vector_chunk")}
        situated = self.memories.hits(self.situated @ vector)
        orders: dict[str, list[Placed]] = {
            TAKEN: self.memories.ranked(lists),
            "alone": self.memories.fused(lists),
            "even": self._weighted(every, lexical=1, vector_core=0.5, vector_question=0.5),
            "layers": self._weighted(every),
            "ranks": self._placed(_by_ranks(lists)),
            "shares": self._placed(_by_shares(lists)),
            "situated": self._weighted({**lists, "situated": situated}, situated=0.25),
            "instead": self._weighted({**lists, "vector_chunk": situated}),
            "context": self._weighted(
                {**lists, "vector_chunk": self.memories.hits(self.context @ vector)}
            ),
            "sentences": self._weighted(
                {**lists, "sentences": self.memories.hits(self._best_sentences(vector))},
                sentences=0.5,
            ),
        }
        for name, words in self.words.items():
            terms = pair_counts(question) if name == "pairs" else term_counts(question)
            found = self.memories.hits(words.scores(terms), positive=True)
            orders[name] = self._weighted({**lists, "lexical": found})
        return orders

    def _weighted(self, lists: Lists, **weights: float) -> list[Placed]:
        return self.memories.ranked(lists, {**WEIGHTS, **weights})

    def _placed(self, order: Order) -> list[Placed]:
        return [self.memories.one(key) for key in order[:LIMIT]]

    def _best_sentences(self, vector: Vector) -> NDArray[np.float32]:
        best = np.full(len(self.memories.placed), -1.0, np.float32)
        np.maximum.at(best, self.owners, self.sentences @ vector)
        return best


async def make_bench(index: Index, chunks: Vector, encoder: Encoder, name: str) -> Bench:
    """Encodes what the product does not keep: situated chunks and sentences."""
    memories = [one.memory for one in index.placed]
    sentences = [(at, text) for at, one in enumerate(memories) for text in _sentences(one)]
    return Bench(
        memories=index,
        words={which: Bm25([entry(one) for one in memories]) for which, entry in ENTRIES.items()},
        situated=await encoded(encoder, situated(memories), f"{name}, situated"),
        context=with_context(memories, chunks),
        sentences=await encoded(encoder, [text for _, text in sentences], f"{name}, sentences"),
        owners=np.array([at for at, _ in sentences], np.intp),
    )


def _sentences(memory: Memory) -> list[str]:
    text = memory.text_completed
    return [text[start:end] for start, end in sentence_ranges(text)] or [text]


def situated(memories: Sequence[Memory]) -> list[str]:
    """Title › headings › one sentence that situates, then the chunk (SitEmb's training-free route).

    The sentence is the core of the section's first memory, or else of the document's first one.
    """
    opening: dict[tuple[object, ...], str] = {}
    for memory in memories:
        opening.setdefault((memory.version_id,), memory.core)
        opening.setdefault((memory.version_id, memory.heading_path), memory.core)
    return [_situated(memory, opening) for memory in memories]


def _situated(memory: Memory, opening: Mapping[tuple[object, ...], str]) -> str:
    around = (
        opening[memory.version_id, memory.heading_path],
        opening[memory.version_id,],
    )
    sentence = next((text for text in around if text != memory.core), "")
    path = [part for part in (memory.title, *memory.heading_path, sentence) if part]
    room = len(memory.text_completed) // PREFIX_SHARE
    return f"{' › '.join(path)[:room]}\n{memory.text_completed}"


def with_context(memories: Sequence[Memory], chunks: Vector) -> Vector:
    """norm(chunk + ρ · the mean of its section): SitEmb's vector route without its model."""
    sections: dict[tuple[object, ...], list[int]] = {}
    for at, memory in enumerate(memories):
        sections.setdefault((memory.version_id, memory.heading_path), []).append(at)
    mixed = np.array(chunks, np.float32)
    for places in sections.values():
        mean = chunks[places].mean(axis=0)
        mixed[places] += CONTEXT * mean / max(float(np.linalg.norm(mean)), 1e-12)
    unit: Vector = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
    return unit


def pair_counts(text: str) -> dict[str, int]:
    """Terms, and pairs of neighbouring ones, by how often they occur."""
    terms = content_terms(text)
    return dict(Counter([*terms, *(f"{a} {b}" for a, b in pairwise(terms))]))


def _and(more: Callable[[Memory], str]) -> Callable[[Memory], dict[str, int]]:
    return lambda memory: dict(Counter(lexical_terms(memory)) + Counter(term_counts(more(memory))))


ENTRIES: Mapping[str, Callable[[Memory], dict[str, int]]] = {
    "keywords": _and(lambda memory: " ".join(memory.keywords)),
    "predicted": _and(lambda memory: " ".join((memory.question, *memory.questions))),
    "pairs": lambda memory: dict(
        Counter(lexical_terms(memory))
        + Counter({k: n for k, n in pair_counts(memory.text_completed).items() if " " in k})
    ),
}
"""Lexical entries by the arm that searches them."""


def _by_ranks(lists: Lists) -> Order:
    return _summed(
        {hit.memory_id: 1 / (RANK_OFFSET + place) for place, hit in enumerate(hits, 1)}
        for hits in lists.values()
    )


def _by_shares(lists: Lists) -> Order:
    return _summed(_shares(hits, WEIGHTS[name]) for name, hits in lists.items() if hits)


def _shares(hits: Sequence[Hit], weight: float) -> dict[UUID, float]:
    least, most = hits[-1].score, hits[0].score
    return {hit.memory_id: weight * (hit.score - least) / max(most - least, 1e-9) for hit in hits}


def _summed(parts: Iterable[Mapping[UUID, float]]) -> Order:
    total: dict[UUID, float] = {}
    for part in parts:
        for key, score in part.items():
            total[key] = total.get(key, 0.0) + score
    return sorted(total, key=lambda key: (-total[key], key))
