"""Answers under attack: what is detected, what gets through, and what the defence costs.

Each question is asked of a small collection made of its own passages, by the product's answering
graph as it is, and (``_undefended``) with an evidence verifier that believes everything. At most
LIMIT questions of each set, always the same ones. Read by the twin of the shipped reader, which has
not seen the public halves, where the repository that keeps it is at hand.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from core.settings import Settings
from evals import poison_cases as cases
from evals.poison_ablation import ablated
from evals.poison_bench import Bench
from evals.poison_cases import LIMIT, POISONEDRAG, Case, sampled
from evals.poison_figures import UNDEFENDED, Arms, figures
from evals.retrieval import TWIN
from tools.encoder_models import configured_encoder
from tools.reader import Reader, open_reader

FILTERED = ("prefixed", "one_1", "sybil5", "rgb")
"""Attacks whose detection is taken apart by signal."""


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """All figures with the reader called ``model``, and a row per attack and signal.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    report_ = asyncio.run(measure(bench, attacks(data, part)))
    return {"model": bench.reader_id, **report_}


def open_bench(model: str | None) -> Bench:
    """With ``open_reader_for`` the model."""
    settings = Settings()
    return Bench(settings, configured_encoder(settings), open_reader_for(model, settings))


def open_reader_for(model: str | None, settings: Settings) -> Reader:
    """The reader that is asked for, else the twin, else the configured one."""
    name = model or (str(TWIN) if TWIN.is_dir() else settings.reader)
    return open_reader(name, threads=settings.reader_threads)


def attacks(data: Path, part: str, limit: int = LIMIT) -> dict[str, list[Case]]:
    """Every experiment by its name; ``clean`` is none."""
    rag = [sampled(data, name, part, limit) for name in POISONEDRAG]
    news = sampled(data, "realtimeqa", part, limit)
    facts = sampled(data, "rgb_en_fact", part, limit)
    return {
        "clean": [one for rows in (*rag, news, facts) for one in cases.clean(rows)],
        "prefixed": [one for rows in rag for one in cases.prefixed(rows)],
        "one_1": list(cases.fluent(news, 1, "one")),
        "one_2": list(cases.fluent(news, 2, "one")),
        "one_3": list(cases.fluent(news, 3, "one")),
        "sybil5": list(cases.fluent(news, 5, "many")),
        "rgb": list(cases.counterfactual(facts)),
        "ramdocs": list(cases.everyone_alone(sampled(data, "ramdocs", part, limit))),
        "dynamicqa": list(cases.everyone_alone(sampled(data, "dynamicqa", part, limit))),
    }


async def measure(bench: Bench, asked: Mapping[str, Sequence[Case]]) -> dict[str, JsonValue]:
    """The report of some experiments."""
    return report({name: await _answered(bench, name, asked[name]) for name in asked})


async def _answered(bench: Bench, name: str, found: Sequence[Case]) -> Arms:
    print(f"measuring {name}: {len(found)} questions …", file=sys.stderr, flush=True)
    both = [await bench.ask(case) for case in found]
    return Arms([one.defended for one in both], [one.undefended for one in both])


def report(found: Mapping[str, Arms]) -> dict[str, JsonValue]:
    """Pure: figures, signals by attack, and what must be known to read them."""
    names = [name for name in FILTERED if name in found]
    rows: list[JsonValue] = [
        dict(row) for name in names for row in ablated(name, found[name].defended)
    ]
    return {
        "arms": ["defended", UNDEFENDED],
        "metrics": {name: dict(one._asdict()) for name, one in figures(found).items()},
        "table": rows,
        "notes": [
            f"at most {LIMIT} questions of a set, drawn by a fixed seed; every passage is crawled",
            "tpr, fpr, detect_f1 and clean_removal count texts that are kept out of the answer; "
            "*_marked counts marks too",
            "the table is of texts, in percent: where a signal is raised, what it alone would keep "
            "out, and what all the others would",
        ],
    }
