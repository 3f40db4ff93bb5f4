"""Fits what soft signals weigh, and says whether that tells lies better than the table in use.

    python -m training.fit_signals --data ../shared/data [--reader FOLDER] [--questions 90]

Questions are asked in one round; every candidate of the first verdict is a row, a lie or not, with
the strongest signal of each kind and its witnesses. Who has a hard signal is out anyway and no row.
The figures of the fitted weights are of each fold of questions by weights of the others. Trust is
the same for all candidates, so its weight in ``tools/evidence_signals.py`` is not fitted.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.evidence_verifier.assessing import EXCLUDE
from agents.evidence_verifier.local import LocalEvidenceVerifier
from core.schemas.evidence import Assessment, EvidenceVerdict, SignalCode
from core.settings import Settings
from evals.intervals import bootstrap
from evals.measures import roc_auc
from evals.poison_bench import Asked, Bench, Watched
from evals.poison_cases import Case
from evals.poison_verdicts import CODES, is_kept_out, still_standing, witnesses_of
from tools.encoder_models import configured_encoder
from tools.reader import open_reader
from training.logistic import newton
from training.signal_cases import cases
from training.splits import each_fold

FOLDS = 5
FEWEST = 5
"""Rows that must have a signal, or its weight is that of a handful of texts."""

Line = NDArray[np.float64]


class Judged(NamedTuple):
    """One candidate of one question without a hard signal."""

    question: int
    poison: bool
    risk: float
    """By the table in use."""
    values: dict[SignalCode, float]
    """The strongest signal of each kind."""
    witnesses: int
    standing: bool
    """Its claim leads or has not lost: whatever the risk, it is only marked."""
    kept_out: bool
    """By the verdict, votes included."""


def judged_of(question: int, asked: Asked) -> list[Judged]:
    """The candidates of the first verdict that soft signals decide about."""
    poisoned = {passage.id for passage in asked.case.passages if passage.poisoned}
    lies = {memory.id for name in poisoned for memory in asked.memories.get(name, ())}
    standing = still_standing(asked.verdict)
    return [
        Judged(
            question,
            item.memory_id in lies,
            item.risk,
            strongest(item),
            witnesses_of(asked.verdict, item.memory_id),
            item.memory_id in standing,
            is_kept_out(item),
        )
        for item in asked.verdict.assessments
        if not any(signal.hard for signal in item.signals)
    ]


def strongest(item: Assessment) -> dict[SignalCode, float]:
    """The value of the strongest signal of each kind."""
    values: dict[SignalCode, float] = {}
    for signal in item.signals:
        values[signal.code] = max(signal.value, values.get(signal.code, 0.0))
    return values


def told(judged: Iterable[Judged]) -> list[SignalCode]:
    """The signals that enough candidates have."""
    counts = Counter(code for one in judged for code, value in one.values.items() if value > 0)
    return [code for code in CODES if counts[code] >= FEWEST]


def inputs_of(judged: Sequence[Judged], codes: Sequence[SignalCode]) -> NDArray[np.float64]:
    """One row each: a one for the bias, further witnesses as the table counts them, the signals."""
    return np.array(
        [
            [1.0, min(2, one.witnesses), *(one.values.get(code, 0.0) for code in codes)]
            for one in judged
        ]
    )


def fit(judged: Sequence[Judged], codes: Sequence[SignalCode]) -> Line:
    """Bias, support and weights, by penalised logistic regression."""
    return newton(inputs_of(judged, codes), np.array([one.poison for one in judged], float))


def risks(line: Line, judged: Sequence[Judged], codes: Sequence[SignalCode]) -> Line:
    """What the line makes of candidates."""
    found: Line = 1 / (1 + np.exp(-inputs_of(judged, codes) @ line))
    return found


def out_of_fold(judged: Sequence[Judged], codes: Sequence[SignalCode]) -> Line:
    """Each question's candidates by the line of the other folds."""
    found = np.zeros(len(judged))
    for own, others in each_fold(range(len(judged)), lambda at: judged[at].question % FOLDS):
        line = fit([judged[at] for at in others], codes)
        found[own] = risks(line, [judged[at] for at in own], codes)
    return found


