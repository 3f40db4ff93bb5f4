"""Documents whose boundaries teach the boundary head: none that the suites measure, none that may
not shape weights.

Meetings cut by topic (QMSum, MIT), PEPs cut by heading (public domain), encyclopaedia articles cut
by paragraph and paragraphs of several articles stitched together (SQuAD, CC BY-SA 4.0). Choi's
documents state no licence: they help to choose, never to fit.
"""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from evals.data import Row
from evals.segmentation_data import Gold, Piece, joined, lay_out, of_lines
from tools.loaders.sentences import sentence_ranges
from training.splits import VALIDATION_ARTICLES, is_validation

MOST = 150
"""Rows of each kind that are read, for encoding more takes longer than it helps."""
LONGEST = 900
"""Units of a document that is still taken."""
STITCHED, STITCHED_ASIDE = 300, 30
SEED = 5
ARTICLES = "extractive_qa.squad_dev20articles.jsonl.gz"
BOUNDARIES = "segmentation.jsonl.gz"


class Texts(NamedTuple):
    """Documents of one kind."""

    fit: list[Gold]
    aside: list[Gold]
    """For choices; nothing of them shapes weights."""


def read_texts(folder: Path, measured: frozenset[str]) -> dict[str, Texts]:
    """By kind, from the folder of the training files; ``measured`` names documents to leave out."""
    kinds: dict[str, Texts] = defaultdict(lambda: Texts([], []))
    seen: Counter[str] = Counter()
    for row in _rows(folder / BOUNDARIES):
        if row["id"] in measured or row["kind"] not in _READERS or seen[row["kind"]] >= MOST:
            continue
        seen[row["kind"]] += 1
        gold = _READERS[row["kind"]](row)
        if gold.boundaries and len(gold.units) <= LONGEST:
            of_kind = kinds[row["kind"]]
            (of_kind.aside if is_validation(row["id"]) else of_kind.fit).append(gold)
    articles = _articles(folder / ARTICLES)
    for title, paragraphs in articles.items():
        of_kind = kinds["article"]
        (of_kind.aside if _aside(title) else of_kind.fit).append(joined(title, paragraphs))
    kinds["stitched"] = Texts(
        _stitched("fit", [p for t, p in articles.items() if not _aside(t)], STITCHED),
        _stitched("aside", [p for t, p in articles.items() if _aside(t)], STITCHED_ASIDE),
    )
    return dict(kinds)


def _aside(title: str) -> bool:
    return title in VALIDATION_ARTICLES


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _by_heading(row: Row) -> Gold:
    """A PEP without headings, cut at the ends of sentences and of lines: the file keeps its lines,
    and a line end is an end to the splitter."""
    pieces: list[Piece] = []
    starts: set[int] = set()
    edges = [0, *row["boundaries"], len(row["sentences"])]
    for first, stop in pairwise(edges):
        starts.add(len(pieces))
        text = "\n".join(row["sentences"][first:stop])
        pieces += [Piece(text[start:end]) for start, end in sentence_ranges(text)]
    return Gold(row["id"], lay_out(pieces), tuple(sorted(starts - {0, len(pieces)})))


def _articles(path: Path) -> dict[str, list[str]]:
    """Paragraphs by title, each once."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in _rows(path):
        found[row["title"]].setdefault(row["context"])
    return {title: list(paragraphs) for title, paragraphs in found.items()}


def _stitched(name: str, articles: Sequence[Sequence[str]], count: int) -> list[Gold]:
    chance = random.Random(SEED)
    documents: list[Gold] = []
    for number in range(count):
        chosen = [chance.choice(articles) for _ in range(chance.randint(6, 12))]
        apart = [one for one, before in zip(chosen, [None, *chosen], strict=False) if one != before]
        documents.append(joined(f"{name}-{number}", [chance.choice(one) for one in apart]))
    return [gold for gold in documents if gold.boundaries]


_READERS: Mapping[str, Callable[[Row], Gold]] = {
    "transcript": of_lines,
    "choi": of_lines,
    "pep_lines": _by_heading,
}
