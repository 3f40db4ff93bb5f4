"""Questions with the spans that answer them, over a few long documents in one line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from core.errors import NotFound
from core.schemas.document import Unit
from evals.chunking_scores import Wanted
from evals.data import Row, read_rows
from tools.loaders.sentences import sentence_ranges

NAME = "chunking_eval"


class Text(NamedTuple):
    """A document, and where it begins in the line of all."""

    id: str
    text: str
    offset: int
    units: tuple[Unit, ...]


class Question(NamedTuple):
    """What is asked, and of which document; at least one span is wanted."""

    text: str
    document: str
    wanted: tuple[Wanted, ...]


def read(data: Path, part: str) -> tuple[list[Text], list[Question]]:
    """All documents, and the questions of a part. Raises NotFound for a file that is not there."""
    texts: dict[str, Text] = {}
    offset = 0
    for row in read_rows(data, f"{NAME}.docs", part):
        units = tuple(_units(row["text"]))
        texts[row["doc_id"]] = Text(row["doc_id"], row["text"], offset, units)
        offset += len(row["text"]) + 1
    questions = [_question(row, texts) for row in read_rows(data, f"{NAME}.questions", part)]
    return list(texts.values()), questions


def _units(text: str) -> Iterator[Unit]:
    """Sentences where they stand in the text as given; an empty line ends a block."""
    block, end = 0, 0
    for index, (start, stop) in enumerate(sentence_ranges(text)):
        block += text.count("\n", end, start) > 1
        end = stop
        sentence = text[start:stop]
        yield Unit(index=index, kind="sentence", start=start, end=stop, text=sentence, block=block)


def _question(row: Row, texts: dict[str, Text]) -> Question:
    document = row["doc_ids"][0]
    if document not in texts or any(span["doc_id"] != document for span in row["spans"]):
        raise NotFound(f"question {row['qid']} is about a document that is not in {NAME}.docs")
    wanted = tuple(_wanted(texts[document], span["start"], span["end"]) for span in row["spans"])
    return Question(row["question"], document, wanted)


def _wanted(text: Text, start: int, end: int) -> Wanted:
    said = text.text[start:end]
    copies: list[range] = []
    at = text.text.find(said)
    while at >= 0:
        copies.append(_range(text, at, at + len(said)))
        at = text.text.find(said, at + 1)
    return Wanted(_range(text, start, end), tuple(copies))


def _range(text: Text, start: int, end: int) -> range:
    return range(text.offset + start, text.offset + end)
