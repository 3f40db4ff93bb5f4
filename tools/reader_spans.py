"""From logits of windows to scores of texts: the best spans, and what counts of many windows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tools.reader_model import Logits, WindowLogits
from tools.reader_windows import Window

TOP_SPANS = 5
SPAN_TOKENS = 30
"""An answer longer than this is none."""
NO_SPAN_MARGIN = -100.0
"""The margin of a text without a token: far below any that a model gives."""


class ScoredSpan(NamedTuple):
    """A run of whole tokens, as code points of the text, and its log odds against no answer."""

    start: int
    end: int
    score: float


class TextScores(NamedTuple):
    """What the model says of one whole input, uncalibrated."""

    relevance: float
    accept: float
    verdict: tuple[float, float, float]
    """Supported, refuted, neutral."""
    spans: tuple[ScoredSpan, ...]
    """Best first, no two the same."""
    margin: float
    """The best span's score."""


def scores_of(windows: Sequence[Window], logits: Sequence[WindowLogits]) -> TextScores:
    """What holds of a text read in these windows."""
    spans = best_spans(windows, logits)
    return TextScores(
        relevance=max(told.relevance for told in logits),
        accept=max(told.accept for told in logits),
        verdict=_verdict_of(windows, logits),
        spans=spans,
        margin=spans[0].score if spans else NO_SPAN_MARGIN,
    )


def best_spans(windows: Sequence[Window], logits: Sequence[WindowLogits]) -> tuple[ScoredSpan, ...]:
    """The TOP_SPANS best of all windows, scored against the least "no answer" of any window."""
    null = min(float(told.start[0] + told.end[0]) for told in logits)
    best: dict[tuple[int, int], float] = {}
    for window, told in zip(windows, logits, strict=True):
        for first, last, score in _token_spans(window, told):
            place = window.places[first][0], window.places[last][1]
            best[place] = max(score - null, best.get(place, -np.inf))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ScoredSpan(*place, score) for place, score in ranked[:TOP_SPANS])


def _token_spans(window: Window, told: WindowLogits) -> Iterator[tuple[int, int, float]]:
    """First and last token and score of the window's best runs; only tokens of the text count."""
    count = len(window.places)
    if not count:
        return
    here = slice(window.text_at, window.text_at + count)
    ends = np.pad(told.end[here], (0, SPAN_TOKENS - 1), constant_values=-np.inf)
    totals = told.start[here, None] + sliding_window_view(ends, SPAN_TOKENS)
    for flat in np.argsort(-totals, axis=None, kind="stable")[:TOP_SPANS]:
        first, more = divmod(int(flat), SPAN_TOKENS)
        if first + more < count:
            yield first, first + more, float(totals[first, more])


def _verdict_of(
    windows: Sequence[Window], logits: Sequence[WindowLogits]
) -> tuple[float, float, float]:
    """Of each piece of the claim the most decided window; of the pieces the least supported."""
    decided: dict[int, Logits] = {}
    for window, told in zip(windows, logits, strict=True):
        held = decided.get(window.piece)
        if held is None or _decision(told.verdict) > _decision(held):
            decided[window.piece] = told.verdict
    supported, refuted, neutral = min(decided.values(), key=lambda verdict: softmax(verdict)[0])
    return float(supported), float(refuted), float(neutral)


def _decision(verdict: Logits) -> float:
    return max(softmax(verdict)[:2])


def softmax(logits: Sequence[float] | Logits, temperature: float = 1.0) -> tuple[float, ...]:
    """Chances that sum to one."""
    raised = np.exp((np.asarray(logits, np.float64) - np.max(logits)) / temperature)
    return tuple(float(value) for value in raised / raised.sum())
