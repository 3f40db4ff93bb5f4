"""Claims against evidence: supported, refuted or neither, by source of the pairs."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from evals.data import Row, read_rows
from evals.intervals import Estimate, bootstrap
from evals.measures import expected_calibration_error, macro_f1, reliability
from evals.section import Section
from tools.reader import Judgement, Pair, Reader

NAME = "verification_pairs"
LABELS = Judgement._fields
FOLDED = {"partial": "neutral"}
"""Evidence for a part of a claim does not decide about the claim."""


class _Judged(NamedTuple):
    label: int
    """Place in LABELS."""
    judgement: Judgement
    group: str


async def measure(reader: Reader, data: Path, part: str) -> list[Section]:
    """Macro F1 by source, calibration over all of them; intervals over groups of pairs."""
    sources: dict[str, list[Row]] = {}
    for row in read_rows(data, NAME, part):
        sources.setdefault(row["source"], []).append(row)
    judged = {source: await _judge(reader, rows) for source, rows in sorted(sources.items())}
    sections = [
        Section(_data(source), {f"macro_f1_{source}": _macro_f1(rows)}, {}, ())
        for source, rows in judged.items()
    ]
    return [*sections, _calibration(judged)] if judged else []


async def _judge(reader: Reader, rows: Sequence[Row]) -> list[_Judged]:
    judgements = await reader.judge([Pair(row["claim"], row["evidence"]) for row in rows])
    return [
        _Judged(LABELS.index(FOLDED.get(row["label"], row["label"])), judgement, row["group"])
        for row, judgement in zip(rows, judgements, strict=True)
    ]


def _macro_f1(judged: Sequence[_Judged]) -> Estimate:
    """The decision is the likeliest of the labels that this source uses at all."""
    used = sorted({one.label for one in judged})
    gold = [one.label for one in judged]
    found = [max(used, key=one.judgement.__getitem__) for one in judged]
    return bootstrap(macro_f1, [one.group for one in judged], gold, found).in_percent()


def _calibration(judged: dict[str, list[_Judged]]) -> Section:
    """How likely the likeliest of the three labels was said to be, and how often it is right."""
    rows = [one for source in judged.values() for one in source]
    chances = [max(one.judgement) for one in rows]
    outcomes = [one.judgement[one.label] == max(one.judgement) for one in rows]
    error = bootstrap(expected_calibration_error, [one.group for one in rows], chances, outcomes)
    return Section(
        data=tuple({name: None for source in judged for name in _data(source)}),
        metrics={"calibration_error_verdict": error},
        reliability={"verdict": reliability(chances, outcomes)},
        notes=(),
    )


def _data(source: str) -> tuple[str, str]:
    return NAME, f"{NAME}.{source}"
