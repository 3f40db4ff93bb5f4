"""Fits what the local agents weigh the reader's scores with, and where they draw their lines.

    python -m training.fit_mixes --data ../shared/data [--reader FOLDER] [--threads 2]

Looks at the validation articles alone, which shaped no weights of the reader. The figures are of
each article by constants fitted on the others; the constants to paste are fitted on all. What the
answerer sees depends on the selector's constants: paste, and run again until they stand.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from agents.answer_verifier.rules import context_of
from agents.answerer.local import Measured, ranked
from core.settings import Settings
from tools.encoder_models import open_encoder
from tools.matching import Mix
from tools.reader import Trial, open_reader
from training.logistic import Row, fit_mix
from training.mix_cases import Bench, Case, build_articles
from training.splits import VALIDATION_ARTICLES

ANSWERABLE_KEPT = 0.98
"""Share of the answerable questions whose best candidate must stay over the relevance floor."""
FLOORS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
ACCEPTED = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
WHOLE = ("cosine", "coverage", "context", "type_hit", "prior")
PASSAGE = (*WHOLE, "relevant", "answerable")
UNIT = (*PASSAGE, "behind")


class Best(NamedTuple):
    """The unit that would be sent, and what decides whether it is."""

    case: Case
    right: bool
    relevance: float
    score: float
    accepted: float


class Lines(NamedTuple):
    """What a unit and its short answer must reach."""

    floor: float
    accepted: float


class Constants(NamedTuple):
    """What is pasted into the agents."""

    relevance: Mix
    relevance_floor: float
    short: Mix
    short_lines: Lines
    whole: Mix
    whole_floor: float


async def fit(bench: Bench, cases: Sequence[Case]) -> Constants:
    """All constants from these cases."""
    units = unit_rows(cases)
    relevance = fit_mix(passage_rows(cases), PASSAGE)
    short, whole = fit_mix(units, UNIT), fit_mix(units, WHOLE)
    floor = relevance_floor(cases, relevance)
    lines = [Lines(*pair) for pair in product(FLOORS, ACCEPTED)]
    best = await best_units(bench, cases, relevance, short)
    by_words = await best_units(bench, cases, relevance, whole)
    unchecked = [Lines(line, 0.0) for line in FLOORS]
    return Constants(
        relevance,
        floor,
        short,
        max(lines, key=lambda pair: (worth(outcomes(best, floor, pair)), -sum(pair))),
        whole,
        max(unchecked, key=lambda pair: (worth(outcomes(by_words, floor, pair)), -sum(pair))).floor,
    )


def passage_rows(cases: Sequence[Case]) -> list[Row]:
    """Every candidate that was read, and whether it holds the answer."""
    memories = {key: item.memory for case in cases for key, item in case.pool.items()}
    return [
        Row(seen.measures, case.has_answer_in(memories[key].version_id, memories[key].span))
        for case in cases
        for key, seen in case.seen.items()
    ]


def unit_rows(cases: Sequence[Case]) -> list[Row]:
    """Every unit that was packed, and whether it holds the answer."""
    return [Row(item.seen, is_right(case, item)) for case in cases for item in case.units]


def is_right(case: Case, item: Measured) -> bool:
    """Whether the unit holds an answer."""
    return case.has_answer_in(item.passage.evidence.memory.version_id, item.unit.span)


def relevance_floor(cases: Sequence[Case], mix: Mix) -> float:
    """The best candidate of almost every answerable question lies over it."""
    best = [best_relevance(case, mix) for case in cases if case.question.gold]
    return round(float(np.quantile(best, 1 - ANSWERABLE_KEPT)), 3)


def best_relevance(case: Case, mix: Mix) -> float:
    """Of the candidate that seems most relevant."""
    return max((mix.probability(seen.measures) for seen in case.seen.values()), default=0.0)


async def best_units(bench: Bench, cases: Sequence[Case], relevance: Mix, mix: Mix) -> list[Best]:
    """For each case the unit a mix puts first, and whether its short answer would be accepted."""
    found = []
    for case in cases:
        units = ranked(case.units, mix, short=True)
        chance, right = 0.0, False
        if units and units[0].answer:
            answer, memory = units[0].answer, units[0].passage.evidence.memory
            context = context_of(await bench.text(memory.version_id), answer.span)
            trial = Trial(case.question.text, answer.text, context)
            (chance,) = await bench.reader.accept([trial])
            right = case.has_answer_in(memory.version_id, units[0].unit.span)
        score = units[0].score if units else 0.0
        found.append(Best(case, right, best_relevance(case, relevance), score, chance))
    return found


class Outcome(NamedTuple):
    """What became of one question."""

    kind: str
    sent: bool
    good: bool
    """The right sentence where there is one, silence where not."""


def outcomes(best: Sequence[Best], relevance_floor: float, lines: Lines) -> list[Outcome]:
    """What would become of each question."""
    found = []
    for item in best:
        sent = (
            item.relevance >= relevance_floor
            and item.score >= lines.floor
            and item.accepted >= lines.accepted
        )
        question = item.case.question
        found.append(
            Outcome(question.kind, sent, item.right and sent if question.gold else not sent)
        )
    return found


def as_it_is(case: Case) -> Outcome:
    """What did become of a question, with the constants in use."""
    question, sent = case.question, case.answer.outcome != "abstained"
    right = any(case.has_answer_in(c.version_id, c.source_span) for c in case.answer.citations)
    return Outcome(question.kind, sent, right if question.gold else not sent)


def worth(found: Sequence[Outcome]) -> float:
    """Right sentences and right silence count alike, however many questions there are of each."""
    good = {kind: fmean(rates) for kind, rates in _by_kind(found).items()}
    answers = fmean(rate for kind, rate in good.items() if kind in {"own", "all"})
    silence = fmean(rate for kind, rate in good.items() if kind not in {"own", "all"})
    return (answers + silence) / 2


def _by_kind(found: Sequence[Outcome]) -> dict[str, list[bool]]:
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for item in found:
        by_kind[item.kind].append(item.good)
    return by_kind


def show(title: str, found: Sequence[Outcome]) -> None:
    """One line per kind of question."""
    print(f"\n{title}: worth {worth(found):.3f}")
    for kind, good in _by_kind(found).items():
        sent = fmean(item.sent for item in found if item.kind == kind)
        print(
            f"  {kind:13} n {len(good):4}  answered {sent:6.1%}  as it should be {fmean(good):6.1%}"
        )


def show_constants(found: Constants) -> None:
    """To paste."""
    print(f"\nagents/selector/local.py     RELEVANCE = {found.relevance}")
    print(f"core/sufficiency.py          RELEVANCE_FLOOR = {found.relevance_floor}")
    print(
        f"agents/answerer/local.py     SHORT = Standard({found.short}, {found.short_lines.floor})"
    )
    print(f"                             WHOLE = Standard({found.whole}, {found.whole_floor})")
    print(f"agents/answer_verifier/rules.py  ACCEPTED = {found.short_lines.accepted}")


async def across_articles(bench: Bench, cases: Sequence[Case]) -> list[Outcome]:
    """Each article by constants fitted on the others."""
    found: list[Outcome] = []
    for title in VALIDATION_ARTICLES:
        constants = await fit(bench, [case for case in cases if case.question.article != title])
        kept_aside = [case for case in cases if case.question.article == title]
        best = await best_units(bench, kept_aside, constants.relevance, constants.short)
        found += outcomes(best, constants.relevance_floor, constants.short_lines)
    return found


async def run(data: Path, reader: str, threads: int, seed: int) -> None:
    """Build, ask, fit, and print."""
    settings = Settings(_env_file=None)
    encoder = open_encoder(settings.encoder, settings.data_dir / "encoders", threads=threads)
    bench = Bench(encoder, open_reader(reader, threads=threads))
    questions = await build_articles(bench, data, seed)
    cases = [case for case in [await bench.ask(q) for q in questions] if case.is_simple]
    show("The constants in use", [as_it_is(case) for case in cases])
    show("Each article by constants fitted on the others", await across_articles(bench, cases))
    show_constants(await fit(bench, cases))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default="shipped")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(run(given.data, given.reader, given.threads, given.seed))


if __name__ == "__main__":
    main()
