"""How a chunk becomes its completed text, and which gaps are still open. Pure.

The original is never rewritten: what was missing stands in brackets in front of it.
"""

from collections.abc import Collection, Sequence

from core.schemas.memory import Gap, Insertion, Review
from core.text import collapse_spaces

SEPARATOR = " › "
SEVERITY_NEEDED = 2
"""A gap below it never makes a completion necessary by itself."""


def completed_text(original: str, insertions: Sequence[Insertion]) -> str:
    """``[first › second] original``; the original alone when nothing was inserted.

    ``original`` is the exact slice of the version's text that the chunk spans.
    """
    return prefix_of(insertions) + original


def prefix_of(insertions: Sequence[Insertion]) -> str:
    """What is put in front of a chunk, on one line, with its closing space."""
    if not insertions:
        return ""
    pieces = (collapse_spaces(insertion.text) for insertion in insertions)
    return f"[{SEPARATOR.join(pieces)}] "


def needs_completion(gaps: Sequence[Gap]) -> bool:
    """Whether a gap keeps the chunk from being understood alone."""
    return any(gap.severity >= SEVERITY_NEEDED for gap in gaps)


def open_gaps(review: Review, settled: Collection[str]) -> Review:
    """The review without gaps that were filled or refused before: nobody raises them again."""
    gaps = tuple(gap for gap in review.gaps if gap.id not in settled)
    return Review(chunk=review.chunk, gaps=gaps, needs_completion=needs_completion(gaps))
