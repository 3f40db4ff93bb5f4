"""Whether completed texts are found better than originals: the same chunks, ranked twice.

Words (BM25 over title, headings and text) and vectors of the text, each alone: the fusion of the
product weighs them, and would hide which of them a completion helps.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.memory_verifier.rules import GLOSS
from core.completing import completed_text
from core.errors import NotFound
from core.settings import Settings
from evals import retrieval_sets as sets
from evals.completion_building import Building, Completed, Source
from evals.intervals import Estimate, bootstrap
from evals.retrieval_index import LIMIT, encoded
from evals.retrieval_measures import Wanted, passage_within
from evals.retrieval_memories import Piece, locate
from evals.retrieval_sets import RetrievalSet
from tools.bm25 import Bm25
from tools.encoder import Encoder
from tools.lexical import STOP_WORDS, term_counts, words

SETS: tuple[Callable[[Path, str], RetrievalSet], ...] = (sets.squad, sets.covidqa)
WITH_VECTORS = frozenset({"squad_articles"})
"""Sets small enough to be encoded twice."""

TEXTS = ("original", "completed")
BESIDE = 2
"""Words on each side of an abbreviation that a made question asks with."""

Rows = NDArray[np.float32]


class Found(NamedTuple):
    """A chunk as it is searched."""

    piece: Piece
    head: str
    """Title and headings."""
    original: str
    completed: str
    glosses: tuple[tuple[str, str], ...]
    """Abbreviations that were spelt out, with their long forms."""


async def compare(
    data: Path, part: str, settings: Settings, encoder: Encoder
) -> dict[str, Estimate]:
    """Every measure of each set that is there, for both texts, and their paired difference."""
    found: dict[str, Estimate] = {}
    for reading in SETS:
        try:
            one = reading(data, part)
        except NotFound:
            continue
        for collection in one.collections:
            chunks = [
                chunk
                for text in collection.texts
                for chunk in await _chunks(
                    Source(one.name, text.id, text.title, text.text), settings
                )
            ]
            found |= await _measured(one, chunks, collection.wanted, encoder)
            asked = one._replace(
                measures={f"{one.name}_long_form_r1": partial(passage_within, k=1)}
            )
            found |= await _measured(asked, chunks, list(long_form_questions(chunks)), encoder)
    return found


def long_form_questions(chunks: Sequence[Found]) -> Iterator[Wanted]:
    """What a completion is for: a chunk asked for by the long form of an abbreviation it uses.

    Made from the chunk: the long form, and the words on both sides of the abbreviation.
    """
    for one in chunks:
        for short, long in one.glosses:
            match = re.search(rf"\b{re.escape(short)}\b", one.original)
            if match is None or long.casefold() in one.original.casefold():
                continue
            before = content_words(one.original[: match.start()])[-BESIDE:]
            after = content_words(one.original[match.end() :])[:BESIDE]
            question = " ".join([*before, long, *after])
            yield Wanted(question, one.piece.text_id, {}, (one.piece,))


def content_words(text: str) -> list[str]:
    """The words of a text that are no stop words, as they stand."""
    return [word for word in words(text) if word not in STOP_WORDS]


async def _chunks(source: Source, settings: Settings) -> list[Found]:
    document = await Building(settings).complete(source)
    if document is None:
        return []
    places = locate(document.units, source.text)
    return [_found(document, at, places) for at in range(len(document.chunks))]


def _found(document: Completed, at: int, places: Sequence[tuple[int, int]]) -> Found:
    chunk = document.chunks[at]
    spans = places[chunk.first : chunk.stop]
    original = document.original(chunk)
    inserted = document.inserted(chunk)
    path = document.units[chunk.first].heading_path
    return Found(
        Piece(document.source.id, spans[0][0], max(end for _, end in spans)),
        "\n".join((document.source.title, *path)),
        original,
        completed_text(original, inserted),
        tuple((m["short"], m["long"]) for one in inserted if (m := GLOSS.fullmatch(one.text))),
    )


async def _measured(
    one: RetrievalSet, chunks: Sequence[Found], wanted: Sequence[Wanted], encoder: Encoder
) -> dict[str, Estimate]:
    figures: dict[str, Estimate] = {}
    if not wanted:
        return figures
    rankings = {
        "words": {text: _by_words(chunks, wanted, text) for text in ("original", "completed")}
    }
    if one.name in WITH_VECTORS:
        rankings["vectors"] = await _by_vectors(one.name, chunks, wanted, encoder)
    for way, by_text in rankings.items():
        for name, measure in one.measures.items():
            columns = {
                text: [
                    measure(want, [chunks[at].piece for at in ranked])
                    for want, ranked in zip(wanted, ranking, strict=True)
                ]
                for text, ranking in by_text.items()
            }
            figures |= differing(f"{name}_{way}", columns, [want.group for want in wanted])
    return figures


def differing(
    name: str, columns: Mapping[str, Sequence[float]], groups: Sequence[str]
) -> dict[str, Estimate]:
    """Both means in percent, and the paired difference."""
    figures = {
        f"{name}_{text}": bootstrap(np.mean, groups, column).in_percent()
        for text, column in columns.items()
    }
    gains = np.subtract(columns["completed"], columns["original"])
    figures[f"{name}_completed_vs_original"] = bootstrap(np.mean, groups, gains).in_percent()
    return figures


def _by_words(chunks: Sequence[Found], wanted: Sequence[Wanted], text: str) -> list[list[int]]:
    index = Bm25([term_counts(f"{one.head}\n{getattr(one, text)}") for one in chunks])
    return [index.top(term_counts(want.question), LIMIT) for want in wanted]


async def _by_vectors(
    name: str, chunks: Sequence[Found], wanted: Sequence[Wanted], encoder: Encoder
) -> dict[str, list[list[int]]]:
    asked = await encoded(encoder, [want.question for want in wanted], f"{name}, questions")
    rankings = {}
    for text in TEXTS:
        rows = await encoded(encoder, [getattr(one, text) for one in chunks], f"{name}, {text}")
        rankings[text] = [_nearest(rows, vector) for vector in asked]
    return rankings


def _nearest(rows: Rows, vector: Rows) -> list[int]:
    order = np.argsort(-(rows @ vector), kind="stable")[:LIMIT]
    return [int(at) for at in order]
