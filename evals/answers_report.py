"""The figures of answers by arm. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import JsonValue

from evals.answer_metrics import Six
from evals.answers_arms import ARMS, DEFENDED
from evals.answers_asking import Asking
from evals.answers_scores import Score, area_under_losses, coverage_rows, excess_area, short_answer
from evals.comparing import compared
from evals.intervals import Estimate, bootstrap
from evals.measures import expected_calibration_error, reliability
from evals.squad import Asked

BASELINE = "undefended"


class Trial(NamedTuple):
    """One question, what came back, and what that is worth."""

    asked: Asked
    asking: Asking
    score: Score
    six: Six | None = None
    """Of what was answered and is answerable."""

    @property
    def answered(self) -> bool:
        """Whether anything was said."""
        return not self.score.abstained


Trials = Mapping[str, Sequence[Trial]]
"""By arm, the default first; the same questions in the same order."""

Told = Callable[[Trial], float]

ANSWERABLE: Mapping[str, Told] = {
    "squad_f1_answerable": lambda one: one.score.f1,
    "squad_em_answerable": lambda one: one.score.em,
    "squad_answered_answerable": lambda one: float(one.answered),
    "squad_unsure_answerable": lambda one: one.score.unsure,
    "squad_holds_answerable": lambda one: one.score.holds,
    "squad_recall_answerable": lambda one: one.score.recall,
    "squad_sentence_f1_answerable": lambda one: one.score.sentence_f1,
}
UNANSWERABLE: Mapping[str, Told] = {
    "squad_abstain_unanswerable": lambda one: one.score.abstained,
    "squad_unsure_unanswerable": lambda one: one.score.unsure,
}
ALL: Mapping[str, Told] = {"squad_f1_all": lambda one: one.score.f1}


def report(trials: Trials, *, seen: bool = False) -> dict[str, JsonValue]:
    """Metrics, the loss by coverage of the default arm, and every answer it gave.

    ``seen``: the reader was fitted on these questions, and the figures are marked so.
    """
    ours = trials[DEFENDED]
    answers = [one for one in ours if one.answered]
    figures = (
        by_arm(trials)
        | six_metrics(trials)
        | _clean(trials)
        | _removed(ours)
        | _given(answers)
        | _timed(ours)
    )
    chances = [one.score.confidence for one in answers]
    mark = {"seen": True} if seen else {}
    right = [one.score.holds for one in answers]
    tables = {"confidence": reliability(chances, right)} if answers else {}
    return {
        "arms": list(trials),
        "metrics": {name: {**one._asdict(), **mark} for name, one in figures.items()},
        "table": list(coverage_rows(chances, _losses(answers))) if answers else [],
        "reliability": {name: [row._asdict() for row in rows] for name, rows in tables.items()},
        "notes": [*_notes(ours), *(["not held out: the reader was fitted on it"] if seen else [])],
        "answers": [_shown(one) for one in ours],
    }


def by_arm(trials: Trials) -> dict[str, Estimate]:
    """What every arm is measured by, and how far each is above the undefended one."""
    answerable = {arm: [one for one in rows if one.asked.gold] for arm, rows in trials.items()}
    others = {arm: [one for one in rows if not one.asked.gold] for arm, rows in trials.items()}
    figures: dict[str, Estimate] = {}
    for measures, rows in ((ANSWERABLE, answerable), (UNANSWERABLE, others), (ALL, trials)):
        if not rows[DEFENDED]:
            continue
        groups = _articles(rows[DEFENDED])
        for name, told in measures.items():
            columns = {arm: [told(one) for one in of] for arm, of in rows.items()}
            figures |= compared(name, columns, groups, BASELINE)
    return {name: one.in_percent() for name, one in figures.items()}


def six_metrics(trials: Trials) -> dict[str, Estimate]:
    """Their means over what each arm answered, in percent; arms answer different questions."""
    figures: dict[str, Estimate] = {}
    for arm, rows in trials.items():
        measured = [(one.asked.document, one.six) for one in rows if one.six is not None]
        articles = [article for article, _ in measured]
        for at, name in enumerate(Six._fields if measured else ()):
            label = name if arm == DEFENDED else f"{name}_{arm}"
            column = [six[at] for _, six in measured]
            figures[label] = bootstrap(np.mean, articles, column).in_percent()
    return figures


def _clean(trials: Trials) -> dict[str, Estimate]:
    """What defending costs in answers where nobody attacks: all questions are clean."""
    ours = [one for one in trials[DEFENDED] if one.asked.gold]
    given = [one.answered for one in ours]
    figures: dict[str, Estimate] = {}
    for label, arm in (("", BASELINE), ("_to_unfiltered", "unfiltered")):
        theirs = [one.answered for one in trials[arm] if one.asked.gold]
        if any(theirs):
            name = f"clean_answer_ratio{label}"
            figures[name] = bootstrap(_ratio, _articles(ours), given, theirs)
    return figures


def _removed(rows: Sequence[Trial]) -> dict[str, Estimate]:
    """The share of clean candidates that were kept out, and of those that were to speak."""
    judged, excluded, selected, muted = np.array([one.asking.removal for one in rows]).T
    pairs = {"clean_removal": (excluded, judged), "clean_removal_selected": (muted, selected)}
    articles = _articles(rows)
    return {
        name: bootstrap(_ratio, articles, out, of).in_percent() for name, (out, of) in pairs.items()
    }


def _timed(rows: Sequence[Trial]) -> dict[str, Estimate]:
    milliseconds = [1000 * one.asking.seconds for one in rows]
    return {
        f"answer_p{rank}_ms": bootstrap(_percentile(rank), _articles(rows), milliseconds)
        for rank in (50, 95)
    }


def _given(answers: Sequence[Trial]) -> dict[str, Estimate]:
    """What is told of the product's own answers."""
    if not answers:
        return {}
    articles = _articles(answers)
    cited = [(one.asked.document, stands) for one in answers for stands in one.asking.citations]
    context = [one.asking.context_characters for one in answers]
    short = [any(line.answers for line in one.asking.answer.sentences) for one in answers]
    return _trusted(answers, articles) | {
        "citations_verified": bootstrap(
            np.mean, [article for article, _ in cited], [stands for _, stands in cited]
        ).in_percent(),
        "context_chars_mean": bootstrap(np.mean, articles, context),
        "short_answer_given": bootstrap(np.mean, articles, short).in_percent(),
    }


