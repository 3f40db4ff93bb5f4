"""Every cut by what a ranking finds in its chunks: same questions, same ranking, same context.

The default cut has the product's size band; the others, and other people's splitters where the
extra ``evals`` is installed, are brought to its number of chunks in each document, so that all have
its mean size. All chunks of all documents are ranked together, and equally much of each ranking is
read. Intervals are over documents, of which there are few; what differs by question is told too.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from core.settings import Settings
from evals import peers
from evals.chunking_arms import arms, cut_all
from evals.chunking_data import Question, Text, read
from evals.chunking_ranking import BUDGETS, Chunks, Scores, recall_name, score_all
from evals.comparing import compared
from evals.intervals import bootstrap
from evals.peers import Peer
from evals.sentence_vectors import SentenceEncoder
from tools.cuts import CUTS, Cut, Material
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.layout import SizeBand
from tools.rows import DenseRows
from tools.tfidf import unit_vectors

BASELINE = "fixed"

ArmScores = Mapping[str, Sequence[Scores]]
"""By arm, the default first; one row a question."""


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics by cut and peer, with paired differences; intervals over documents."""
    return asyncio.run(_evaluate(data, part))


async def _evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    settings = Settings()
    band = SizeBand(settings.chunk_target_characters, settings.chunk_max_characters)
    encoder = configured_encoder(settings)
    return await measure(encoder, *read(data, part), band, others=peers.installed())


async def measure(
    encoder: Encoder,
    texts: Sequence[Text],
    questions: Sequence[Question],
    band: SizeBand,
    *,
    cuts: Mapping[str, Cut] = CUTS,
    others: Mapping[str, Peer] = {},
) -> dict[str, JsonValue]:
    """The report of every cut and peer."""
    materials = [await _material(encoder, text) for text in texts]
    by_sentence = SentenceEncoder(encoder)
    default = next(iter(cuts.values()))
    counts = [len(default(one, band)) for one in materials]
    scores: dict[str, list[Scores]] = {}
    table: list[JsonValue] = []
    for name, arm in arms(cuts, others, peers.blocking(by_sentence)).items():
        print(f"cutting and ranking: {name} …", file=sys.stderr, flush=True)
        chunks = cut_all(arm, texts, materials, counts, band)
        scores[name] = await score_all(by_sentence, chunks, questions)
        table += _rows(name, chunks, questions, scores[name])
    absent = [name for name in peers.PEERS if name not in others]
    documents = [question.document for question in questions]
    return {
        "encoder": by_sentence.id,
        "arms": [*scores],
        "not_installed": [*absent],
        "metrics": _metrics(scores, documents),
        "curves": _curves(scores, documents),
        "by_question": _by_question(scores),
        "table": [*table, *(_absent(name) for name in absent)],
        "notes": [
            f"{len(texts)} documents are few to draw from: the intervals of metrics are rough",
            "a chunk's vector is the mean of its sentences' vectors, by length, for all alike",
        ],
    }


async def _material(encoder: Encoder, text: Text) -> Material:
    sentences = [unit.text for unit in text.units]
    meanings = DenseRows(await encoder.encode(sentences))
    return Material(text.units, unit_vectors(sentences), meanings)


def _columns(scores: ArmScores, name: str) -> dict[str, list[float]]:
    return {arm: [one[name] for one in of_arm] for arm, of_arm in scores.items()}


def _metrics(scores: ArmScores, documents: Sequence[str]) -> dict[str, JsonValue]:
    metrics: dict[str, JsonValue] = {}
    elsewhere = {recall_name(budget) for budget in BUDGETS} - {recall_name()}
    for name in next(iter(scores.values()))[0]:
        if name in elsewhere:
            continue
        figures = compared(name, _columns(scores, name), documents, BASELINE)
        metrics |= {label: dict(one._asdict()) for label, one in figures.items()}
    return metrics


def _curves(scores: ArmScores, documents: Sequence[str]) -> dict[str, JsonValue]:
    """Recall of each arm by characters of context: budget, value, low, high."""
    return {
        arm: [
            [budget, *bootstrap(np.mean, documents, column)[:3]]
            for budget in BUDGETS
            for column in [[one[recall_name(budget)] for one in of_arm]]
        ]
        for arm, of_arm in scores.items()
    }


def _by_question(scores: ArmScores) -> list[JsonValue]:
    """Recall of the default less each arm's, drawn by question: optimistic for other documents."""
    default, *others = scores
    columns = _columns(scores, recall_name())
    rows: list[JsonValue] = []
    for arm in others:
        gap = np.subtract(columns[default], columns[arm])
        value, low, high, n = bootstrap(np.mean, range(len(gap)), gap)
        figures = {"by question": round(value, 1), "low": round(low, 1), "high": round(high, 1)}
        rows.append({"metric": recall_name(), "of": default, "less": arm, **figures, "n": n})
    return rows


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
                "cut": name,
                "document": document,
                "chunks": len(sizes),
                "mean characters": round(np.mean(sizes)),
                "deviation": round(np.std(sizes)),
                "questions": len(of),
                **{field: _mean(of, field) for field in (recall_name(), "omega")},
            }
        )
    return rows


def _absent(name: str) -> JsonValue:
    return {"cut": name, "document": "not installed"}


def _mean(scores: Sequence[Scores], field: str) -> float | None:
    return round(sum(one[field] for one in scores) / len(scores), 1) if scores else None
