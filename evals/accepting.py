"""Candidate answers of published systems: does the reader tell right ones from others?"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import InvalidRequest
from evals.data import Row, read_rows
from evals.intervals import Estimate, bootstrap
from evals.measures import expected_calibration_error, reliability, roc_auc
from evals.section import Section
from evals.squad import NAME as SQUAD
from tools.reader import Reader, Trial

NAME = "answer_verification"
SAMPLE = 2_500
"""Rows of one kind that are taken at most: more cost minutes and hardly move an interval."""
SEED = 3

_Chances = Sequence[float]
_Rows = Sequence[Row]


async def measure(reader: Reader, data: Path, part: str) -> Section:
    """Area under the ROC curve, for answers and for abstentions; intervals over articles."""
    rows = list(read_rows(data, NAME, part))
    answers = [row for row in rows if row["candidate"]]
    abstentions = [row for row in rows if not row["candidate"]]
    tried, silent = _sampled(answers), _sampled(abstentions)
    weighed = [await _weighed(reader, row) for row in tried]
    chances = [0.0 if chance is None else chance for chance in weighed]
    return Section(
        data=(NAME, SQUAD),
        metrics=_of_answers(tried, chances) | await _of_abstentions(reader, silent),
        reliability={"accept": reliability(chances, _is_correct(tried))} if tried else {},
        notes=(
            *_sample_note("answers", tried, answers),
            *_sample_note("abstentions", silent, abstentions),
            *_refusal_note(weighed.count(None)),
        ),
    )


def _sampled(rows: _Rows) -> _Rows:
    if len(rows) <= SAMPLE:
        return rows
    kept = sorted(random.Random(SEED).sample(range(len(rows)), SAMPLE))
    return [rows[place] for place in kept]


async def _weighed(reader: Reader, row: Row) -> float | None:
    """The chance that a candidate is right; None where the reader refuses it as too long."""
    try:
        (chance,) = await reader.accept([Trial(row["question"], row["candidate"], row["context"])])
    except InvalidRequest:
        return None
    return chance


def _sample_note(kind: str, taken: _Rows, whole: _Rows) -> Iterator[str]:
    if len(taken) < len(whole):
        yield f"accept: {len(taken):,} of {len(whole):,} {kind}, drawn with a fixed seed"


def _refusal_note(count: int) -> Iterator[str]:
    if count:
        yield f"accept: answers too long to be weighed: {count}, counted as rejected"


def _of_answers(rows: _Rows, chances: _Chances) -> dict[str, Estimate]:
    """Correct answers against the rest, with and without those that are half right."""
    if not rows:
        return {}
    clear = [place for place, row in enumerate(rows) if row["label"] != "partial"]
    clear_rows, clear_chances = [rows[p] for p in clear], [chances[p] for p in clear]
    metrics = {
        "accept_auc": _auc(rows, chances),
        "calibration_error_accept": bootstrap(
            expected_calibration_error, _groups(rows), chances, _is_correct(rows)
        ),
    }
    if clear:
        metrics["accept_auc_without_partial"] = _auc(clear_rows, clear_chances)
    return metrics


async def _of_abstentions(reader: Reader, rows: _Rows) -> dict[str, Estimate]:
    """Giving no answer is right where the paragraph has none."""
    if not rows:
        return {}
    chances = [
        1 - reading.answerable
        for row in rows
        for reading in await reader.read(row["question"], [row["context"]])
    ]
    return {"accept_auc_abstentions": _auc(rows, chances)}


def _auc(rows: _Rows, chances: _Chances) -> Estimate:
    return bootstrap(roc_auc, _groups(rows), chances, _is_correct(rows)).in_percent()


def _groups(rows: _Rows) -> list[str]:
    return [row["group"] for row in rows]


def _is_correct(rows: _Rows) -> list[bool]:
    return [row["label"] == "correct" for row in rows]
