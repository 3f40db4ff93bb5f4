"""Retrieval on public data: what the product's ranking finds, beside BM25 and vectors alone.

Texts become memories by the local engine's own code and are ranked by the product's own code: one
request per question, nothing rewritten or selected. For some questions the first of each ranking
are read too, as the answering graph does: by the twin of the shipped reader, which has not seen the
public halves, where the repository that keeps it is at hand.
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
from evals.retrieval_ways import READ, WAYS, measure
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.ranking import READ_LIMIT
from tools.reader import Reader, open_reader

Reading = Callable[[Path, str], RetrievalSet]

TWIN = Path(__file__).parent.parent / "training" / "twin"

SETS: tuple[Reading, ...] = (
    sets.squad,
    sets.covidqa,
    sets.cranfield,
    sets.locomo,
    sets.qmsum,
    sets.financebench,
)


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Metrics of the configured encoder, and on some questions of the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    return asyncio.run(_evaluate(data, part, model))


async def _evaluate(data: Path, part: str, model: str | None) -> dict[str, JsonValue]:
    settings = Settings()
    encoder = configured_encoder(settings)
    reader = _reader(model, settings.reader_threads)
    metrics = await measure_sets(SETS, encoder, data, part, reader)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    notes = [f"{way or 'no suffix'}: {what}" for way, what in WAYS.items()]
    if reader:
        notes.append(f"{READ}: ours, the first {READ_LIMIT} read by {reader.id}")
    return {
        "model": encoder.id,
        "arms": [way or "ours" for way in WAYS],
        "metrics": {name: estimate._asdict() for name, estimate in metrics.items()},
        "notes": [*notes, f"peak memory: {peak} MB"],
    }


def _reader(model: str | None, threads: int) -> Reader | None:
    named = model or (str(TWIN) if TWIN.is_dir() else None)
    return open_reader(named, threads=threads) if named else None


async def measure_sets(
    readings: Sequence[Reading],
    encoder: Encoder,
    data: Path,
    part: str,
    reader: Reader | None = None,
) -> dict[str, Estimate]:
    """One set after another, so that only one is held; vectors are kept nowhere."""
    metrics: dict[str, Estimate] = {}
    for reading in readings:
        one = reading(data, part)
        print(f"measuring {one.name} …", file=sys.stderr, flush=True)
        metrics |= await measure(one, encoder, reader)
    return metrics
