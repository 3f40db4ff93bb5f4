"""Which documents are kept aside: nothing of them shapes weights.

Calibration, thresholds and the choice between checkpoints look at the validation documents alone.
"""

import hashlib

VALIDATION_ARTICLES = ("Force", "Kenya", "Sky_(United_Kingdom)", "Scottish_Parliament")
"""Four of the twenty SQuAD training articles; all but Kenya have unanswerable questions."""

VALIDATION_SHARE = 0.12
"""Of the groups (pages, questions) of every other set."""


def is_validation(group: str) -> bool:
    """Whether a group other than a SQuAD article is kept aside; the same on every machine."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < VALIDATION_SHARE
