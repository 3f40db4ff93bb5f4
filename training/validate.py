"""What a network is worth on the validation split.

Figures here choose between stages and fill the ablation table; ``quaestor eval reader`` reports.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.answer_texts import token_f1
from evals.measures import average_precision, macro_f1, roc_auc
from training.batches import UNKNOWN, Encoded
from training.examples import NEUTRAL
from training.lines import fit_line, worth_from
from training.network import ReaderNet
from training.predict import Said, predict

LONGEST_SPAN = 30
"""Tokens."""

Figures = dict[str, float]


def validate(net: ReaderNet, items: Sequence[Encoded]) -> Figures:
    """Figures on 0–100."""
    said = dict(zip(map(id, items), predict(net, items), strict=True))
    squad = [item for item in items if item.example.origin == "squad"]
    margins = np.array([_best(item, said[id(item)])[2] for item in squad])
    has_answer = np.array([item.start != 0 for item in squad], float)
    f1 = np.array([_overlap(item, said[id(item)]) for item in squad])
    scale, shift = fit_line(margins, has_answer)
    answer_from = worth_from(float(f1[has_answer > 0].mean()))
    answers = scale * margins + shift >= np.log(answer_from / (1 - answer_from))
    right = np.where(has_answer > 0, np.where(answers, f1, 0.0), ~answers)
    selqa = [item for item in items if item.example.origin == "selqa"]
    ranks = np.array([said[id(item)].relevance for item in selqa])
    tried = [item for item in items if item.example.accept is not None]
    chances = np.array([said[id(item)].accept for item in tried])
    accepted = np.array([item.example.accept for item in tried])
    claims = [item for item in items if item.example.origin in {"fool_me_twice", "wice"}]
    verdicts = np.stack([said[id(item)].verdict for item in claims])
    truth = np.array([item.example.verdict for item in claims])
    two = np.array([item.example.origin == "fool_me_twice" for item in claims])
    return {
        "answerable_f1": 100 * float(f1[has_answer > 0].mean()),
        "all_f1": 100 * float(right.mean()),
        "abstained": 100 * float((~answers)[has_answer == 0].mean()),
        "map_selqa": 100 * _map(selqa, ranks),
        "f1_fm2": 100 * macro_f1(truth[two], verdicts[two][:, :2].argmax(1)),
        "f1_wice": 100 * macro_f1(truth[~two], verdicts[~two][:, [0, NEUTRAL]].argmax(1) * NEUTRAL),
        "accept_auc": 100 * roc_auc(chances, accepted),
    }


def _best(item: Encoded, said: Said) -> tuple[int, int, float]:
    """Tokens of the best span in the second text, and its margin over no answer."""
    start, end = said.start.astype(np.float32), said.end.astype(np.float32)
    first, stop = item.second, len(item.ids) - 1
    scores = start[first:stop, None] + end[None, first:stop]
    reach = np.arange(stop - first)
    length = reach[None, :] - reach[:, None]
    scores = np.where((length >= 0) & (length < LONGEST_SPAN), scores, -1e9)
    at = np.unravel_index(int(scores.argmax()), scores.shape)
    return int(at[0]), int(at[1]), float(scores[at] - start[0] - end[0])


def _overlap(item: Encoded, said: Said) -> float:
    """Word F1 of the best span and the gold one; zero where there is none."""
    if item.start in (0, UNKNOWN):
        return 0.0
    begin, end, _ = _best(item, said)
    text = item.example.second
    first, last = (item.offsets[item.cut + at] for at in (begin, end))
    return token_f1(text[first[0] : last[1]], text[slice(*(item.example.span or (0, 0)))])


def _map(items: Sequence[Encoded], scores: NDArray[Any]) -> float:
    by_question: dict[str, list[tuple[float, float]]] = {}
    for item, score in zip(items, scores, strict=True):
        by_question.setdefault(item.example.first, []).append(
            (score, item.example.relevance or 0.0)
        )
    orders = [
        [label for _, label in sorted(rows, key=lambda row: -row[0])]
        for rows in by_question.values()
    ]
    return float(np.mean([average_precision(order) for order in orders if any(order)]))
