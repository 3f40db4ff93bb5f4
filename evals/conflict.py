"""Texts that disagree, and texts that only seem to: what the product notices and how it tells.

Each question is asked of a small collection, by the product's own answering graph as it is, and
(``_undefended``) with an evidence verifier that believes everything. Some are asked once more with
the same texts handed in in another order, which must change nothing.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from evals.conflict_cases import LIMIT, cases_of, shuffled
from evals.conflict_figures import figures
from evals.poison import open_bench
from evals.poison_bench import Asked, Bench
from evals.poison_cases import Case
from evals.poison_figures import UNDEFENDED, Arms

AGAIN = 4
"""Questions of each kind that are asked in another order too."""


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """All figures with the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    return {"model": bench.reader_id, **asyncio.run(measure(bench, cases_of(data, part)))}


async def measure(bench: Bench, asked: Mapping[str, Sequence[Case]]) -> dict[str, JsonValue]:
    """The report of some kinds of questions."""
    found: dict[str, Arms] = {}
    again: dict[str, list[Asked]] = {}
    for kind, cases in asked.items():
        print(f"measuring {kind}: {len(cases)} questions …", file=sys.stderr, flush=True)
        both = [await bench.ask(case) for case in cases]
        found[kind] = Arms([one.defended for one in both], [one.undefended for one in both])
        again[kind] = [await bench.ask_defended(shuffled(case)) for case in cases[:AGAIN]]
    metrics = figures(found, again)
    return {
        "arms": ["defended", UNDEFENDED],
        "metrics": {name: dict(one._asdict()) for name, one in metrics.items()},
        "notes": [
            f"at most {LIMIT} questions of a kind, drawn by a fixed seed; every text is a source "
            "of its own, and crawled; uploaded where one updates another",
            "noticed: a conflict or an edited copy is signalled, or the outcome is a conflict; "
            "reported: the outcome is one, and names no ambiguity as its reason",
            f"shuffled: {AGAIN} questions of each kind, the same texts in another order",
        ],
    }
