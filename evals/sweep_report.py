"""Figures of a sweep, by setting. Pure."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from core.schemas.answer import Answer
from evals.answer_metrics import Six
from evals.intervals import Estimate, bootstrap
from evals.poison_cases import Case
from evals.sweep_settings import Setting, name_of


class Trial(NamedTuple):
    """One question, answered with one setting."""

    case: Case
    answer: Answer
    seconds: float
    f1: float
    """Silence is right where nothing answers, and worth nothing elsewhere."""
    six: Six | None
    """Of what was answered and is answerable."""


def report(found: Mapping[Setting, Sequence[Trial]]) -> dict[str, JsonValue]:
    """Pure: a row for each setting, and the figures of each with intervals."""
    named = {name_of(setting): trials for setting, trials in found.items()}
    metrics: dict[str, JsonValue] = {
        f"{measure}_{name}": dict(one._asdict())
        for name, trials in named.items()
        for measure, one in figures(trials).items()
    }
    return {
        "arms": list(named),
        "metrics": metrics,
        "table": [{"setting": name, **_row(trials)} for name, trials in named.items()],
        "notes": [
            "four training articles; one setting differs from the product's at a time",
            "the six metrics are means over what was answered and is answerable, in percent",
        ],
    }


def figures(trials: Sequence[Trial]) -> dict[str, Estimate]:
    """F1 over all questions, silence of both kinds, and the six metrics, over questions."""
    wanted = [one for one in trials if one.case.right]
    others = [one for one in trials if not one.case.right]
    columns: dict[str, list[float]] = {
        "f1": [one.f1 for one in trials],
        "abstained_answerable": [float(is_silent(one)) for one in wanted],
        "abstained_unanswerable": [float(is_silent(one)) for one in others],
    }
    six = [one.six for one in wanted if one.six is not None]
    columns |= {name: [one[at] for one in six] for at, name in enumerate(Six._fields)}
    return {
        name: bootstrap(np.mean, range(len(column)), column).in_percent()
        for name, column in columns.items()
        if column
    }


def is_silent(trial: Trial) -> bool:
    """Whether nothing was said."""
    return trial.answer.outcome == "abstained"


def _row(trials: Sequence[Trial]) -> dict[str, JsonValue]:
    seconds = fmean(one.seconds for one in trials)
    shown = {name: f"{one.value:.1f}" for name, one in figures(trials).items()}
    return {"seconds": f"{seconds:.2f}", **shown}
