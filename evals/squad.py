"""SQuAD questions, each with the paragraph it was asked about."""

from pathlib import Path
from typing import NamedTuple

from core.errors import NotFound
from evals.data import Row, read_rows

NAME = "squad_articles"


class Asked(NamedTuple):
    """One question as an annotator saw it."""

    question: str
    paragraph: str
    document: str
    gold: tuple[str, ...]
    """Answers that count as right; none: the paragraph does not answer the question."""


def read_asked(data: Path, part: str) -> list[Asked]:
    """Every question of a part, in the order of the file."""
    texts = {row["doc_id"]: row["text"] for row in read_rows(data, f"{NAME}.docs", part)}
    return [_asked(row, texts) for row in read_rows(data, f"{NAME}.questions", part)]


def _asked(row: Row, texts: dict[str, str]) -> Asked:
    document = row["doc_ids"][0]
    if document not in texts:
        raise NotFound(f"question {row['qid']} is about {document}, which is not in {NAME}.docs")
    start, end = row["meta"]["paragraph"]
    gold = tuple(row["answers"]) if row["answerable"] else ()
    return Asked(row["question"], texts[document][start:end], document, gold)
