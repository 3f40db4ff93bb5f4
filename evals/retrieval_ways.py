"""One data set measured in several ways side by side: ours, BM25, parts of ours, and read too.

Reading takes the time of a hundred searches, so it is measured on some questions, drawn evenly.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.intervals import Estimate, bootstrap
from evals.retrieval_index import Index, Lists, WordIndex, build, encoded
from evals.retrieval_memories import Piece, Placed, Text
from evals.retrieval_sets import RetrievalSet
from tools.encoder import Encoder
from tools.reader import Reader

OURS = ""
READ = "read"
WAYS = {
    OURS: "the product's memories, searches and their fusion, neighbours counted",
    "fused": "the same without neighbours",
    "bm25": "BM25 over plain pieces",
    "words": "the product's memories, words alone",
    "encoder": "the product's memories, chunk vectors alone",
}
"""Suffixes of metrics. All ways answer the same questions, so that they can be paired."""
BASELINES = ("fused", "bm25", "words", "encoder")
READ_QUESTIONS = 100
"""Of each set, at most, that are read for."""

Rankings = dict[str, list[Piece]]
Values = dict[str, dict[str, list[float]]]
"""By metric, by way: one value per question; not a number where it was not read for."""


async def measure(
    one: RetrievalSet, encoder: Encoder, reader: Reader | None = None
) -> dict[str, Estimate]:
    """Every metric of the set in every way, and how far ours is above the baselines."""
    ways = [*WAYS, READ] if reader else [*WAYS]
    values: Values = {name: {way: [] for way in ways} for name in one.measures}
    groups: list[str] = []
    every = math.ceil(sum(len(c.wanted) for c in one.collections) / READ_QUESTIONS)
    for collection in one.collections:
        index = await build(collection.texts, encoder, one.name)
        plain = word_index(one, collection.texts)
        questions = [wanted.question for wanted in collection.wanted]
        vectors = await encoded(encoder, questions, f"{one.name}, questions")
        for wanted, vector in zip(collection.wanted, vectors, strict=True):
            lists = index.search(wanted.question, vector)
            rankings = _ranked(index, plain, wanted.question, lists)
            if reader and len(groups) % every == 0:
                rankings[READ] = _pieces(await index.read(lists, wanted.question, reader))
            groups.append(wanted.group)
            for name, of_ranking in one.measures.items():
                for way, column in values[name].items():
                    ranked = rankings.get(way)
                    column.append(math.nan if ranked is None else of_ranking(wanted, ranked))
    return dict(_estimates(values, groups))


def _ranked(index: Index, plain: WordIndex, question: str, lists: Lists) -> Rankings:
    return {
        OURS: _pieces(index.ranked(lists)),
        "fused": _pieces(index.fused(lists)),
        "bm25": plain.listed(question),
        "words": index.listed(lists["lexical"]),
        "encoder": index.listed(lists["vector_chunk"]),
    }


def _pieces(ranked: Iterable[Placed]) -> list[Piece]:
    return [placed.piece for placed in ranked]


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
            told, rows = _told(groups, column)
            yield suffixed(name, way), bootstrap(np.mean, told, rows).in_percent()
        for way in BASELINES:
            told, gains = _told(groups, np.subtract(ways[OURS], ways[way]))
            yield f"{name}_over_{way}", bootstrap(np.mean, told, gains).in_percent()
        if READ in ways:
            told, gains = _told(groups, np.subtract(ways[READ], ways[OURS]))
            yield f"{name}_{READ}_over_ours", bootstrap(np.mean, told, gains).in_percent()


def _told(groups: Sequence[str], column: ArrayLike) -> tuple[list[str], NDArray[np.float64]]:
    """The rows that have a value, and their groups."""
    rows = np.asarray(column, np.float64)
    kept = ~np.isnan(rows)
    return [group for group, has in zip(groups, kept, strict=True) if has], rows[kept]


def suffixed(name: str, way: str) -> str:
    """The name of a metric in one way."""
    return f"{name}_{way}" if way else name
