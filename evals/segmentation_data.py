"""Documents whose topics are known to change at certain units, in the product's alphabet."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from core.errors import NotFound
from core.schemas.document import Unit, UnitKind
from evals.data import Row, read_rows
from tools.loaders import LoadLimits, load
from tools.loaders.sentences import sentence_ranges

SAMPLED = 60
"""Documents of each large set, drawn at a fixed seed."""
SEED = 3
STITCHED = 10
"""Paragraphs in a document stitched from different articles."""
TRAINING = "train/segmentation.jsonl.gz"
"""Beside the folder of the data; what is measured of it is kept out of every fit."""
ASKED = "train/query_summary.qmsum_train.jsonl.gz"
"""What is asked about the same meetings."""


class Gold(NamedTuple):
    """One document."""

    id: str
    units: tuple[Unit, ...]
    boundaries: tuple[int, ...]
    """The first units of all topics but the first; at least one."""
    questions: tuple[str, ...] = ()
    """What readers asked about passages of it, where that is known."""


class Piece(NamedTuple):
    """What a unit is made of."""

    text: str
    kind: UnitKind = "sentence"
    block: int = 0


def lay_out(pieces: Iterable[Piece]) -> tuple[Unit, ...]:
    """Units one line apart: no heading, and no gap where one was taken out, tells of a topic."""
    units: list[Unit] = []
    start = 0
    for index, (text, kind, block) in enumerate(pieces):
        end = start + len(text)
        units.append(Unit(index=index, kind=kind, start=start, end=end, text=text, block=block))
        start = end + 1
    return tuple(units)


def read_sets(data: Path, part: str) -> dict[str, list[Gold]]:
    """Every set whose file is there, by name. Raises NotFound when none is."""
    found: dict[str, list[Gold]] = {}
    for name, read in _READERS.items():
        try:
            documents = [gold for gold in read(data, part) if gold.boundaries]
        except NotFound:
            continue
        if documents:
            found[name] = documents
    if not found:
        raise NotFound(f"there are no documents with boundaries of the part {part} in {data}")
    return found


def _lines(kind: str, data: Path, part: str, name: str) -> Iterator[Gold]:
    for row in read_rows(data, name, part):
        if row["kind"] == kind:
            yield of_lines(row)


def measured_ids(data: Path, part: str) -> frozenset[str]:
    """The meetings and PEPs that are measured, which a fit has to leave out."""
    meetings = (row["id"] for row in _sampled_meetings(data, part))
    return frozenset(meetings) | {row["doc_id"] for row in _sampled_peps(data, part)}


def of_lines(row: Row) -> Gold:
    """Sentences or turns as they come; those without a character take their boundary along."""
    kept = [index for index, text in enumerate(row["sentences"]) if text.strip()]
    places = {old: new for new, old in enumerate(kept)}
    moved = {
        next((places[i] for i in range(at, len(row["sentences"])) if i in places), 0)
        for at in row["boundaries"]
    }
    units = lay_out(Piece(row["sentences"][index].strip()) for index in kept)
    return Gold(row["id"], units, tuple(sorted(moved - {0})))


def _choi(data: Path, part: str) -> Iterator[Gold]:
    return _lines("choi", data, part, "segmentation_choi_manifesto")


def _manifesto(data: Path, part: str) -> Iterator[Gold]:
    return _lines("manifesto", data, part, "segmentation_choi_manifesto")


def _qmsum(data: Path, part: str) -> Iterator[Gold]:
    """Meetings cut by topic, a unit a turn, with what was asked about parts of them."""
    asked = _asked(data, part)
    for row in _sampled_meetings(data, part):
        yield of_lines(row)._replace(questions=tuple(asked[row["id"]]))


def _sampled_meetings(data: Path, part: str) -> list[Row]:
    rows = _rows_beside(data, part, TRAINING, "segmentation")
    return _sample(row for row in rows if row["kind"] == "transcript")


def _asked(data: Path, part: str) -> Mapping[str, list[str]]:
    """Questions by meeting; those about a whole meeting tell nothing of its topics."""
    asked: dict[str, list[str]] = defaultdict(list)
    try:
        for row in _rows_beside(data, part, ASKED, "qmsum.questions"):
            if row["spans"]:
                asked[row["doc_ids"][0]].append(row["question"])
    except NotFound:
        return asked
    return asked


def _rows_beside(data: Path, part: str, training: str, name: str) -> Iterator[Row]:
    """The public half of QMSum tells no topics: the training file beside it stands in for it."""
    path = data.resolve().parent / training
    if part != "public" or not path.is_file():
        yield from read_rows(data, name, part)
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _pep(data: Path, part: str) -> Iterator[Gold]:
    rows = _sampled_peps(data, part)
    return (_without_headings(row["doc_id"], row["text"]) for row in rows)


def _sampled_peps(data: Path, part: str) -> list[Row]:
    return _sample(read_rows(data, "docs_peps", part))


def _without_headings(name: str, text: str) -> Gold:
    """Our loader's units; a topic begins after a heading, which is taken out."""
    loaded = load(text.encode(), f"{name}.rst", LoadLimits())
    pieces: list[Piece] = []
    boundaries: set[int] = set()
    for unit in loaded.units:
        if unit.kind == "heading":
            boundaries.add(len(pieces))
        else:
            pieces.append(Piece(unit.text, unit.kind, unit.block))
    inner = sorted(boundaries - {0, len(pieces)})
    return Gold(name, lay_out(pieces), tuple(inner))


def _article(data: Path, part: str) -> Iterator[Gold]:
    for row in read_rows(data, "squad_articles.docs", part):
        yield joined(row["doc_id"], row["text"].split("\n\n"))


def _stitched(data: Path, part: str) -> Iterator[Gold]:
    """Paragraphs of different articles one after another."""
    articles = [row["text"].split("\n\n") for row in read_rows(data, "squad_articles.docs", part)]
    chance = random.Random(SEED)
    for number in range(SAMPLED):
        chosen = chance.sample(articles, min(STITCHED, len(articles)))
        yield joined(f"stitched-{number}", [chance.choice(one) for one in chosen])


def joined(name: str, paragraphs: Sequence[str]) -> Gold:
    """Sentences in one block, so that only what they say tells where a paragraph began."""
    pieces: list[Piece] = []
    boundaries: list[int] = []
    for paragraph in filter(str.strip, paragraphs):
        boundaries.append(len(pieces))
        pieces += [Piece(paragraph[start:end]) for start, end in sentence_ranges(paragraph)]
    return Gold(name, lay_out(pieces), tuple(boundaries[1:]))


_Item = TypeVar("_Item")


def _sample(items: Iterable[_Item]) -> list[_Item]:
    every = list(items)
    return random.Random(SEED).sample(every, min(SAMPLED, len(every)))


_READERS: Mapping[str, Callable[[Path, str], Iterator[Gold]]] = {
    "choi": _choi,
    "manifesto": _manifesto,
    "qmsum": _qmsum,
    "pep": _pep,
    "article": _article,
    "stitched": _stitched,
}

SETS = frozenset(_READERS)
"""Names of all sets that a part may hold."""
