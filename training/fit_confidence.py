"""Fits how likely an answer is right to what it rests on, and says how well that holds elsewhere.

    python -m training.fit_confidence --data ../shared/data [--reader FOLDER] [--questions 24]

The product answers questions about the validation articles, which shaped no weights of the reader,
and about articles that are missing. An answer is right when its text has all words of a gold
answer; to a question without one every answer is wrong. The errors are those of each article by a
line fitted on the others; the constants to paste into ``graphs/answering/confidence.py`` are fitted
on all.
"""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.schemas.answer import Grounds
from core.schemas.evidence import Budget
from core.settings import Settings
from evals.answers_scores import token_recall
from evals.measures import expected_calibration_error, reliability, roc_auc
from graphs.answering.confidence import confidence_of, log_odds
from tools.encoder_models import configured_encoder
from tools.reader import open_reader
from training.logistic import newton
from training.mix_cases import Bench, Case, seen_cases
from training.mix_documents import articles, command_line
from training.splits import each_fold

Line = NDArray[np.float64]


class Said(NamedTuple):
    """One answer that was given."""

    fold: int
    grounds: Grounds
    right: bool


def inputs_of(said: Sequence[Said]) -> NDArray[np.float64]:
    """One row for each answer: a one for the bias, and what the confidence rests on."""
    return np.array(
        [
            [1.0, log_odds(one.grounds.strength), one.grounds.relevance, one.grounds.rounds - 1]
            for one in said
        ]
    )


def fit(said: Sequence[Said]) -> Line:
    """Bias and weights, by penalised logistic regression."""
    return newton(inputs_of(said), np.array([one.right for one in said], float))


def chances(line: Line, said: Sequence[Said]) -> NDArray[np.float64]:
    """What the line makes of answers."""
    odds: NDArray[np.float64] = 1 / (1 + np.exp(-inputs_of(said) @ line))
    return odds


def across_folds(said: Sequence[Said]) -> tuple[list[float], list[bool]]:
    """Each article's chances by the line of the others, beside what was right."""
    told: list[float] = []
    right: list[bool] = []
    for own, others in each_fold(said, lambda one: one.fold):
        told += chances(fit(others), own).tolist()
        right += [one.right for one in own]
    return told, right


async def said_by(bench: Bench, cases: Iterable[Case]) -> list[Said]:
    """The answers that were given, and whether each is right."""
    return [
        Said(case.question.document.fold, case.answer.grounds, await _is_right(bench, case))
        for case in cases
        if case.answer.grounds is not None
    ]


async def _is_right(bench: Bench, case: Case) -> bool:
    if not case.question.gold or case.version_id is None:
        return False
    text = await bench.text(case.version_id)
    golds = [span.of(text) for span in case.question.gold]
    return any(token_recall(case.answer.text, gold) == 1.0 for gold in golds)


def show(name: str, told: Sequence[float], right: Sequence[bool]) -> None:
    """Calibration error, area under the curve, and the reliability table."""
    error, area = expected_calibration_error(told, right), roc_auc(told, right)
    print(f"{name}: {len(right)} answers, {np.mean(right):.3f} right")
    print(f"  calibration error {error:.3f}, area under the curve {area:.3f}")
    for row in reliability(told, right):
        print(f"  {row}")


async def run(data: Path, reader: str, threads: int, seed: int, questions: int) -> None:
    """Build, ask, fit, and print."""
    settings = Settings(_env_file=None)
    encoder = configured_encoder(settings, threads=threads)
    bench = Bench(settings, encoder, open_reader(reader, threads=threads), Budget())
    cases = await seen_cases(bench, list(articles(data)), questions, seed)
    said = await said_by(bench, cases)
    right = [one.right for one in said]
    print(f"{len(cases)} questions, {len(said)} answers")
    show("The strength alone", [one.grounds.strength for one in said], right)
    show("The constants in use", [confidence_of(one.grounds) for one in said], right)
    show("Each article by a line fitted on the others", *across_folds(said))
    bias, strength, relevance, later = (round(float(weight), 3) for weight in fit(said))
    print(f"BIAS, STRENGTH, RELEVANCE, LATER = {bias}, {strength}, {relevance}, {later}")


def main() -> None:
    """Read the command line."""
    given = command_line(__doc__)
    asyncio.run(run(given.data, given.reader, given.threads, given.seed, given.questions))


if __name__ == "__main__":
    main()
