"""Strategies of selection side by side, on training articles: nothing here is reported on.

The folder of training files is the data (`--data ../shared/data/train`). Each question is asked of
all the articles together, in one round, by the product's graph with each strategy in turn. The
questions are of four articles that the twin of the shipped reader has not seen.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
from pydantic import JsonValue

from agents.selector.local import LocalSelector
from evals.data import Row, read_rows
from evals.intervals import Estimate, bootstrap
from evals.one_collection import SOURCE, figures, measure, shown
from evals.poison import open_bench
from evals.poison_cases import Case, Passage
from tools.selecting import Limits, Option, Strategy
from tools.set_search import EVERY_STRATEGY

UNSEEN = ("Force", "Kenya", "Sky_(United_Kingdom)", "Scottish_Parliament")
QUESTIONS, SEED = 60, 5
BASELINE = "elbow"


class Counting:
    """Another strategy, and how much it keeps."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self.kept: list[int] = []
        self.characters: list[int] = []

    def __call__(self, options: Sequence[Option], limits: Limits) -> tuple[UUID, ...]:
        """The same choice."""
        kept = self._strategy(options, limits)
        self.kept.append(len(kept))
        self.characters.append(sum(one.characters for one in options if one.key in kept))
        return kept


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Figures of every strategy, read by the reader called ``model``; there is but one part.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    counting = {name: Counting(one) for name, one in EVERY_STRATEGY.items()}
    arms = {
        name: {
            "selector": LocalSelector(bench.reader, bench.encoder, strategy),
            "max_rounds": 1,
        }
        for name, strategy in counting.items()
    }
    trials = asyncio.run(measure(bench, cases(data), arms))
    metrics = figures("selection", trials, BASELINE) | dict(_kept(counting))
    return {
        "model": bench.reader_id,
        "arms": list(arms),
        "metrics": {name: dict(one._asdict()) for name, one in metrics.items()},
        "answers": shown(trials),
    }


def _kept(counting: dict[str, Counting]) -> Iterator[tuple[str, Estimate]]:
    for name, one in counting.items():
        for label, column in (("kept", one.kept), ("characters", one.characters)):
            yield f"selection_{label}_{name}", bootstrap(np.mean, range(len(column)), column)


def cases(data: Path) -> list[Case]:
    """Some answerable questions, each over all the articles."""
    rows = list(read_rows(data, "extractive_qa", "squad_dev20articles"))
    passages = tuple(
        Passage(title, title.replace("_", " "), "\n\n".join(paragraphs), SOURCE)
        for title, paragraphs in _articles(rows).items()
    )
    asked = [row for row in rows if row["title"] in UNSEEN and row["answerable"]]
    drawn = random.Random(SEED).sample(asked, min(QUESTIONS, len(asked)))
    return [Case(row["id"], row["question"], tuple(row["answers"]), (), passages) for row in drawn]


def _articles(rows: Sequence[Row]) -> dict[str, dict[str, None]]:
    """The paragraphs of each article, in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        found.setdefault(row["title"], {})[row["context"]] = None
    return found