def kept_out(judged: Sequence[Judged], chances: ArrayLike, line: float) -> NDArray[np.bool_]:
    """Who is out by its risk alone."""
    free = np.array([not one.standing for one in judged])
    found: NDArray[np.bool_] = (np.asarray(chances) >= line) & free
    return found


def same_cost(judged: Sequence[Judged], chances: Line, cost: int) -> float:
    """The lowest threshold by which so many clean candidates are kept out at most."""
    clean = sorted(
        (
            float(chance)
            for chance, one in zip(chances, judged, strict=True)
            if not (one.poison or one.standing)
        ),
        reverse=True,
    )
    return clean[cost] + 1e-9 if cost < len(clean) else 0.0


def show(name: str, judged: Sequence[Judged], chances: Line, line: float) -> None:
    """Area under the curve, and of lies and of clean texts those kept out, with intervals."""
    groups = np.array([one.question for one in judged])
    poison = np.array([one.poison for one in judged])
    free = np.array([not one.standing for one in judged])
    out = kept_out(judged, chances, line)
    print(f"{name}, from {line:.3f} on")
    for whose, rows in (("all", free | ~free), ("those whose claim does not stand", free)):
        area = bootstrap(roc_auc, groups[rows].tolist(), chances[rows], poison[rows])
        print(f"  area under the curve, {whose}: {area}")
    for side, rows in (("lies", poison), ("clean", ~poison)):
        share = bootstrap(np.mean, groups[rows].tolist(), out[rows]).in_percent()
        print(f"  {side} kept out, in percent: {share}")


def report(judged: Sequence[Judged]) -> None:
    """The table beside what was fitted, at the threshold in use and at the table's cost."""
    codes, table = told(judged), np.array([one.risk for one in judged])
    fitted = out_of_fold(judged, codes)
    removed = kept_out(judged, table, EXCLUDE)
    cost = sum(bool(out) and not one.poison for out, one in zip(removed, judged, strict=True))
    count(judged)
    show("The table", judged, table, EXCLUDE)
    show("Fitted on other questions", judged, fitted, EXCLUDE)
    show("The same at the table's cost", judged, fitted, same_cost(judged, fitted, cost))
    bias, support, *weights = (round(float(weight), 2) for weight in fit(judged, codes))
    print(f"bias {bias}, support {support}, {dict(zip(codes, weights, strict=True))}")


def count(judged: Sequence[Judged]) -> None:
    """What was asked, what the verdicts made of it, and who has which signal."""
    lies = [one for one in judged if one.poison]
    clean = [one for one in judged if not one.poison]
    print(f"{len(lies)} lies and {len(clean)} clean candidates; votes included, the verdicts")
    print(f"  kept out {sum(o.kept_out for o in lies)} and {sum(o.kept_out for o in clean)}")
    for code in CODES:
        having = (sum(one.values.get(code, 0.0) > 0 for one in side) for side in (lies, clean))
        print(f"  {code}: " + "{} lies, {} clean".format(*having))


async def ask(bench: Bench, case: Case) -> Asked:
    """One round of one question, and its verdict."""
    built = await bench.build(case)
    watched = Watched(LocalEvidenceVerifier(bench.reader))
    answer = await bench.answer(case, built, max_rounds=1, evidence_verifier=watched)
    verdict = next(iter(watched.verdicts), EvidenceVerdict(assessments=()))
    return Asked(case, answer, verdict, built.memories)


async def run(data: Path, reader: str, threads: int, seed: int, questions: int) -> None:
    """Ask, fit, and print."""
    settings = Settings(_env_file=None)
    encoder = configured_encoder(settings, threads=threads)
    bench = Bench(settings, encoder, open_reader(reader, threads=threads))
    judged: list[Judged] = []
    for at, case in enumerate(cases(data, questions, seed)):
        judged += judged_of(at, await ask(bench, case))
        print(f"{at + 1} of {questions} questions", file=sys.stderr, flush=True)
    report(judged)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default="shipped")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=90)
    given = parser.parse_args()
    asyncio.run(run(given.data, given.reader, given.threads, given.seed, given.questions))


if __name__ == "__main__":
    main()
