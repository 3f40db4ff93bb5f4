"""Every cut against topics that are known, each asked for the same number of chunks.

How many topics a document has is told to all; where they change is what is measured. All obey one
size band, whose bounds are multiples of the document's mean topic.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import JsonValue

from core.settings import Settings
from evals import peers
from evals.comparing import Columns, compared
from evals.intervals import Estimate
from evals.measures import pk, window_diff
from evals.segmentation_choice import chosen, figures
from evals.segmentation_data import SETS, Gold, read_sets
from evals.sentence_vectors import SentenceEncoder
from tools.cuts import CUTS, INTENT_CUTS, Cut, Material, cut_into
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.rows import DenseRows
from tools.tfidf import unit_vectors

BASELINE = "fixed"
WIDEST = 4
"""Mean topics in the longest chunk that is allowed."""


class Scores(NamedTuple):
    """Of one cut of one document."""

    windowdiff: float
    pk: float
    boundary_f1: float
    """Of a hundred; a boundary counts where it is exact."""
    excess: int
    """Chunks more than asked for; negative: fewer."""


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics by set and cut, with paired differences; intervals over documents."""
    return asyncio.run(_evaluate(data, part))


async def _evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    settings = Settings()
    encoder = configured_encoder(settings)
    sets = read_sets(data, part)
    theirs = peers.unit_cuts(peers.blocking(SentenceEncoder(encoder)))
    report = await measure(encoder, sets, {**CUTS, **theirs})
    absent = sorted(SETS - sets.keys())
    said = f"not measured, for their files are not there: {', '.join(absent)}"
    return {**report, "absent": [*absent], "notes": [*report["notes"], *([said] if absent else [])]}


async def measure(
    encoder: Encoder, sets: Mapping[str, Sequence[Gold]], cuts: Mapping[str, Cut] = CUTS
) -> dict[str, Any]:
    """The report of every cut on every set."""
    metrics: dict[str, JsonValue] = {}
    table: list[JsonValue] = []
    notes: list[JsonValue] = []
    for name, documents in sets.items():
        print(f"cutting {name}: {len(documents)} documents …", file=sys.stderr, flush=True)
        scores, picks = await _of_set(encoder, documents, cuts)
        found = _figures(name, scores) | figures(name, _columns(scores, "windowdiff"), picks)
        metrics |= {label: dict(one._asdict()) for label, one in found.items()}
        table += [_row(name, cut, of_cut) for cut, of_cut in scores.items()]
        notes += _misses(name, scores)
    return {
        "encoder": encoder.id,
        "arms": [*cuts],
        "not_installed": [name for name in peers.PEERS if name not in cuts],
        "metrics": metrics,
        "table": table,
        "notes": notes,
    }


async def _of_set(
    encoder: Encoder, documents: Sequence[Gold], cuts: Mapping[str, Cut]
) -> tuple[dict[str, list[Scores]], list[dict[str, str]]]:
    """Scores by cut, and which of our cuts each rule would choose, document by document."""
    asked = all(gold.questions for gold in documents)
    wanted = {**cuts, **(INTENT_CUTS if asked else {})}
    scores: dict[str, list[Scores]] = {name: [] for name in wanted}
    picks: list[dict[str, str]] = []
    for gold in documents:
        material = await _material(encoder, gold)
        found = {name: starts_of(gold, cut, material) for name, cut in wanted.items()}
        for name, starts in found.items():
            scores[name].append(judged(gold, starts))
        ours = {name: found[name] for name in cuts if name in CUTS}
        picks.append(chosen(material, ours))
    return scores, picks


async def _material(encoder: Encoder, gold: Gold) -> Material:
    texts = [unit.text for unit in gold.units]
    meanings = DenseRows(await encoder.encode(texts))
    questions = DenseRows(await encoder.encode(gold.questions)) if gold.questions else None
    return Material(gold.units, unit_vectors(texts), meanings, questions=questions)


def score(gold: Gold, cut: Cut, material: Material) -> Scores:
    """One cut of one document into as many chunks as it has topics."""
    return judged(gold, starts_of(gold, cut, material))


def starts_of(gold: Gold, cut: Cut, material: Material) -> tuple[int, ...]:
    """First units of as many chunks as the document has topics."""
    count = len(gold.boundaries) + 1
    maximum = max(1, int(WIDEST * gold.units[-1].end / count))
    return cut_into(cut, material, count, maximum)


def judged(gold: Gold, starts: Sequence[int]) -> Scores:
    """A cut beside the topics that are known."""
    found = starts[1:]
    sides = (gold.boundaries, found)
    return Scores(
        window_diff(*sides, len(gold.units)),
        pk(*sides, len(gold.units)),
        100 * boundary_f1(*sides),
        len(found) - len(gold.boundaries),
    )


def boundary_f1(gold: Sequence[int], found: Sequence[int]) -> float:
    """F1 of the boundaries that are exact; 1 where neither side has any."""
    wanted, given = set(gold), set(found)
    both = len(wanted) + len(given)
    return 2 * len(wanted & given) / both if both else 1.0


def _figures(name: str, scores: Mapping[str, Sequence[Scores]]) -> dict[str, Estimate]:
    documents = range(len(next(iter(scores.values()))))
    figures: dict[str, Estimate] = {}
    for measure_name in ("windowdiff", "pk", "boundary_f1"):
        columns = _columns(scores, measure_name)
        figures |= compared(f"{measure_name}_{name}", columns, documents, BASELINE)
    return figures


def _columns(scores: Mapping[str, Sequence[Scores]], field: str) -> Columns:
    return {cut: [getattr(one, field) for one in of_cut] for cut, of_cut in scores.items()}


def _row(name: str, cut: str, of_cut: Sequence[Scores]) -> JsonValue:
    count = len(of_cut)
    means = {
        field: round(sum(getattr(one, field) for one in of_cut) / count, digits)
        for field, digits in (("windowdiff", 3), ("pk", 3), ("boundary_f1", 1))
    }
    return {"set": name, "documents": count, "cut": cut, **means}


def _misses(name: str, scores: Mapping[str, Sequence[Scores]]) -> Iterator[str]:
    """A cut that did not give the count it was asked for is compared at another one."""
    for cut, of_cut in scores.items():
        off = [one.excess for one in of_cut if one.excess]
        if off:
            yield (
                f"{name}: {cut} gave another count than asked for in {len(off)} of {len(of_cut)} "
                f"documents, by {min(off):+d} to {max(off):+d}"
            )
