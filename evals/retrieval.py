"""Retrieval on public data: what the product's ranking finds, beside BM25 and vectors alone.

Texts become memories by the local engine's own code and are ranked by the product's own fusion.
Nothing is rewritten, read or selected afterwards: one search per question.
"""

import asyncio
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import JsonValue

from core.settings import Settings
from evals import retrieval_sets as sets
from evals.intervals import Estimate
from evals.retrieval_sets import RetrievalSet
from evals.retrieval_ways import WAYS, measure
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder

Reading = Callable[[Path, str], RetrievalSet]

SETS: tuple[Reading, ...] = (sets.squad, sets.covidqa, sets.cranfield, sets.locomo, sets.qmsum)


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics of the configured encoder. Raises NotFound for data that are not there."""
    return asyncio.run(measured(SETS, data, part))


async def measured(readings: Sequence[Reading], data: Path, part: str) -> dict[str, JsonValue]:
    """The report of some sets, by the configured encoder."""
    settings = Settings()
    encoder = configured_encoder(settings)
    metrics = await measure_sets(readings, encoder, data, part)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    notes = [f"{way or 'no suffix'}: {what}" for way, what in WAYS.items()]
    return {
        "model": encoder.id,
        "arms": [way or "ours" for way in WAYS],
        "metrics": {name: estimate._asdict() for name, estimate in metrics.items()},
        "notes": [*notes, f"peak memory: {peak} MB"],
    }


async def measure_sets(
    readings: Sequence[Reading], encoder: Encoder, data: Path, part: str
) -> dict[str, Estimate]:
    """One set after another, so that only one is held; vectors are kept nowhere."""
    metrics: dict[str, Estimate] = {}
    for reading in readings:
        one = reading(data, part)
        print(f"measuring {one.name} …", file=sys.stderr, flush=True)
        metrics |= await measure(one, encoder)
    return metrics
