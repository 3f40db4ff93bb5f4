"""Fills gaps with the document's own words, in front of the chunk; never rewrites.

A gap is filled when it is critical for this chunk, when its evidence says the missing fact
outright, and when that brings in no new topic. The whole prefix stays short, so that the chunk
keeps its own meaning in the index.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.reviewer.rules import defines, long_forms_in
from core.completing import SEPARATOR, prefix_of
from core.schemas.document import Span, Unit
from core.schemas.memory import Completion, Gap, Insertion, Rejection, Review
from core.schemas.outline import Chunk
from tools.layout import size_of
from tools.lexical import content_terms

_MOST_WORDS = 60
_MOST_SHARE = 0.25
_DEFINITION_WORDS = 25
_LEANS = re.compile(
    r"(?:it|this|these|those|they|he|she|such|his|her|its|their|that)\b", re.IGNORECASE
)
_NEGATED = re.compile(r"\b(?:not|no|never|neither|nor|without|cannot|unless|except)\b|n['’]t\b", re.I)
_PLACES = ("background", "term", "dependency", "reference")
"""Order in the prefix: from the widest context to the sentence just before."""


class _Piece(NamedTuple):
    gap: Gap
    text: str


class LocalCompleter:
    """Extractive completion with provenance."""

    async def complete(self, units: Sequence[Unit], chunk: Chunk, review: Review) -> Completion:
        """Gravest gaps first while the prefix has room."""
        kept: list[_Piece] = []
        rejections: list[Rejection] = []
        for gap in sorted(review.gaps, key=lambda gap: -gap.severity):
            piece = _judge(units, chunk, gap)
            if isinstance(piece, _Piece) and not _fits(units, chunk, [*kept, piece]):
                piece = Rejection(gap_id=gap.id, reason="too_long")
            if isinstance(piece, Rejection):
                rejections.append(piece)
            elif not _repeats(piece, kept):
                kept.append(piece)
            else:
                rejections.append(Rejection(gap_id=gap.id, reason="not_critical"))
        insertions = _in_reading_order(units, kept)
        return Completion(
            chunk=chunk.index, insertions=insertions, rejections=tuple(rejections)
        )


def _judge(units: Sequence[Unit], chunk: Chunk, gap: Gap) -> _Piece | Rejection:
    """The three tests, each with its reason."""
    evidence = [units[index] for index in gap.evidence]
    if not _is_critical(chunk, gap):
        return Rejection(gap_id=gap.id, reason="not_critical")
    text = _explicit_words(evidence, gap)
    if text is None:
        return Rejection(gap_id=gap.id, reason="not_explicit")
    if not _is_on_topic(units, chunk, gap, text):
        return Rejection(gap_id=gap.id, reason="new_topic")
    return _Piece(gap, text)


def _is_critical(chunk: Chunk, gap: Gap) -> bool:
    """What follows a chunk cannot stand in front of it and help; everything else may."""
    return bool(gap.evidence) and not any(index >= chunk.stop for index in gap.evidence) or (
        gap.kind in ("term", "background") or gap.severity > 1
    )
