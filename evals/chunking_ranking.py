"""Chunks of all documents ranked together for a question, and what the best of them hold."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evals.chunking_data import Question
from evals.chunking_scores import Wanted, by_place, by_text, omega, within
from tools.bm25 import Bm25
from tools.encoder import Encoder
from tools.lexical import term_counts
from tools.ranking import NEIGHBOUR_WEIGHT, WEIGHTS

BUDGET = 4_000
"""Characters of context that the metrics are about."""
BUDGETS = (1_000, 2_000, BUDGET, 8_000, 16_000)
"""Of the curve."""
CHUNKS = 5
"""As many as the published figures retrieve."""

Scores = dict[str, float]
"""Of one question, by metric; of a hundred."""


class Chunks(NamedTuple):
    """Those of one cut, of all documents."""

    places: tuple[range, ...]
    documents: tuple[str, ...]
    texts: tuple[str, ...]

    def of(self, document: str) -> list[range]:
        """The places of one document's chunks."""
        pairs = zip(self.places, self.documents, strict=True)
        return [place for place, its_document in pairs if its_document == document]


def recall_name(budget: int = BUDGET) -> str:
    """The metric of recall in so many characters."""
    return f"recall_{budget}_chars"


async def score_all(
    encoder: Encoder, chunks: Chunks, questions: Sequence[Question]
) -> list[Scores]:
    """One row a question, by BM25, vectors and neighbours as the product has them, unread."""
    vectors = await encoder.encode(chunks.texts)
    asked = await encoder.encode([question.text for question in questions])
    words = Bm25([term_counts(text) for text in chunks.texts])
    return [
        _score(question, chunks, words.scores(term_counts(question.text)), vectors @ vector)
        for question, vector in zip(questions, asked, strict=True)
    ]


def _score(
    question: Question, chunks: Chunks, lexical: NDArray[np.float64], near: NDArray[np.float32]
) -> Scores:
    wanted = question.wanted
    ranked = _ranked(chunks, beside_neighbours(chunks, _fused(lexical, near)))
    by_words = by_place(wanted, within(_ranked(chunks, lexical), BUDGET))
    lenient = by_text(wanted, within(ranked, BUDGET))
    five = by_place(wanted, ranked[:CHUNKS])
    shares = {
        **{recall_name(budget): _recall(wanted, ranked, budget) for budget in BUDGETS},
        f"{recall_name()}_set": lenient.recall,
        f"{recall_name()}_bm25": by_words.recall,
        "omega": omega(wanted, chunks.of(question.document)),
        "precision": lenient.precision,
        "precision_chroma": five.precision,
        "iou_set": lenient.iou,
        "iou_chroma": five.iou,
        "recall_at5": five.recall,
    }
    return {name: 100 * share for name, share in shares.items()}


def _recall(wanted: Sequence[Wanted], ranked: Sequence[range], budget: int) -> float:
    return by_place(wanted, within(ranked, budget)).recall


def _fused(lexical: NDArray[np.float64], near: NDArray[np.float32]) -> NDArray[np.floating]:
    return WEIGHTS["lexical"] * _standard(lexical) + WEIGHTS["vector_chunk"] * _standard(near)


def beside_neighbours(chunks: Chunks, scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """With a share of the better one of the chunks before and after it, in the same document."""
    alike = np.array([one == other for one, other in pairwise(chunks.documents)], bool)
    better = np.full(len(scores), scores.min())
    better[1:][alike] = scores[:-1][alike]
    better[:-1][alike] = np.maximum(better[:-1], scores[1:])[alike]
    return scores + NEIGHBOUR_WEIGHT * better


def _ranked(chunks: Chunks, scores: NDArray[np.floating]) -> list[range]:
    """All chunks, best first; equal ones in the order of the text."""
    return [chunks.places[at] for at in np.argsort(-scores, kind="stable")]


def _standard(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """In standard deviations from their mean."""
    spread = scores.std()
    standard: NDArray[np.floating] = (scores - scores.mean()) / (spread if spread > 0 else 1.0)
    return standard
