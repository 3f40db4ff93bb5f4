"""What a network is worth on the validation split.

Figures here choose between stages and fill the ablation table; ``quaestor eval reader`` reports.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        "f1_fm2": 100 * _macro(verdicts[two][:, :2].argmax(1), truth[two]),
        "f1_wice": 100 * _macro(verdicts[~two][:, [0, NEUTRAL]].argmax(1) * NEUTRAL, truth[~two]),
        "accept_auc": 100 * _auc(chances, accepted),
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
    found = _words(text[first[0] : last[1]])
    gold = _words(text[slice(*(item.example.span or (0, 0)))])
    common = sum((Counter(found) & Counter(gold)).values())
    return 2 * common / (len(found) + len(gold)) if common else 0.0


def _words(text: str) -> list[str]:
    plain = "".join(c if c.isalnum() or c.isspace() else "" for c in text.lower())
    return [word for word in plain.split() if word not in {"a", "an", "the"}]


def _map(items: Sequence[Encoded], scores: NDArray[Any]) -> float:
    by_question: dict[str, list[tuple[float, float]]] = {}
    for item, score in zip(items, scores, strict=True):
        by_question.setdefault(item.example.first, []).append(
            (score, item.example.relevance or 0.0)
        )
    found = []
    for rows in by_question.values():
        labels = np.array([label for _, label in sorted(rows, key=lambda row: -row[0])])
        if labels.any():
            places = np.flatnonzero(labels)
            found.append(float(np.mean((np.arange(len(places)) + 1) / (places + 1))))
    return float(np.mean(found))


def _macro(found: NDArray[Any], gold: NDArray[Any]) -> float:
    values = []
    for label in np.unique(gold):
        hit = float(((found == label) & (gold == label)).sum())
        values.append(2 * hit / max(1.0, float((found == label).sum() + (gold == label).sum())))
    return float(np.mean(values))


def _auc(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    order = scores.argsort().argsort() + 1
    positive = labels > 0
    count = positive.sum()
    return float((order[positive].sum() - count * (count + 1) / 2) / (count * (~positive).sum()))
