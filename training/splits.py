"""Which documents are kept aside: nothing of them shapes weights.

Calibration, thresholds and the choice between checkpoints look at the validation documents alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

VALIDATION_ARTICLES = ("Force", "Kenya", "Sky_(United_Kingdom)", "Scottish_Parliament")
"""Four of the twenty SQuAD training articles; all but Kenya have unanswerable questions."""

VALIDATION_SHARE = 0.12
"""Of the groups (pages, questions) of every other set."""


def is_validation(group: str) -> bool:
    """Whether a group other than a SQuAD article is kept aside; the same on every machine."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < VALIDATION_SHARE


def each_fold(
    items: Sequence[Item], fold_of: Callable[[Item], int]
) -> Iterator[tuple[list[Item], list[Item]]]:
    """What is kept aside and what is left to fit on, once for each fold that has items."""
    for fold in sorted({fold_of(item) for item in items}):
        aside = [item for item in items if fold_of(item) == fold]
        yield aside, [item for item in items if fold_of(item) != fold]
