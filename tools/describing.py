"""What a chunk is: its central sentence, question, keywords, names, and kind. Pure.

Everything is taken from the chunk's own words and its headings; nothing is invented. Predicted
questions are kept only if searching the document with them finds their own chunk: at once where it
comes first, and where another one does, if whoever reads both finds its own as good.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import Unit
from core.schemas.memory import ContentType, Intent
from core.schemas.outline import Chunk, Outline, Part
from tools.bm25 import Bm25
from tools.layout import WEAK_START
from tools.lexical import term_counts
from tools.metadata import content_type_of, entities_of, heading_path_of, intents_of
from tools.phrases import key_phrases
from tools.questions import about, is_generic, plain_heading, question_of, what_is
from tools.tfidf import SparseRows, closeness_to_centroid, unit_vectors

_KEYWORDS = 10
_QUESTIONS = 4
_FOUND_WITHIN = 3
_DOUBTS = 1
"""Of a chunk that no question finds first: reading costs as much as encoding."""
_TELLING_SENTENCES, _TELLING_CHARACTERS = 2, 300
NEAR_FIRST = 0.9
"""The share of the rival's chance of relevance from which a chunk is as good."""
_LEANING_WORTH = 0.8
_SHORT_TITLE_WORDS = 4


class Doubt(NamedTuple):
    """A predicted question by which another chunk is found before its own."""

    question: str
    own: str
    """The sentences of its chunk that share most with it."""
    rival: str
    """Those of the chunk that is found first."""


class Description(NamedTuple):
    """What is kept with a memory besides its text."""

    core: str
    """The most central sentence: the text of one unit."""
    question: str
    questions: tuple[str, ...]
    """More questions the chunk answers, each of which finds it."""
    doubts: tuple[Doubt, ...]
    """Questions that may join them once both texts were read."""
    content_type: ContentType
    intents: tuple[Intent, ...]
    keywords: tuple[str, ...]
    entities: tuple[str, ...]
    heading_path: tuple[str, ...]
    page: int | None


def describe_chunks(
    title: str, units: Sequence[Unit], chunks: Sequence[Chunk], outline: Outline
) -> tuple[Description, ...]:
    """One description per chunk, in order."""
    vectors = unit_vectors([unit.text for unit in units])
    groups = [[unit.text for unit in units[chunk.first : chunk.stop]] for chunk in chunks]
    keywords = key_phrases(groups, limit=_KEYWORDS, longest=2)
    library = _Library(units, chunks)
    return tuple(
        _describe(title, units[chunk.first : chunk.stop], chunk, outline, vectors, words, library)
        for chunk, words in zip(chunks, keywords, strict=True)
    )


def settled(description: Description, chances: Sequence[tuple[float, float]]) -> Description:
    """With the doubtful questions whose own text reads as well as the rival's, or nearly.

    ``chances`` are those of relevance, of the own and of the rival's text, one pair per doubt.
    """
    kept = tuple(
        doubt.question
        for doubt, (own, rival) in zip(description.doubts, chances, strict=True)
        if own >= NEAR_FIRST * rival
    )
    return description._replace(questions=(*description.questions, *kept), doubts=())


class _Library:
    """All chunks of a document, to be searched with questions."""

    def __init__(self, units: Sequence[Unit], chunks: Sequence[Chunk]) -> None:
        self._groups = [units[chunk.first : chunk.stop] for chunk in chunks]
        self._index = Bm25([_searchable(group) for group in self._groups])

    def found(self, question: str) -> list[int]:
        """The first chunks that a search brings, best first."""
        return self._index.top(term_counts(question), _FOUND_WITHIN)

    def telling(self, question: str, chunk: int) -> str:
        """The sentences of a chunk that share most with the question, in their order."""
        wanted = set(term_counts(question))
        body = [unit for unit in self._groups[chunk] if unit.kind != "heading"]
        texts = [unit.text for unit in body or self._groups[chunk]]
        shared = [len(wanted.intersection(term_counts(text))) for text in texts]
        best = sorted(range(len(texts)), key=lambda at: (-shared[at], at))[:_TELLING_SENTENCES]
        return "\n".join(texts[at][:_TELLING_CHARACTERS] for at in sorted(best))


def _describe(
    title: str,
    units: Sequence[Unit],
    chunk: Chunk,
    outline: Outline,
    vectors: SparseRows,
    keywords: tuple[str, ...],
    library: _Library,
) -> Description:
    path, content_type = heading_path_of(units), content_type_of(units)
    question = _question(title, units, chunk, outline.parts[chunk.part], keywords)
    placed = [asked.text for asked in outline.questions if chunk.first <= asked.unit < chunk.stop]
    predicted = [text for text in _predictions(title, units, keywords, placed) if text != question]
    found = {text: library.found(text) for text in predicted}
    sure = [text for text, at in found.items() if at[:1] == [chunk.index]][:_QUESTIONS]
    doubtful = [text for text, at in found.items() if chunk.index in at[1:]]
    doubtful = [] if sure else doubtful[:_DOUBTS]
    return Description(
        core=_core(units, closeness_to_centroid(vectors, chunk.first, chunk.stop)),
        question=question,
        questions=tuple(sure),
        doubts=tuple(
            Doubt(
                text,
                library.telling(text, chunk.index),
                library.telling(text, found[text][0]),
            )
            for text in doubtful
        ),
        content_type=content_type,
        intents=intents_of(content_type, units),
        keywords=keywords,
        entities=entities_of(units),
        heading_path=path,
        page=next((unit.page for unit in units if unit.page is not None), None),
    )


def _searchable(units: Sequence[Unit]) -> Mapping[str, int]:
    return term_counts("\n".join((*units[0].heading_path, *(unit.text for unit in units))))


def _core(units: Sequence[Unit], closeness: NDArray[np.float64]) -> str:
    """The most central sentence, the first of equals; of a table its first row."""
    body = [unit.kind != "heading" for unit in units]
    if sum(unit.kind == "table_row" for unit in units) * 2 > sum(body):
        return next(unit.text for unit in units if unit.kind == "table_row")
    worth = [_core_worth(unit, float(near)) for unit, near in zip(units, closeness, strict=True)]
    return units[max(range(len(units)), key=lambda i: worth[i])].text


def _core_worth(unit: Unit, closeness: float) -> float:
    if unit.kind == "heading":
        return -2.0
    if unit.kind == "code":
        return -1.0
    return closeness * (_LEANING_WORTH if WEAK_START.match(unit.text) else 1.0)


def _question(
    title: str, units: Sequence[Unit], chunk: Chunk, part: Part, keywords: Sequence[str]
) -> str:
    """The part's question for the chunk that opens it; later chunks say what they are about."""
    if chunk.first <= part.first or not keywords:
        return part.question
    return about(" and ".join(keywords[:2]), part.title or title)


def _predictions(
    title: str, units: Sequence[Unit], keywords: Sequence[str], placed: Sequence[str]
) -> Iterator[str]:
    """Of the headings, then those the outline has placed here, then of the keywords."""
    path = heading_path_of(units)
    headings = [unit.text for unit in units if unit.kind == "heading"] or list(path[-1:])
    for heading in headings:
        asked = question_of(heading, plain_heading(path[-2]) if path[1:] else title)
        yield asked
        short = len(plain_heading(heading).split()) <= _SHORT_TITLE_WORDS
        if short and asked.startswith("What does") and not is_generic(heading):
            yield what_is(heading)
    yield from placed
    for keyword in keywords:
        if " " in keyword:
            yield what_is(keyword)
