"""Memories at hand, searched as the product searches its database: same lists, same ranking."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.schemas.evidence import EvidenceRequest
from core.schemas.memory import USED_LAYERS, Hit, Layer
from evals.retrieval_memories import Piece, Placed, Text, memories_of
from graphs.building.memories import layer_texts, lexical_terms
from tools.bm25 import Bm25
from tools.encoder import Encoder, Vectors
from tools.lexical import term_counts
from tools.matching import log_odds
from tools.passages import passage_of
from tools.ranking import READ_LIMIT, beside_neighbours, best_fused, fuse, with_reading
from tools.reader import Reader

LIMIT = EvidenceRequest(text="", reason="first").limit
"""Hits of each search: what the product asks for."""

ENCODED_AT_ONCE = 512

Lists = Mapping[str, Sequence[Hit]]


class Index:
    """One collection; quarantined memories are not searched, as in the product."""

    def __init__(self, placed: Iterable[Placed], vectors: Mapping[Layer, Vectors]) -> None:
        self.placed = list(placed)
        self._ids = [one.memory.id for one in self.placed]
        self._at = {memory_id: place for place, memory_id in enumerate(self._ids)}
        self._words = Bm25([lexical_terms(one.memory) for one in self.placed])
        self.vectors = vectors

    def search(self, question: str, vector: NDArray[np.float32]) -> dict[str, list[Hit]]:
        """The lists that the product fuses, one per layer that the index has."""
        lists = {"lexical": self.hits(self._words.scores(term_counts(question)), positive=True)}
        for layer, vectors in self.vectors.items():
            lists[f"vector_{layer}"] = self.hits(vectors @ vector)
        return lists

    def ranked(self, lists: Lists, weights: Mapping[str, float] | None = None) -> list[Placed]:
        """Best first, as the product fuses and counts neighbours, or with other weights."""
        told = self.scored(lists, weights)
        return [self.one(key) for key in sorted(told, key=lambda key: (-told[key], key))]

    def scored(self, lists: Lists, weights: Mapping[str, float] | None = None) -> dict[UUID, float]:
        """What the best LIMIT memories are worth, those beside them included."""
        scores = fuse(lists) if weights is None else fuse(lists, weights)
        fused = {key: scores[key]["fused"] for key in best_fused(scores, LIMIT)}
        found = [self.one(key).memory for key in fused]
        places = {memory.id: (memory.version_id, memory.ordinal) for memory in found}
        return beside_neighbours(fused, places)

    def fused(self, lists: Lists) -> list[Placed]:
        """As the product fuses, neighbours left out."""
        return [self.one(key) for key in best_fused(fuse(lists), LIMIT)]

    async def read(self, lists: Lists, question: str, reader: Reader) -> list[Placed]:
        """As ``ranked``, and the first READ_LIMIT by what the reader says of them too."""
        told = self.scored(lists)
        first = sorted(told, key=lambda key: (-told[key], key))[:READ_LIMIT]
        passages = [passage_of(self.one(key).memory) for key in first]
        chances = dict(zip(first, await reader.rank(question, passages), strict=True))
        ranks = {key: with_reading(told[key], log_odds(chances.get(key, 0.0))) for key in told}
        return [self.one(key) for key in sorted(ranks, key=lambda key: (-ranks[key], key))]

    def one(self, memory_id: UUID) -> Placed:
        """The memory of that id, and its place."""
        return self.placed[self._at[memory_id]]

    def by_words(self, terms: Mapping[str, int], limit: int) -> list[Hit]:
        """The lexical list alone."""
        return self.hits(self._words.scores(terms), positive=True)[:limit]

    def listed(self, hits: Sequence[Hit]) -> list[Piece]:
        """The pieces of one list, in its order."""
        return [self.placed[self._at[hit.memory_id]].piece for hit in hits]

    def hits(self, scores: NDArray[np.floating], *, positive: bool = False) -> list[Hit]:
        """The LIMIT best of one score per memory, best first."""
        best = np.argsort(-scores, kind="stable")[:LIMIT]
        return [
            Hit(memory_id=self._ids[at], score=float(scores[at]))
            for at in best
            if not positive or scores[at] > 0
        ]


class WordIndex:
    """The baseline: BM25 over pieces of text as they are, without headings or layers."""

    def __init__(
        self, pieces: Sequence[Piece], texts: Mapping[str, str], titles: Mapping[str, str]
    ) -> None:
        self._pieces = pieces
        self._words = Bm25(
            [
                term_counts(f"{titles.get(text_id, '')}\n{texts[text_id][start:end]}")
                for text_id, start, end in pieces
            ]
        )

    def listed(self, question: str) -> list[Piece]:
        """The best pieces, best first."""
        return [self._pieces[at] for at in self._words.top(term_counts(question), LIMIT)]


async def build(
    texts: Sequence[Text], encoder: Encoder, name: str, layers: Sequence[Layer] = USED_LAYERS
) -> Index:
    """The texts as memories with a vector per layer; says on standard error how far it is."""
    placed: list[Placed] = []
    for text in texts:
        placed += [one for one in await memories_of(text) if one.memory.status == "verified"]
    by_layer = [layer_texts(one.memory, layers) for one in placed]
    vectors = {
        layer: await encoded(encoder, [texts[layer] for texts in by_layer], f"{name}, {layer}s")
        for layer in layers
    }
    return Index(placed, vectors)


async def encoded(encoder: Encoder, texts: Sequence[str], name: str) -> Vectors:
    """One row per text, some at a time."""
    rows = []
    for at in range(0, len(texts), ENCODED_AT_ONCE):
        print(f"encoding {name}: {at} of {len(texts)} …", file=sys.stderr, flush=True)
        rows.append(await encoder.encode(texts[at : at + ENCODED_AT_ONCE]))
    return np.concatenate(rows) if rows else np.zeros((0, encoder.dimensions), np.float32)
