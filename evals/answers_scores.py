"""What an answer is worth beside gold answers, and how far confidence tells right from wrong. Pure.

An answer is given as sentences of the source with the words in them that answer by themselves. The
first such words are what SQuAD's measures are taken on.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.schemas.answer import Answer
from evals.answer_texts import best_of, exact_match, normalise_answer, token_f1

COVERAGES = (10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
"""Percent of the given answers, the surest first."""

Column = NDArray[np.float64]


class Score(NamedTuple):
    """One question, each figure from 0 to 1; an abstention is worth 0 where an answer is due."""

    f1: float
    em: float
    recall: float
    """Share of a gold answer's words that the whole text has."""
    sentence_f1: float
    """Of the best sentence, whole."""
    holds: float
    """Whether the text has all words of a gold answer."""
    abstained: float
    unsure: float
    """Anything but plainly answered: partial, a conflict, or nothing."""
    confidence: float


def score(answer: Answer, gold: Sequence[str]) -> Score:
    """The answer beside the gold answers; without any, only saying nothing is right."""
    said = short_answer(answer)
    sentences = [one.span.of(answer.text) for one in answer.sentences] or [""]
    recall = _beside(token_recall, answer.text, gold)
    return Score(
        f1=_beside(token_f1, said, gold),
        em=_beside(exact_match, said, gold),
        recall=recall,
        sentence_f1=max(_beside(token_f1, sentence, gold) for sentence in sentences),
        holds=float(recall == 1.0),
        abstained=float(answer.outcome == "abstained"),
        unsure=float(answer.outcome != "answered"),
        confidence=answer.confidence,
    )


def _beside(measure: Callable[[str, str], float], said: str, gold: Sequence[str]) -> float:
    """The best measure; without gold answers whatever is said is wrong, if only an article."""
    return best_of(measure, said, gold) if gold else float(not said)


def short_answer(answer: Answer) -> str:
    """The first words that answer by themselves; the first sentence where it has none such."""
    if not answer.sentences:
        return ""
    first = answer.sentences[0]
    return first.answers[0].text if first.answers else first.span.of(answer.text)


def token_recall(answer: str, gold: str) -> float:
    """Share of the gold answer's words that the answer has, each as often; nothing has nothing."""
    found, wanted = normalise_answer(answer).split(), normalise_answer(gold).split()
    if not wanted:
        return float(not found)
    return (Counter(found) & Counter(wanted)).total() / len(wanted)


def mean_losses(confidences: ArrayLike, losses: ArrayLike) -> Column:
    """Mean loss of the 1, 2, … surest rows; rows that are equally sure share their mean loss."""
    sure, lost = np.asarray(confidences, np.float64), np.asarray(losses, np.float64)
    _, place, counts = np.unique(-sure, return_inverse=True, return_counts=True)
    shared = np.bincount(place, weights=lost) / counts
    ordered = shared[np.sort(place)]
    means: Column = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return means


def area_under_losses(confidences: ArrayLike, losses: ArrayLike) -> float:
    """Mean over all coverages: AURC, where a loss is called a risk (Geifman and El-Yaniv 2017)."""
    return float(np.mean(mean_losses(confidences, losses)))


def excess_area(confidences: ArrayLike, losses: ArrayLike) -> float:
    """AURC less that of the best order of the same answers (Geifman et al. 2019); 0 is best."""
    lost = np.asarray(losses, np.float64)
    return area_under_losses(confidences, lost) - area_under_losses(-lost, lost)


def coverage_rows(
    confidences: Sequence[float], losses: Sequence[float]
) -> Iterator[dict[str, Any]]:
    """The curve as a table: what is lost if only so much of the answers were given."""
    found = mean_losses(confidences, losses)
    ordered = sorted(confidences, reverse=True)
    for coverage in COVERAGES:
        count = max(1, round(len(ordered) * coverage / 100))
        yield {
            "coverage, % of answers": coverage,
            "answers": count,
            "confidence from": round(ordered[count - 1], 3),
            "loss, %": round(100 * float(found[count - 1]), 1),
        }
