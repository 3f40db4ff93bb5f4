"""What a long document says, in its own sentences: chosen per part, then over parts. Pure.

A sentence is worth its closeness to the middle of what stands around it, and more near a beginning;
one that repeats what is chosen already is worth less (maximal marginal relevance, Carbonell and
Goldstein 1998). Each stage hands on its best, until one stage sees them all and the budget decides.
Closeness is that of words: encoding every sentence would cost a build as much again.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.schemas.document import Unit
from tools.layout import WEAK_START
from tools.tfidf import unit_vectors
from tools.trust_signals import flags_of

BUDGET = 1_000
"""Characters of a summary, its sentences joined by spaces."""
LONG = 4 * BUDGET
"""A document shorter than this is read as fast as its summary."""

_NOVELTY = 0.3
"""What repeating weighs against worth."""
_BEGINNING, _FADING = 0.5, 0.3
"""What the first sentence has over one far down, and how soon that is lost. Chosen, as the weight
of novelty, on every other PEP and on training meetings: docs/evals.md, Summaries."""
_SHORTEST, _LONGEST = 40, 400
_FROM_PART, _STAGE, _FROM_STAGE = 3, 128, 32


def summarise(
    units: Sequence[Unit], starts: Sequence[int], *, budget: int = BUDGET
) -> tuple[Unit, ...]:
    """Units in their order, within ``budget`` characters; none from a short document.

    ``starts`` are the first units of the parts and tile the units. Text that raises a trust signal
    is never chosen, nor anything of a part that raises a strong one, for a summary is read without
    its surroundings.
    """
    if not units or units[-1].end - units[0].start < LONG:
        return ()
    chosen: list[Unit] = []
    for first, stop in pairwise([*starts, len(units)]):
        part = units[first:stop]
        if not _is_suspect(part):
            chosen += _staged([unit for unit in part if _may_stand_alone(unit)], _FROM_PART)
    while len(chosen) > _STAGE:
        chosen = _staged(chosen, _FROM_STAGE)
    kept = _within(_by_worth(chosen, len(chosen)), budget)
    return tuple(_in_order(kept))


def _is_suspect(part: Sequence[Unit]) -> bool:
    """Whether the memory made of it will be quarantined for its words."""
    return any(flag.strong for flag in flags_of("\n".join(unit.text for unit in part)))


def _may_stand_alone(unit: Unit) -> bool:
    if unit.kind not in ("sentence", "list_item") or not _SHORTEST <= len(unit.text) <= _LONGEST:
        return False
    is_whole = unit.text[:1].isupper() and unit.text.rstrip("\"”')").endswith((".", "!", "。"))
    return is_whole and not WEAK_START.match(unit.text) and not flags_of(unit.text)


def _staged(members: Sequence[Unit], limit: int) -> list[Unit]:
    """The best of each run of members that one stage can see, in their order."""
    chosen: list[Unit] = []
    for at in range(0, len(members), _STAGE):
        run = members[at : at + _STAGE]
        chosen += _in_order(_by_worth(run, limit))
    return chosen


def _by_worth(members: Sequence[Unit], limit: int) -> list[Unit]:
    """Up to ``limit`` members, the best first, each compared with those before it."""
    if not members:
        return []
    rows = _of_length_one(unit_vectors([unit.text for unit in members]).dense(0, len(members)))
    worth = _closeness(rows) + _BEGINNING / (1 + np.arange(len(members))) ** _FADING
    likeness = rows @ rows.T
    repeated = np.zeros(len(members))
    order: list[int] = []
    for _ in range(min(limit, len(members))):
        gain = (1 - _NOVELTY) * worth - _NOVELTY * repeated
        gain[order] = -np.inf
        best = int(np.argmax(gain))
        order.append(best)
        repeated = np.maximum(repeated, likeness[best])
    return [members[at] for at in order]


def _closeness(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of each row with the sum of them all."""
    centre = rows.sum(axis=0)
    closeness: NDArray[np.float64] = rows @ centre / (np.linalg.norm(centre) or 1.0)
    return closeness


def _of_length_one(block: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = block.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    ones: NDArray[np.float64] = rows / lengths
    return ones


def _within(ranked: Sequence[Unit], budget: int) -> list[Unit]:
    """The best that fit; one that does not fit is passed over."""
    kept: list[Unit] = []
    left = budget + 1
    for unit in ranked:
        if len(unit.text) + 1 <= left:
            kept.append(unit)
            left -= len(unit.text) + 1
    return kept


def _in_order(members: Sequence[Unit]) -> list[Unit]:
    return sorted(members, key=lambda unit: unit.index)
