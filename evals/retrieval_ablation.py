"""What each piece of the ranking is worth, on training texts: the folder of ``train`` is the data.

The arms are paired question by question with what is taken, and with it without neighbours.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from core.schemas.memory import LAYERS
from core.settings import Settings
from evals import retrieval_training as training
from evals.comparing import compared
from evals.intervals import Estimate
from evals.retrieval_arms import ARMS, make_bench
from evals.retrieval_index import build, encoded
from evals.retrieval_sets import RetrievalSet
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder

SETS = (training.articles, training.meetings, training.sessions)
BASELINE = "alone"


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics of every arm; the part is that of the training files, whatever is asked.

    Raises NotFound for data that are not there.
    """
    encoder = configured_encoder(Settings())
    metrics = asyncio.run(measure_sets(encoder, data))
    return {
        "model": encoder.id,
        "arms": list(ARMS),
        "metrics": {name: estimate._asdict() for name, estimate in metrics.items()},
        "notes": [f"{arm}: {what}" for arm, what in ARMS.items()],
    }


async def measure_sets(encoder: Encoder, data: Path) -> dict[str, Estimate]:
    """One set after another, so that only one is held."""
    metrics: dict[str, Estimate] = {}
    for reading in SETS:
        one = reading(data)
        print(f"measuring {one.name} …", file=sys.stderr, flush=True)
        metrics |= dict(await measure(one, encoder))
    return metrics


async def measure(one: RetrievalSet, encoder: Encoder) -> Iterator[tuple[str, Estimate]]:
    """Every metric of the set for every arm, in percent."""
    columns: dict[str, dict[str, list[float]]] = {
        name: {arm: [] for arm in ARMS} for name in one.measures
    }
    groups: list[str] = []
    for collection in one.collections:
        index = await build(collection.texts, encoder, one.name, LAYERS)
        bench = await make_bench(index, index.vectors["chunk"], encoder, one.name)
        asked = [wanted.question for wanted in collection.wanted]
        vectors = await encoded(encoder, asked, f"{one.name}, questions")
        for wanted, vector in zip(collection.wanted, vectors, strict=True):
            groups.append(wanted.group)
            for arm, ranked in bench.ranked(wanted.question, vector).items():
                pieces = [placed.piece for placed in ranked]
                for name, of_ranking in one.measures.items():
                    columns[name][arm].append(of_ranking(wanted, pieces))
    return (
        (label, estimate.in_percent())
        for name, arms in columns.items()
        for label, estimate in compared(name, arms, groups, BASELINE).items()
    )
