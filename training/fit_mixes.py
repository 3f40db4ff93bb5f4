"""Fits what the local agents weigh the reader's scores with, and where they draw their lines.

    python -m training.fit_mixes --data ../shared/data [--reader FOLDER] [--questions 24]

Looks at the validation articles, which shaped no weights of the reader, and at invented tables. The
figures are of each fold, an article and two tables, by constants fitted on the other folds; the
constants to paste are fitted on all. What the answerer sees depends on the selector's constants:
paste, and run again until they stand. With few questions it only shows that it runs.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from agents.answer_verifier.rules import Belief, chance_of, context_of
from agents.answerer.local import Measured, ranked
from core.settings import Settings
from tools.encoder_models import configured_encoder
from tools.matching import Mix
from tools.reader import Trial, open_reader
from training.logistic import Row, fit_mix
from training.mix_cases import Bench, Case, seen_cases
from training.mix_documents import articles, command_line
from training.mix_tables import tables
from training.splits import each_fold

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


async def fit(bench: Bench, cases: Sequence[Case], *, reader: bool = True) -> Constants:
    """All constants from these cases, with the reader's scores or by words and vectors alone."""
    units = unit_rows(cases)
    relevance = fit_mix(passage_rows(cases), PASSAGE if reader else WHOLE)
    short, whole = fit_mix(units, UNIT if reader else WHOLE), fit_mix(units, WHOLE)
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
            (accepted,) = await bench.reader.accept([trial])
            (relevant,) = await bench.reader.rank(trial.question, [trial.passage])
            chance = chance_of(Belief(accepted, relevant))
            right = case.has_answer_in(memory.version_id, units[0].unit.span)
        score = units[0].score if units else 0.0
        found.append(Best(case, right, best_relevance(case, relevance), score, chance))
    return found


class Outcome(NamedTuple):
    """What became of one question."""

    kind: str
    """Form of the document and kind of question."""
    answerable: bool
    sent: bool
    good: bool
    """The right sentence where there is one, silence where not."""


def outcome(case: Case, *, sent: bool, right: bool) -> Outcome:
    """What an answer, or silence, is for a question."""
    question, answerable = case.question, bool(case.question.gold)
    kind = f"{question.document.form}, {question.kind}"
    return Outcome(kind, answerable, sent, right and sent if answerable else not sent)


def outcomes(best: Sequence[Best], relevance_floor: float, lines: Lines) -> list[Outcome]:
    """What would become of each question."""
    found = []
    for item in best:
        sent = (
            item.relevance >= relevance_floor
            and item.score >= lines.floor
            and item.accepted >= lines.accepted
        )
        found.append(outcome(item.case, sent=sent, right=item.right))
    return found


def as_it_is(case: Case) -> Outcome:
    """What did become of a question, with the constants in use."""
    right = any(case.has_answer_in(c.version_id, c.source_span) for c in case.answer.citations)
    return outcome(case, sent=case.answer.outcome != "abstained", right=right)


def worth(found: Sequence[Outcome]) -> float:
    """Right sentences and right silence count alike, however many questions there are of a kind."""
    kinds = _by_kind(found).values()
    good = [(kind[0].answerable, fmean(item.good for item in kind)) for kind in kinds]
    answers = fmean(share for answerable, share in good if answerable)
    silence = fmean(share for answerable, share in good if not answerable)
    return (answers + silence) / 2


def _by_kind(found: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for item in found:
        by_kind[item.kind].append(item)
    return by_kind


def show(title: str, found: Sequence[Outcome]) -> None:
    """One line per kind of question."""
    print(f"\n{title}: worth {worth(found):.3f}")
    for kind, items in sorted(_by_kind(found).items()):
        sent, good = fmean(item.sent for item in items), fmean(item.good for item in items)
        print(f"  {kind:20} n {len(items):4}  answered {sent:6.1%}  as it should be {good:6.1%}")


def show_constants(found: Constants) -> None:
    """To paste."""
    print(f"\nagents/selector/local.py     RELEVANCE = {found.relevance}")
    print(f"core/sufficiency.py          RELEVANCE_FLOOR = {found.relevance_floor}")
    print(
        f"agents/answerer/local.py     SHORT = Standard({found.short}, {found.short_lines.floor})"
    )
    print(f"                             WHOLE = Standard({found.whole}, {found.whole_floor})")
    print(f"agents/answer_verifier/rules.py  ACCEPTED = {found.short_lines.accepted}")


async def across_folds(bench: Bench, cases: Sequence[Case], *, reader: bool) -> list[Outcome]:
    """Each fold by constants fitted on the others; the sentence that is put first decides."""
    found: list[Outcome] = []
    for aside, others in each_fold(cases, lambda case: case.question.document.fold):
        constants = await fit(bench, others, reader=reader)
        best = await best_units(bench, aside, constants.relevance, constants.short)
        found += outcomes(best, constants.relevance_floor, constants.short_lines)
    return found


async def run(data: Path, reader: str, threads: int, seed: int, questions: int) -> None:
    """Build, ask, fit, and print."""
    settings = Settings(_env_file=None)
    encoder = configured_encoder(settings, threads=threads)
    bench = Bench(settings, encoder, open_reader(reader, threads=threads))
    cases = await seen_cases(bench, [*articles(data), *tables()], questions, seed)
    show("The constants in use, any citation right", [as_it_is(case) for case in cases])
    for name, with_reader in (("words and vectors", False), ("the reader's scores too", True)):
        title = f"Each fold by constants fitted on the others, {name}"
        show(title, await across_folds(bench, cases, reader=with_reader))
    show_constants(await fit(bench, cases))


def main() -> None:
    """Read the command line."""
    given = command_line(__doc__)
    asyncio.run(run(given.data, given.reader, given.threads, given.seed, given.questions))


if __name__ == "__main__":
    main()
