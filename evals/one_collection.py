"""Many questions over one collection in memory, asked of arms of the product's own graph."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import JsonValue

from core.schemas.answer import Answer
from core.schemas.document import Source
from evals.answers_scores import Score, score, short_answer
from evals.comparing import compared
from evals.intervals import Estimate
from evals.poison import open_bench
from evals.poison_bench import Bench
from evals.poison_cases import Case

SOURCE = Source(principal="eval", origin="eval", trust="owner")

Arms = Mapping[str, Mapping[str, Any]]
"""What differs from the product in each arm, as ``Bench.answer`` takes it; the product first."""


class Trial(NamedTuple):
    """One question, answered by one arm."""

    case: Case
    answer: Answer
    score: Score


Trials = Mapping[str, Sequence[Trial]]
"""By arm; the same questions in the same order."""

MEASURES: Mapping[str, Callable[[Trial], float]] = {
    "f1": lambda one: one.score.f1,
    "correct": lambda one: one.score.holds,
    "abstained": lambda one: one.score.abstained,
}
"""F1 of the first short answer; whether the text has all words of a gold answer; silence."""


def reported(
    name: str, model: str | None, cases: Sequence[Case], arms: Arms, baseline: str
) -> dict[str, JsonValue]:
    """What a suite writes: ``figures`` of all arms, read by the reader called ``model``.

    Raises ConfigurationError for a model that is none.
    """
    bench = open_bench(model)
    trials = asyncio.run(measure(bench, cases, arms))
    metrics = figures(name, trials, baseline)
    return {
        "model": bench.reader_id,
        "arms": list(arms),
        "metrics": {label: dict(one._asdict()) for label, one in metrics.items()},
        "answers": shown(trials),
    }


async def measure(bench: Bench, cases: Sequence[Case], arms: Arms) -> Trials:
    """The texts of the first case are built; each arm asks every question of them."""
    built = await bench.build(cases[0])
    trials: dict[str, list[Trial]] = {arm: [] for arm in arms}
    for case in cases:
        print(f"asking {case.id} …", file=sys.stderr, flush=True)
        for arm, kept in trials.items():
            answer = await bench.answer(case, built, **arms[arm])
            kept.append(Trial(case, answer, score(answer, case.right)))
    return trials


def figures(name: str, trials: Trials, baseline: str) -> dict[str, Estimate]:
    """``name_MEASURE`` of each arm in percent, and how far each is from the baseline."""
    groups = [one.case.id for one in next(iter(trials.values()))]
    return {
        label: estimate.in_percent()
        for measure, told in MEASURES.items()
        for label, estimate in compared(
            f"{name}_{measure}",
            {arm: [told(one) for one in rows] for arm, rows in trials.items()},
            groups,
            baseline,
        ).items()
    }


def shown(trials: Trials) -> list[JsonValue]:
    """Every answer of the first arm, to be read."""
    return [
        {
            "question": one.case.question,
            "gold": list(one.case.right),
            "said": short_answer(one.answer),
            "text": one.answer.text,
            "outcome": one.answer.outcome,
            "reasons": list(one.answer.reasons),
            "tried": [tried.request.text for tried in one.answer.tried],
        }
        for one in next(iter(trials.values()))
    ]
