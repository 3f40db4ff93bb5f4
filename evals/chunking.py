"""Every cut by what a ranking finds in its chunks: same questions, same ranking, same context.

The default cut has the product's size band; the others are brought to its number of chunks in each
document. All chunks of all documents are ranked together.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from pydantic import JsonValue

from core.settings import Settings
from evals.chunking_data import Question, Text, read
from evals.chunking_ranking import Chunks, Scores, score_all
from evals.comparing import compared
from tools.cuts import CUTS, Cut, Material, cut_into
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.layout import SizeBand
from tools.rows import DenseRows
from tools.tfidf import unit_vectors

BASELINE = "fixed"
TOLERANCE = 0.005
"""Share of the chunks by which a cut may miss the default's number."""


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics by cut, with paired differences; intervals over questions."""
    return asyncio.run(_evaluate(data, part))


async def _evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    settings = Settings()
    band = SizeBand(settings.chunk_target_characters, settings.chunk_max_characters)
    encoder = configured_encoder(settings)
    return await measure(encoder, *read(data, part), band)


async def measure(
    encoder: Encoder, texts: Sequence[Text], questions: Sequence[Question], band: SizeBand
) -> dict[str, JsonValue]:
    """The report of every cut."""
    materials = [await _material(encoder, text) for text in texts]
    default = next(iter(CUTS.values()))
    counts = [len(default(one, band)) for one in materials]
    scores: dict[str, list[Scores]] = {}
    table: list[JsonValue] = []
    for name, cut in CUTS.items():
        print(f"cutting and ranking: {name} …", file=sys.stderr, flush=True)
        chunks = _cut(cut, texts, materials, counts, band)
        scores[name] = await score_all(encoder, chunks, questions)
        table += _rows(name, chunks, questions, scores[name])
    notes: list[JsonValue] = [
        "intervals are over questions, which come from "
        f"{len(texts)} documents: they are optimistic for other documents"
    ]
    return {
        "encoder": encoder.id,
        "metrics": _metrics(scores),
        "table": table,
        "notes": notes,
    }


async def _material(encoder: Encoder, text: Text) -> Material:
    sentences = [unit.text for unit in text.units]
    meanings = DenseRows(await encoder.encode(sentences))
    return Material(text.units, unit_vectors(sentences), meanings)


def _cut(
    cut: Cut,
    texts: Sequence[Text],
    materials: Sequence[Material],
    counts: Sequence[int],
    band: SizeBand,
) -> Chunks:
    places: list[range] = []
    documents: list[str] = []
    said: list[str] = []
    for text, material, count in zip(texts, materials, counts, strict=True):
        starts = cut_into(cut, material, count, band.maximum, tolerance=TOLERANCE)
        for first, stop in pairwise([*starts, len(text.units)]):
            start, end = text.units[first].start, text.units[stop - 1].end
            places.append(range(text.offset + start, text.offset + end))
            documents.append(text.id)
            said.append(text.text[start:end])
    return Chunks(tuple(places), tuple(documents), tuple(said))


def _metrics(scores: Mapping[str, Sequence[Scores]]) -> dict[str, JsonValue]:
    first = next(iter(scores.values()))
    metrics: dict[str, JsonValue] = {}
    for name in first[0]:
        columns = {cut: [one[name] for one in of_cut] for cut, of_cut in scores.items()}
        figures = compared(name, columns, range(len(first)), BASELINE)
        metrics |= {label: dict(one._asdict()) for label, one in figures.items()}
    return metrics


def _rows(
    name: str, chunks: Chunks, questions: Sequence[Question], scores: Sequence[Scores]
) -> list[JsonValue]:
    """One row a document: whether all agree is worth more than the interval."""
    rows: list[JsonValue] = []
    for document in dict.fromkeys(chunks.documents):
        sizes = [len(place) for place in chunks.of(document)]
        of = [s for s, q in zip(scores, questions, strict=True) if q.document == document]
        rows.append(
            {
                "document": document,
                "cut": name,
                "chunks": len(sizes),
                "mean characters": round(sum(sizes) / len(sizes)),
                "questions": len(of),
                **{field: _mean(of, field) for field in ("recall_4000_chars", "omega")},
            }
        )
    return rows


def _mean(scores: Sequence[Scores], field: str) -> float | None:
    return round(sum(one[field] for one in scores) / len(scores), 1) if scores else None
