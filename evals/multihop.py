"""Questions that no single paragraph answers: how much of their evidence is found.

Nothing is read and nothing is asked of a language model: names in the question lead to memories
about them, names in those to others, and one search fills what is left. The answering graph
follows chains of questions that its planner takes apart in hops; of others it finds the way
``search``.
"""

import asyncio
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from core.settings import Settings
from evals import retrieval_sets as sets
from evals.intervals import Estimate, bootstrap
from evals.multihop_network import Remembering
from evals.multihop_titles import measure_titles
from evals.multihop_ways import BASELINE, CHAINS, WAYS, arms
from evals.retrieval_index import build, encoded
from evals.retrieval_sets import RetrievalSet
from evals.retrieval_ways import Values, suffixed, word_index
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder

SETS: tuple[Callable[[Path, str], RetrievalSet], ...] = (sets.two_wiki, sets.musique, sets.hotpot)


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics of the configured encoder. Raises NotFound for data that are not there."""
    encoder = configured_encoder(Settings())
    metrics = asyncio.run(measure_sets(encoder, data, part))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    notes = [f"{way or 'no suffix'}: {what}" for way, what in WAYS.items()]
    notes.append("slugs, untitled: the first way where documents are called like files, or nothing")
    return {
        "model": encoder.id,
        "arms": [way or "chains" for way in WAYS],
        "metrics": {name: estimate._asdict() for name, estimate in metrics.items()},
        "notes": [*notes, f"peak memory: {peak} MB"],
    }


async def measure_sets(encoder: Encoder, data: Path, part: str) -> dict[str, Estimate]:
    """One set after another, so that only one is held."""
    metrics: dict[str, Estimate] = {}
    for reading in SETS:
        one = reading(data, part)
        print(f"measuring {one.name} …", file=sys.stderr, flush=True)
        remembering = Remembering(encoder)
        metrics |= await measure(one, remembering)
        metrics |= await measure_titles(one, remembering)
    return metrics


async def measure(one: RetrievalSet, encoder: Encoder) -> dict[str, Estimate]:
    """Every metric of the set in every way, and how far each is above one search."""
    values: Values = {name: {way: [] for way in WAYS} for name in one.measures}
    groups: list[str] = []
    for collection in one.collections:
        index = await build(collection.texts, encoder, one.name)
        ways = arms(index, word_index(one, collection.texts), encoder)
        asked = [wanted.question for wanted in collection.wanted]
        vectors = await encoded(encoder, asked, f"{one.name}, questions asked")
        for wanted, vector in zip(collection.wanted, vectors, strict=True):
            rankings = await ways.ranked(wanted.question, vector)
            groups.append(wanted.group)
            for name, of_ranking in one.measures.items():
                for way, ranked in rankings.items():
                    values[name][way].append(of_ranking(wanted, ranked))
    return dict(_estimates(values, groups))


def _estimates(values: Values, groups: list[str]) -> Iterator[tuple[str, Estimate]]:
    """In percent; the differences are paired, question by question."""
    for name, ways in values.items():
        for way, column in ways.items():
            yield suffixed(name, way), bootstrap(np.mean, groups, column).in_percent()
            if way != BASELINE:
                gains = np.subtract(column, ways[BASELINE])
                label = suffixed(name, way)
                yield f"{label}_over_{BASELINE}", bootstrap(np.mean, groups, gains).in_percent()
        gains = np.subtract(ways[CHAINS], ways["bm25"])
        yield f"{name}_over_bm25", bootstrap(np.mean, groups, gains).in_percent()
