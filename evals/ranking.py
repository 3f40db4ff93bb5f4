"""Sentence ranking: right candidates before wrong ones, beside BM25 over the same candidates."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evals.data import Row, read_rows
from evals.intervals import Estimate, bootstrap
from evals.measures import (
    average_precision,
    expected_calibration_error,
    reciprocal_rank,
    reliability,
)
from evals.section import Section
from tools.bm25 import Bm25
from tools.lexical import term_counts
from tools.reader import Reader

NAME = "sentence_ranking"
CALIBRATED_ON = "selqa"
"""The source whose candidates are as many and as mixed as those that an answer chooses from."""


class _Ranked(NamedTuple):
    """The candidates of one question: scores in their original order."""

    labels: list[int]
    chances: tuple[float, ...]
    lexical: list[float]
    group: str
    """Its article where that is known: questions about one article are not independent."""


async def measure(reader: Reader, data: Path, part: str) -> list[Section]:
    """Mean average precision by source; intervals over articles or questions.

    A question counts when it has a right and a wrong candidate: any order of the others is as good.
    Candidates of equal score keep their order.
    """
    sources: dict[str, list[Row]] = {}
    for row in read_rows(data, NAME, part):
        sources.setdefault(row["source"], []).append(row)
    sections = []
    for source, of_source in sorted(sources.items()):
        ranked = [await _rank(reader, row) for row in of_source if _is_mixed(row)]
        left_out = _left_out(source, len(of_source) - len(ranked), len(of_source))
        sections.append(_by_reader(source, ranked, tuple(left_out)))
        sections.append(_by_words(source, ranked))
    return sections


def _is_mixed(row: Row) -> bool:
    return 0 < sum(row["labels"]) < len(row["labels"])


def _by_reader(source: str, ranked: Sequence[_Ranked], notes: tuple[str, ...]) -> Section:
    orders = [_in_order(one.labels, one.chances) for one in ranked]
    groups = [one.group for one in ranked]
    is_calibrated = source == CALIBRATED_ON and bool(ranked)
    return Section(
        data=(NAME, f"{NAME}.{source}"),
        metrics={
            **_mean(f"map_{source}", map(average_precision, orders), groups),
            **_mean(f"mrr_{source}", map(reciprocal_rank, orders), groups),
            **(_calibration(ranked) if is_calibrated else {}),
        },
        reliability={"relevance": reliability(*_pooled(ranked))} if is_calibrated else {},
        notes=notes,
    )


def _by_words(source: str, ranked: Sequence[_Ranked]) -> Section:
    """The baseline, which no model can have spoiled by seeing the data."""
    orders = [_in_order(one.labels, one.lexical) for one in ranked]
    groups = [one.group for one in ranked]
    return Section((), _mean(f"map_{source}_bm25", map(average_precision, orders), groups), {}, ())


async def _rank(reader: Reader, row: Row) -> _Ranked:
    candidates = row["candidates"]
    lexical = Bm25([term_counts(text) for text in candidates]).scores(term_counts(row["question"]))
    chances = await reader.rank(row["question"], candidates)
    group = row.get("article") or row["question"]
    return _Ranked(row["labels"], chances, lexical.tolist(), group)


def _in_order(labels: Sequence[int], scores: Sequence[float]) -> list[int]:
    """The labels, best score first."""
    return [labels[place] for place in np.argsort(-np.asarray(scores), kind="stable")]


def _mean(name: str, values: Iterable[float], groups: Sequence[str]) -> dict[str, Estimate]:
    """Over questions, under its name; nothing where there are none."""
    column = list(values)
    if not column:
        return {}
    return {name: bootstrap(np.mean, groups, column).in_percent()}


def _calibration(ranked: Sequence[_Ranked]) -> dict[str, Estimate]:
    groups = [one.group for one in ranked for _ in one.labels]
    error = bootstrap(expected_calibration_error, groups, *_pooled(ranked))
    return {"calibration_error_relevance": error}


def _pooled(ranked: Sequence[_Ranked]) -> tuple[list[float], list[int]]:
    """Chances and labels of all candidates."""
    chances = [chance for one in ranked for chance in one.chances]
    return chances, [label for one in ranked for label in one.labels]


def _left_out(source: str, count: int, of: int) -> Iterator[str]:
    if count:
        yield f"{source}: {count} of {of} questions left out, all their candidates have one label"
