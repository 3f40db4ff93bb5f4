"""Summaries beside those that authors and annotators wrote: PEPs, papers on COVID, meetings.

The text begins after the written abstract. The baseline is the text's beginning, of the same
length; a summary that is no nearer to the written one than that has earned nothing.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from core.schemas.document import Unit
from evals.data import read_rows
from evals.intervals import Estimate, bootstrap
from evals.retrieval_memories import Text
from tools.layout import SizeBand
from tools.lexical import content_terms, stem, words
from tools.loaders import LoadLimits, load
from tools.overlap import lcs_length
from tools.segmentation import cohesion
from tools.summaries import BUDGET, LONG, summarise
from tools.tfidf import unit_vectors

_PEP = re.compile(r"\nAbstract\n[=~-]+\n(?P<said>.+?)\n\n(?=[^\n]+\n[=~-]{4,}\n)", re.DOTALL)
_PAPER = re.compile(r"\n\s*Abstract: (?P<said>.+?)\n\n\s*Text: ", re.DOTALL)
_MEETING = re.compile(r"summari[sz]e the (?:whole|entire) meeting", re.IGNORECASE)
_BAND = SizeBand(900, 2_000)
_SHORTEST = 200
"""Characters of a written summary that is worth comparing with."""

Chosen = Callable[[Sequence[Unit]], Sequence[Unit]]


class Written(NamedTuple):
    """A text without its summary, and the summary that a person wrote."""

    text: Text
    summary: str


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """ROUGE of ours and of the beginning; no model. Raises NotFound for data that are not there."""
    metrics: dict[str, Estimate] = {}
    for name, written in {
        "pep": reported_peps(data, part),
        "covidqa": papers(data, part),
        "qmsum": meetings(data, part),
    }.items():
        metrics |= measured(name, list(written))
    return {"metrics": {name: estimate._asdict() for name, estimate in metrics.items()}}


def measured(name: str, written: Sequence[Written]) -> dict[str, Estimate]:
    """Scores of both, and the paired difference, of texts that are long enough for a summary."""
    columns: defaultdict[str, list[float]] = defaultdict(list)
    for one in written:
        units = load(one.text.text.encode(), "document.txt", LoadLimits()).units
        if units[-1].end - units[0].start < LONG:
            continue
        ours, first = (
            rouge(" ".join(unit.text for unit in chosen), one.summary)
            for chosen in (_ours(units), lead(units))
        )
        for measure, score in ours.items():
            columns[measure].append(score)
            columns[f"{measure}_lead"].append(first[measure])
            columns[f"{measure}_over_lead"].append(score - first[measure])
    return {
        f"{measure}_{name}": bootstrap(np.mean, range(len(column)), column).in_percent()
        for measure, column in columns.items()
    }


def reported_peps(data: Path, part: str) -> Iterator[Written]:
    """Every other one; the constants were chosen on those between."""
    return islice(peps(data, part), 1, None, 2)


def peps(data: Path, part: str) -> Iterator[Written]:
    """Proposals for Python, each with its author's abstract."""
    return _without(_PEP, read_rows(data, "docs_peps", part))


def papers(data: Path, part: str) -> Iterator[Written]:
    """Papers, each with its author's abstract."""
    return _without(_PAPER, read_rows(data, "covidqa.docs", part))


def meetings(data: Path, part: str) -> Iterator[Written]:
    """Transcripts whose annotators summed up the whole meeting."""
    texts = {row["doc_id"]: row for row in read_rows(data, "qmsum.docs", part)}
    for row in read_rows(data, "qmsum.questions", part):
        if _MEETING.search(row["question"]):
            said = texts[row["doc_ids"][0]]
            yield Written(Text(said["doc_id"], said["title"], said["text"]), row["answers"][0])


def lead(units: Sequence[Unit]) -> list[Unit]:
    """The beginning, in sentences, of a summary's length."""
    kept: list[Unit] = []
    length = -1
    for unit in units:
        if unit.kind in ("sentence", "list_item"):
            length += len(unit.text) + 1
            if length > BUDGET:
                break
            kept.append(unit)
    return kept


def _without(abstract: re.Pattern[str], rows: Iterator[dict[str, str]]) -> Iterator[Written]:
    for row in rows:
        if (found := abstract.search(row["text"])) and len(found["said"]) >= _SHORTEST:
            rest = row["text"][found.end() :].strip()
            yield Written(Text(row["doc_id"], row["title"], rest), found["said"].strip())


def _ours(units: Sequence[Unit]) -> Sequence[Unit]:
    starts = cohesion(units, unit_vectors([unit.text for unit in units]), _BAND)
    return summarise(units, starts)


def rouge(said: str, summary: str) -> dict[str, float]:
    """ROUGE-1 over content words, ROUGE-2 and ROUGE-L over all; F1 of stems (Lin 2004)."""
    ours, theirs = ([stem(word) for word in words(text)] for text in (said, summary))
    return {
        "rouge1": _f1(set(content_terms(said)), set(content_terms(summary))),
        "rouge2": _f1(set(pairwise(ours)), set(pairwise(theirs))),
        "rouge_l": _ratio(lcs_length(ours, theirs), len(ours), len(theirs)),
    }


def _f1(ours: set[object], theirs: set[object]) -> float:
    return _ratio(len(ours & theirs), len(ours), len(theirs))


def _ratio(shared: int, left: int, right: int) -> float:
    return 2 * shared / (left + right) if left + right else 0.0
