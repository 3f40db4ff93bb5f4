"""How a chunk becomes its completed text, and what of an agent's word on it counts. Pure.

The original is never rewritten: what was missing stands in brackets in front of it.
"""

from collections.abc import Collection, Sequence

from core.schemas.document import Unit
from core.schemas.memory import Completion, Gap, Insertion, Rejection, Review
from core.schemas.outline import Chunk
from core.spans import span_of_units
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


def sound_review(
    review: Review, units: Sequence[Unit], chunk: Chunk, inserted: Sequence[Insertion] = ()
) -> Review:
    """The review without gaps that the chunk does not show or no unit outside it fills.

    A surface counts where it stands in the chunk, in a heading above it or in what was inserted.
    """
    own = (unit.text for unit in units[chunk.first : chunk.stop])
    added = (insertion.text for insertion in inserted)
    text = collapse_spaces("\n".join((*units[chunk.first].heading_path, *own, *added))).casefold()
    gaps = tuple(
        gap
        for gap in review.gaps
        if gap.chunk == chunk.index
        and collapse_spaces(gap.surface).casefold() in text
        and _stands_outside(gap.evidence, units, chunk)
    )
    return Review(chunk=chunk.index, gaps=gaps, needs_completion=needs_completion(gaps))


def sound_completion(
    completion: Completion, units: Sequence[Unit], chunk: Chunk, review: Review
) -> Completion:
    """One answer to every gap of the review, and to no other.

    An insertion without a source outside the chunk, or whose span is not that of its sources, is
    not explicit; so is a gap that the completer is silent on. The first answer to a gap counts.
    """
    insertions: dict[str, Insertion] = {}
    for insertion in completion.insertions:
        if _is_sourced(insertion, units, chunk):
            insertions.setdefault(insertion.gap_id, insertion)
    refused = {rejection.gap_id: rejection for rejection in completion.rejections}
    asked = {gap.id for gap in review.gaps}
    return Completion(
        chunk=chunk.index,
        insertions=tuple(one for gap_id, one in insertions.items() if gap_id in asked),
        rejections=tuple(
            refused.get(gap.id, Rejection(gap_id=gap.id, reason="not_explicit"))
            for gap in review.gaps
            if gap.id not in insertions
        ),
    )


def _is_sourced(insertion: Insertion, units: Sequence[Unit], chunk: Chunk) -> bool:
    sources = insertion.sources
    return (
        insertion.chunk == chunk.index
        and _stands_outside(sources, units, chunk)
        and insertion.span == span_of_units(units, min(sources), max(sources) + 1)
    )


def _stands_outside(indexes: Sequence[int], units: Sequence[Unit], chunk: Chunk) -> bool:
    """Whether they are units of the document, none of them in the chunk."""
    return bool(indexes) and all(
        0 <= index < len(units) and not chunk.first <= index < chunk.stop for index in indexes
    )
