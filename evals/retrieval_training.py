"""Training texts as sets of retrieval: what weights are fitted on, and ideas are tried on.

Nothing of them is in an evaluation set. A meeting cut every few thousand characters stands for a
conversation of several sessions.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from evals.data import Row, read_rows
from evals.retrieval_measures import Wanted, characters_within, passage_within, recall_within
from evals.retrieval_memories import Piece, Text
from evals.retrieval_sets import QMSUM_CHARACTERS, QMSUM_PIECE, Collection, RetrievalSet

EVERY = 3
"""One in so many of the articles' questions is asked."""
MEETINGS = 12
SESSION = 3_000
"""Characters of a session at least; it ends with a turn."""
MOST_SESSIONS = 3
"""A question that wants more of them asks about the meeting, not about a part of it."""


def articles(data: Path) -> RetrievalSet:
    """Paragraphs of twenty articles together; the one that a question was written for is wanted."""
    rows = list(read_rows(data, "extractive_qa", "squad_dev20articles"))
    paragraphs: dict[str, dict[str, int]] = {}
    for row in rows:
        known = paragraphs.setdefault(row["title"], {})
        known.setdefault(row["context"], sum(map(len, known)) + 2 * len(known))
    texts = [
        Text(title, title.replace("_", " "), "\n\n".join(known), tuple(known.values()))
        for title, known in paragraphs.items()
    ]
    wanted = [_asked_of(row, paragraphs[row["title"]][row["context"]]) for row in rows[::EVERY]]
    measures = {f"articles_r{k}": partial(passage_within, k=k) for k in (1, 5)}
    return RetrievalSet("articles", [Collection(texts, wanted)], {**measures})


def meetings(data: Path) -> RetrievalSet:
    """Turns of one meeting."""
    collections = [
        Collection([Text(row["doc_id"], row["title"], row["text"])], [_in(row, q) for q in asked])
        for row, asked in _meetings(data)
    ]
    measure = partial(characters_within, budget=QMSUM_CHARACTERS)
    return RetrievalSet("meetings", collections, {"meetings_char_recall": measure}, QMSUM_PIECE)


def sessions(data: Path) -> RetrievalSet:
    """Sessions of one meeting; those that hold some of the evidence are wanted."""
    collections = []
    for row, asked in _meetings(data):
        places = list(_sessions(row["text"]))
        texts = [Text(f"{a}", f"session {n}", row["text"][a:b]) for n, (a, b) in enumerate(places)]
        wanted = [
            Wanted(question["question"], row["doc_id"], dict.fromkeys(found, 1.0))
            for question in asked
            if len(found := set(_holding(places, question))) <= MOST_SESSIONS
        ]
        collections.append(Collection(texts, wanted))
    measure = partial(recall_within, k=5)
    return RetrievalSet("sessions", collections, {"sessions_r5": measure})


def _asked_of(row: Row, start: int) -> Wanted:
    place = Piece(row["title"], start, start + len(row["context"]))
    return Wanted(row["question"], row["title"], {}, (place,))


def _meetings(data: Path) -> Iterator[tuple[Row, list[Row]]]:
    """The first meetings with the questions that are about a part of them."""
    asked: dict[str, list[Row]] = {}
    for question in read_rows(data, "query_summary", "qmsum_train"):
        if question["spans"]:
            asked.setdefault(question["doc_ids"][0], []).append(question)
    rows = list(read_rows(data, "query_summary", "qmsum_train_docs"))
    for row in [row for row in rows if row["doc_id"] in asked][:MEETINGS]:
        yield row, asked[row["doc_id"]]


def _in(row: Row, question: Row) -> Wanted:
    spans = tuple(Piece(row["doc_id"], one["start"], one["end"]) for one in question["spans"])
    return Wanted(question["question"], row["doc_id"], {}, spans)


def _sessions(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(r"\n|\Z", text):
        if match.end() - start >= SESSION or match.end() == len(text) > start:
            yield start, match.end()
            start = match.end()


def _holding(places: Sequence[tuple[int, int]], question: Row) -> Iterable[str]:
    for start, end in places:
        if any(one["start"] < end and start < one["end"] for one in question["spans"]):
            yield f"{start}"
