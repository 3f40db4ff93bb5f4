"""One data set measured in several ways side by side: ours, BM25, words alone, vectors alone."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Estimate, bootstrap
from evals.retrieval_index import Index, WordIndex, build, encoded
from evals.retrieval_measures import Wanted
from evals.retrieval_memories import Piece, Text
from evals.retrieval_sets import Collection, RetrievalSet
from tools.encoder import Encoder

OURS = ""
WAYS = {
    OURS: "the product's memories and fusion",
    "bm25": "BM25 over plain pieces",
    "words": "the product's memories, words alone",
    "encoder": "the product's memories, chunk vectors alone",
}
"""Suffixes of metrics. All ways answer the same questions, so that they can be paired."""
BASELINES = ("bm25", "words", "encoder")

Rankings = dict[str, list[Piece]]
Values = dict[str, dict[str, list[float]]]
"""By metric, by way: one value per question."""


async def measure(one: RetrievalSet, encoder: Encoder) -> dict[str, Estimate]:
    """Every metric of the set in every way, and how far ours is above the baselines."""
    values: Values = {name: {way: [] for way in WAYS} for name in one.measures}
    groups: list[str] = []
    for collection in one.collections:
        for wanted, rankings in await _answered(one, collection, encoder):
            groups.append(wanted.group)
            for name, of_ranking in one.measures.items():
                for way, ranked in rankings.items():
                    values[name][way].append(of_ranking(wanted, ranked))
    return dict(_estimates(values, groups))


async def _answered(
    one: RetrievalSet, collection: Collection, encoder: Encoder
) -> list[tuple[Wanted, Rankings]]:
    index = await build(collection.texts, encoder, one.name)
    plain = word_index(one, collection.texts)
    questions = [wanted.question for wanted in collection.wanted]
    vectors = await encoded(encoder, questions, f"{one.name}, questions")
    return [
        (wanted, _ranked(index, plain, wanted.question, vector))
        for wanted, vector in zip(collection.wanted, vectors, strict=True)
    ]


def _ranked(index: Index, plain: WordIndex, question: str, vector: NDArray[np.float32]) -> Rankings:
    lists = index.search(question, vector)
    return {
        OURS: [placed.piece for placed in index.ranked(lists)],
        "bm25": plain.listed(question),
        "words": index.listed(lists["lexical"]),
        "encoder": index.listed(lists["vector_chunk"]),
    }


def word_index(one: RetrievalSet, texts: Sequence[Text]) -> WordIndex:
    """The baseline's: texts whole, in given pieces, or in pieces of equal size."""
    read = {text.id: text.text for text in texts}
    pieces = [
        Piece(text.id, start, end)
        for text in texts
        for start, end in pairwise([*_starts(one, text), len(text.text)])
    ]
    titles = {text.id: text.title for text in texts} if one.titled else {}
    return WordIndex(pieces, read, titles)


def _starts(one: RetrievalSet, text: Text) -> Sequence[int]:
    return range(0, len(text.text), one.piece) if one.piece else text.starts or (0,)


def _estimates(values: Values, groups: Sequence[str]) -> Iterator[tuple[str, Estimate]]:
    """In percent; the differences are paired, question by question."""
    for name, ways in values.items():
        for way, column in ways.items():
            yield suffixed(name, way), bootstrap(np.mean, groups, column).in_percent()
        for way in BASELINES:
            gains = np.subtract(ways[OURS], ways[way])
            yield f"{name}_over_{way}", bootstrap(np.mean, groups, gains).in_percent()


def suffixed(name: str, way: str) -> str:
    """The name of a metric in one way."""
    return f"{name}_{way}" if way else name
