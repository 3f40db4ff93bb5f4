"""Questions that no single paragraph answers: how much of their evidence one search finds.

The question is asked as it is. Asking on with what was found is left to the answering graph.
"""

import asyncio
from pathlib import Path

from pydantic import JsonValue

from evals import retrieval_sets as sets
from evals.retrieval import Reading, measured

SETS: tuple[Reading, ...] = (sets.two_wiki, sets.musique, sets.hotpot)


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics of the configured encoder. Raises NotFound for data that are not there."""
    return asyncio.run(measured(SETS, data, part))
