"""SQuAD: the best span of each paragraph, and whether it should be given at all."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.answer_texts import best_of, exact_match, token_f1
from evals.intervals import Estimate, bootstrap
from evals.measures import expected_calibration_error, reliability
from evals.section import Section
from evals.squad import NAME, Asked, read_asked
from tools.reader import Reader, Reading

ANSWERS = "answer_verification"
"""Candidate answers to the same questions, and so the same gold answers."""


class _Trial(NamedTuple):
    """A question and what the reader made of its paragraph."""

    asked: Asked
    reading: Reading

    @property
    def best(self) -> str:
        """The best span, however unlikely; "" where the paragraph has none."""
        return self.reading.spans[0].text if self.reading.spans else ""

    @property
    def abstains(self) -> bool:
        return not self.reading.answers

    @property
    def given(self) -> str:
        """The answer of a reader that may abstain."""
        return "" if self.abstains else self.best


async def measure(reader: Reader, data: Path, part: str) -> Section:
    """Exact match and F1, of the best span and with abstaining; intervals over articles."""
    trials = [
        _Trial(asked, (await reader.read(asked.question, [asked.paragraph]))[0])
        for asked in read_asked(data, part)
    ]
    chances = [trial.reading.answerable for trial in trials]
    has_answer = [bool(trial.asked.gold) for trial in trials]
    documents = [trial.asked.document for trial in trials]
    error = bootstrap(expected_calibration_error, documents, chances, has_answer)
    return Section(
        data=(NAME, ANSWERS),
        metrics=_scores(trials) | {"calibration_error": error},
        reliability={"answerable": reliability(chances, has_answer)},
        notes=(),
    )


def _scores(trials: list[_Trial]) -> dict[str, Estimate]:
    answerable = [trial for trial in trials if trial.asked.gold]
    unanswerable = [trial for trial in trials if not trial.asked.gold]
    scores: dict[str, tuple[list[_Trial], Callable[[_Trial], float]]] = {
        "answerable_em": (answerable, lambda t: best_of(exact_match, t.best, t.asked.gold)),
        "answerable_f1": (answerable, lambda t: best_of(token_f1, t.best, t.asked.gold)),
        "all_em": (trials, lambda t: best_of(exact_match, t.given, t.asked.gold)),
        "all_f1": (trials, lambda t: best_of(token_f1, t.given, t.asked.gold)),
        "abstain_unanswerable": (unanswerable, lambda t: float(t.abstains)),
        "answered_answerable": (answerable, lambda t: float(not t.abstains)),
    }
    return {name: _share(of, score) for name, (of, score) in scores.items() if of}


def _share(trials: list[_Trial], score: Callable[[_Trial], float]) -> Estimate:
    documents = [trial.asked.document for trial in trials]
    return bootstrap(np.mean, documents, [score(trial) for trial in trials]).in_percent()