def _trusted(answers: Sequence[Trial], articles: Sequence[str]) -> dict[str, Estimate]:
    """What confidence is worth: a loss is F1 that lacks, right is a text with a gold answer."""
    losses = _losses(answers)
    chances = [one.score.confidence for one in answers]
    right = [one.score.holds for one in answers]
    return {
        "squad_loss": bootstrap(np.mean, articles, losses).in_percent(),
        "squad_aurc": bootstrap(area_under_losses, articles, chances, losses).in_percent(),
        "squad_aurc_excess": bootstrap(excess_area, articles, chances, losses).in_percent(),
        "calibration_error": bootstrap(expected_calibration_error, articles, chances, right),
    }


def _percentile(rank: int) -> Callable[[Any], Any]:
    return lambda values: np.percentile(values, rank)


def _ratio(over: Any, under: Any) -> float:
    """0 where there is nothing to compare with."""
    return float(np.sum(over) / np.sum(under)) if np.sum(under) else 0.0


def _articles(rows: Sequence[Trial]) -> list[str]:
    return [one.asked.document for one in rows]


def _losses(rows: Sequence[Trial]) -> list[float]:
    return [1 - one.score.f1 for one in rows]


def _notes(rows: Sequence[Trial]) -> Iterator[str]:
    yield from (f"{arm}: {what}" for arm, what in ARMS.items())
    for kind, is_due in (("answerable", True), ("unanswerable", False)):
        ended = Counter(_ending(one) for one in rows if bool(one.asked.gold) is is_due)
        yield f"{kind}: {'; '.join(f'{count} {how}' for how, count in ended.most_common())}"


def _ending(one: Trial) -> str:
    """The outcome and its reason codes, without what they are about."""
    codes = dict.fromkeys(reason.partition(":")[0] for reason in one.asking.answer.reasons)
    return f"{one.asking.answer.outcome} ({', '.join(codes)})"


def _shown(one: Trial) -> dict[str, JsonValue]:
    """What went wrong can be read, and not only counted."""
    answer = one.asking.answer
    return {
        "question": one.asked.question,
        "article": one.asked.document,
        "gold": list(one.asked.gold),
        "said": short_answer(answer),
        "text": answer.text,
        "outcome": answer.outcome,
        "reasons": list(answer.reasons),
        "confidence": answer.confidence,
        "f1": one.score.f1,
        "rounds": answer.rounds,
    }
