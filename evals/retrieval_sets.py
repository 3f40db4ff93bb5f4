"""The data sets of retrieval, each as texts to search and questions with what they want."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from evals.data import Row, read_rows
from evals.retrieval_measures import (
    Wanted,
    all_within,
    characters_within,
    ndcg_within,
    passage_within,
    recall_within,
)
from evals.retrieval_memories import Piece, Text

Measure = Callable[[Wanted, Sequence[Piece]], float]

COVIDQA_CHARACTERS, COVIDQA_PIECE = 4_000, 800
QMSUM_CHARACTERS, QMSUM_PIECE = 8_000, 1_600
"""What is read of a ranking, and the size of the baseline's pieces: five fill it."""


FINANCEBENCH_PIECE = 800
SHORT_REPORT = 150_000
"""Characters."""


class Collection(NamedTuple):
    """What is searched together."""

    texts: list[Text]
    wanted: list[Wanted]


class RetrievalSet(NamedTuple):
    """A data set and its metrics."""

    name: str
    collections: list[Collection]
    measures: dict[str, Measure]
    piece: int | None = None
    """Characters of the baseline's pieces; without, paragraphs where given, else whole texts."""
    titled: bool = False
    """Whether the baseline reads titles too, as published ones do."""


def squad(data: Path, part: str) -> RetrievalSet:
    """Paragraphs of all articles together; the one that a question was written for is wanted."""
    texts = [
        _text(row, _paragraphs(row["text"])) for row in read_rows(data, "squad_articles.docs", part)
    ]
    wanted = [
        Wanted(
            row["question"],
            row["doc_ids"][0],
            {},
            (Piece(row["doc_ids"][0], *row["meta"]["paragraph"]),),
        )
        for row in read_rows(data, "squad_articles.questions", part)
    ]
    measures: dict[str, Measure] = {f"squad_r{k}": partial(passage_within, k=k) for k in (1, 5)}
    return RetrievalSet("squad_articles", [Collection(texts, wanted)], measures)


def covidqa(data: Path, part: str) -> RetrievalSet:
    """Evidence in all papers together."""
    texts, rows = _read(data, "covidqa", part)
    wanted = [_by_spans(row) for row in rows]
    measure = partial(characters_within, budget=COVIDQA_CHARACTERS)
    name = f"covidqa_char_recall_{COVIDQA_CHARACTERS}"
    return RetrievalSet("covidqa", [Collection(texts, wanted)], {name: measure}, COVIDQA_PIECE)


def cranfield(data: Path, part: str) -> RetrievalSet:
    """Abstracts, graded: 1 is best and gains 4, 4 is least and gains 1."""
    texts, rows = _read(data, "cranfield", part)
    wanted = [
        Wanted(row["question"], row["qid"], {i: 5.0 - grade for i, grade in _grades(row).items()})
        for row in rows
    ]
    measures: dict[str, Measure] = {"cranfield_ndcg10": partial(ndcg_within, k=10)}
    return RetrievalSet("cranfield", [Collection(texts, wanted)], measures)


def locomo(data: Path, part: str) -> RetrievalSet:
    """Sessions of one conversation; those that hold the evidence are wanted."""
    texts, rows = _read(data, "locomo", part)
    conversation = {
        row["doc_id"]: row["meta"]["conversation"] for row in read_rows(data, "locomo.docs", part)
    }
    collections = [
        Collection(
            [text for text in texts if conversation[text.id] == name],
            [
                _by_texts(row, row["doc_ids"][0])
                for row in rows
                if row["meta"]["conversation"] == name
            ],
        )
        for name in dict.fromkeys(conversation.values())
    ]
    measures: dict[str, Measure] = {"locomo_session_r5": partial(recall_within, k=5)}
    return RetrievalSet("locomo", collections, measures)


def qmsum(data: Path, part: str) -> RetrievalSet:
    """Turns of one meeting; questions about the whole meeting want none and are left out."""
    texts, rows = _read(data, "qmsum", part)
    wanted = [_by_spans(row) for row in rows if row["spans"]]
    collections = [
        Collection([text], [one for one in wanted if one.group == text.id]) for text in texts
    ]
    measure = partial(characters_within, budget=QMSUM_CHARACTERS)
    return RetrievalSet("qmsum", collections, {"qmsum_char_recall": measure}, QMSUM_PIECE)


def financebench(data: Path, part: str) -> RetrievalSet:
    """Pages of one report; the ones that hold the evidence are wanted. Short reports alone: the
    whole set takes half an hour of encoding."""
    texts, rows = _read(data, "financebench", part)
    collections = [
        Collection([text], [_by_pages(row, text) for row in rows if row["doc_ids"] == [text.id]])
        for text in texts
        if len(text.text) <= SHORT_REPORT
    ]
    measures: dict[str, Measure] = {"financebench_page_r5": partial(passage_within, k=5)}
    return RetrievalSet("financebench", collections, measures, FINANCEBENCH_PIECE)


def multihop(data: Path, part: str, name: str, **measures: Measure) -> RetrievalSet:
    """Encyclopaedia paragraphs; a question wants two to four of them."""
    texts, rows = _read(data, f"multihop_{name}", part)
    wanted = [_by_texts(row, row["qid"]) for row in rows]
    return RetrievalSet(name, [Collection(texts, wanted)], measures, titled=True)


def two_wiki(data: Path, part: str) -> RetrievalSet:
    """The published question is whether all evidence is among eight titles."""
    return multihop(data, part, "2wiki101", twowiki_all8=partial(all_within, k=8))


def musique(data: Path, part: str) -> RetrievalSet:
    """The share of the evidence among five paragraphs."""
    return multihop(data, part, "musique100", musique_r5=partial(recall_within, k=5))


def hotpot(data: Path, part: str) -> RetrievalSet:
    """Whether both paragraphs are among ten."""
    return multihop(data, part, "hotpot100", hotpot100_all10=partial(all_within, k=10))


def _read(data: Path, name: str, part: str) -> tuple[list[Text], list[Row]]:
    texts = [_text(row) for row in read_rows(data, f"{name}.docs", part)]
    return texts, list(read_rows(data, f"{name}.questions", part))


def _text(row: Row, starts: Iterable[int] = ()) -> Text:
    return Text(row["doc_id"], row["title"], row["text"], tuple(starts))


def _paragraphs(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\n\n", text))]


def _by_texts(row: Row, group: str) -> Wanted:
    return Wanted(row["question"], group, dict.fromkeys(row["doc_ids"], 1.0))


def _by_spans(row: Row) -> Wanted:
    spans = tuple(Piece(span["doc_id"], span["start"], span["end"]) for span in row["spans"])
    return Wanted(row["question"], row["doc_ids"][0], {}, spans)


def _by_pages(row: Row, text: Text) -> Wanted:
    """The evidence's pages, counted from 0; a page ends with a form feed."""
    ends = [match.end() for match in re.finditer(r"\f|\Z", text.text)]
    pages = [Piece(text.id, start, end) for start, end in pairwise([0, *ends])]
    spans = {pages[one["page0"]] for one in row["meta"]["evidence"]}
    return Wanted(row["question"], text.id, {}, tuple(sorted(spans)))


def _grades(row: Row) -> dict[str, int]:
    grades: dict[str, int] = row["meta"]["grade_1best_4least"]
    return grades
