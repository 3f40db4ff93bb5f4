"""Cuts from what a language model was surprised by (Meta-Chunking, arXiv 2410.12788). Pure.

The functions take numbers that some model gave: token log-probabilities, or chances per gap. The
rules are those of the authors' code: mean cross-entropies in place of perplexities, a minimum that
is deep on at least one side, and a threshold for margins that follows the last five.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

SETTLED = 100
"""Minima after which the threshold is the smallest depth seen so far."""
REMEMBERED = 5
"""Margins whose mean is the threshold of the next one."""


def unit_losses(log_probabilities: Sequence[Sequence[float]]) -> list[float]:
    """Mean loss of each unit's tokens given all before; a unit without tokens costs nothing."""
    return [float(-np.mean(tokens)) if len(tokens) else 0.0 for tokens in log_probabilities]


def perplexity_cut(
    losses: Sequence[float], *, threshold: float = 0.0, settled: int = SETTLED
) -> tuple[int, ...]:
    """First units of the chunks: a unit that is better foretold than both its neighbours ends one.

    One of the two must exceed it by ``threshold``; once ``settled`` minima were seen, by the
    smallest depth among them, if that is more.
    """
    starts = [0] if losses else []
    minima, smallest = 0, float("inf")
    for index in range(1, len(losses) - 1):
        before, here, after = losses[index - 1 : index + 2]
        if not (here < before and here < after):
            continue
        depth = max(before, after) - here
        needed = max(threshold, smallest) if minima >= settled else threshold
        minima, smallest = minima + 1, min(smallest, depth)
        if depth >= needed:
            starts.append(index + 1)
    return tuple(starts)


def margin_cut(margins: Sequence[float]) -> tuple[int, ...]:
    """First units of the chunks, from one margin per gap: the chance that the model keeps the next
    unit with the chunk less the chance that it cuts.

    A unit is kept where its margin exceeds the threshold: 0 at first, then the mean of the last
    ``REMEMBERED`` margins.
    """
    starts = [0]
    last: deque[float] = deque(maxlen=REMEMBERED)
    for gap, margin in enumerate(margins, 1):
        threshold = sum(last) / REMEMBERED if len(last) == REMEMBERED else 0.0
        if margin <= threshold:
            starts.append(gap)
        last.append(margin)
    return tuple(starts)
