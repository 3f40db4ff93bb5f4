"""Attacks of our own, by an attacker who knows how the filter works: what gets through.

Seven kinds of texts on the same questions, each asked of a small collection of clean passages and
the attacker's, by the product's own answering graph, and without a defence. Nothing of the product
was fitted on them.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from evals.adaptive_attacks import KINDS, attacks, targets
from evals.adaptive_figures import figures, rows
from evals.poison import open_bench
from evals.poison_bench import Bench, Both
from evals.poison_cases import Case
from evals.poison_figures import UNDEFENDED, Arms


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """What came of each kind of attack, read by the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    asked = [attacks(target) for target in targets(data, part)]
    by_kind = {kind: [cases[kind] for cases in asked] for kind in KINDS}
    return {"model": bench.reader_id, **asyncio.run(measure(bench, by_kind))}


async def measure(bench: Bench, asked: Mapping[str, Sequence[Case]]) -> dict[str, JsonValue]:
    """The report of some attacks by kind."""
    found = {kind: await _answered(bench, kind, cases) for kind, cases in asked.items()}
    return {
        "arms": ["defended", UNDEFENDED],
        "metrics": {name: dict(one._asdict()) for name, one in figures(found).items()},
        "table": [dict(row) for row in rows(found)],
        "notes": [
            f"{sum(map(len, asked.values()))} attacks; every passage is crawled, and all but "
            "many_names come from one principal",
            "told: the attacker's answer without a conflict (plainly: with the outcome answered); "
            "noticed: a conflict, or a lie kept out or in disagreement",
        ],
    }


async def _answered(bench: Bench, kind: str, cases: Sequence[Case]) -> Arms:
    print(f"measuring {kind}: {len(cases)} questions …", file=sys.stderr, flush=True)
    both: list[Both] = [await bench.ask(case) for case in cases]
    return Arms([one.defended for one in both], [one.undefended for one in both])
