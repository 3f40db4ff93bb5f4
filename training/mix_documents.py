"""Documents that the mixes are fitted on, and the questions that are put to them: the articles.

Each question is asked of its own document, of all together, and where its document is missing.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.schemas.document import Span
from core.text import normalise
from training.splits import VALIDATION_ARTICLES
from training.supervised import squad_rows

FOLDS = len(VALIDATION_ARTICLES)
ANSWERABLE = 24
"""Questions with an answer that are taken of an article, and half as many of a table, of which
there are more. For every three two without an answer are added, and half of them are asked again
where the document is missing."""

Form = Literal["prose", "table"]
Kind = Literal["own", "all", "unanswerable", "missing"]
ALL = "all"
"""The collection that holds every document."""


class Posed(NamedTuple):
    """A question about a passage of its document, and where in the passage its answers stand."""

    text: str
    passage: str = ""
    """As the loader leaves it."""
    answers: tuple[Span, ...] = ()


class Document(NamedTuple):
    """One upload, and what can be asked of it."""

    title: str
    filename: str
    text: str
    form: Form
    fold: int
    """What is fitted on the other folds is measured on this one."""
    answerable: tuple[Posed, ...]
    unanswerable: tuple[Posed, ...]

    @property
    def collections(self) -> tuple[str, ...]:
        """Where it is kept: alone, with all, and wherever another fold is missing."""
        others = (without(fold) for fold in range(FOLDS) if fold != self.fold)
        return self.title, ALL, *others


class Question(NamedTuple):
    """One question, where it is asked, and where its answers stand in the document's text."""

    kind: Kind
    document: Document
    text: str
    collection: str
    gold: tuple[Span, ...] = ()


def without(fold: int) -> str:
    """The collection of all documents but those of one fold."""
    return f"without {fold}"


def questions_of(document: Document, stored: str, count: int, seed: int) -> Iterator[Question]:
    """A sample of what can be asked, given the text that the loader made of the document."""
    count = count if document.form == "prose" else count // 2
    rng = random.Random(f"{seed} {document.title}")
    placed = [posed for posed in document.answerable if posed.passage in stored]
    chosen = rng.sample(placed, min(count, len(placed)))
    trick = rng.sample(document.unanswerable, min(2 * count // 3, len(document.unanswerable)))
    for posed in chosen:
        gold = _gold(posed, stored)
        yield Question("own", document, posed.text, document.title, gold)
        yield Question("all", document, posed.text, ALL, gold)
    for posed in trick:
        yield Question("unanswerable", document, posed.text, document.title)
    for posed in chosen[: len(chosen) // 2]:
        yield Question("missing", document, posed.text, without(document.fold))


def _gold(posed: Posed, stored: str) -> tuple[Span, ...]:
    """Where the answers stand in the stored text."""
    at = stored.index(posed.passage)
    spans = (Span(start=at + span.start, end=at + span.end) for span in posed.answers)
    return tuple(dict.fromkeys(spans))


def articles(data: Path) -> Iterator[Document]:
    """The validation articles, which shaped no weights of the reader; each is a fold."""
    found = list(squad_rows(data, public=False))
    for fold, title in enumerate(VALIDATION_ARTICLES):
        rows = [row for row in found if row["title"] == title]
        yield Document(
            title=title.replace("_", " "),
            filename=f"{title}.txt",
            text="\n\n".join(dict.fromkeys(row["context"] for row in rows)),
            form="prose",
            fold=fold,
            answerable=tuple(_posed(row) for row in rows if row["answerable"]),
            unanswerable=tuple(Posed(row["question"]) for row in rows if not row["answerable"]),
        )


def _posed(row: dict[str, Any]) -> Posed:
    return Posed(row["question"], normalise(row["context"]), tuple(_answers(row)))


def _answers(row: dict[str, Any]) -> Iterator[Span]:
    starts: Sequence[int] = row["answer_start"]
    for answer, start in zip(row["answers"], starts, strict=True):
        first = len(normalise(row["context"][:start]))
        yield Span(start=first, end=first + len(normalise(answer)))


def command_line(about: str | None) -> argparse.Namespace:
    """What a fit on these documents is told: data, reader, threads, seed and questions."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reader", default="shipped")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=ANSWERABLE, help="of an article")
    return parser.parse_args()
