"""Fills gaps with the document's own words, in front of the chunk; never rewrites.

A gap is filled when it is critical for this chunk, when its evidence says the missing fact
outright, and when that brings in no new topic. The whole prefix stays short, so that the chunk
keeps its own meaning in the index.
"""

import re
from collections.abc import Sequence
from itertools import islice

from agents.reviewer.rules import defines, long_forms_in
from core.completing import prefix_of
from core.schemas.document import Unit
from core.schemas.memory import Completion, Gap, GapKind, Insertion, Rejection, Review
from core.schemas.outline import Chunk
from tools.layout import size_of
from tools.lexical import content_terms

_MOST_WORDS = 60
_MOST_SHARE = 0.25
_CUT_WORDS = 25
_LEANS = re.compile(
    r"(?:it|this|these|those|they|he|she|such|his|her|its|their|that)\b", re.IGNORECASE
)
_QUALIFIES = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|unless|except|only)\b|n['’]t\b", re.IGNORECASE
)
_WORD = re.compile(r"\S+")
_PLACES: tuple[GapKind, ...] = ("background", "term", "dependency", "reference")
"""Order in the prefix: from the widest context to the sentence just before."""


class LocalCompleter:
    """Extractive completion with provenance."""

    async def complete(self, units: Sequence[Unit], chunk: Chunk, review: Review) -> Completion:
        """Gravest gaps first, while the prefix has room."""
        kept: list[tuple[Gap, Insertion]] = []
        rejections: list[Rejection] = []
        for gap in sorted(review.gaps, key=lambda gap: -gap.severity):
            judged = _judge(units, chunk, gap, [insertion for _, insertion in kept])
            if isinstance(judged, Rejection):
                rejections.append(judged)
            else:
                kept.append((gap, judged))
        kept.sort(key=lambda pair: (_PLACES.index(pair[0].kind), pair[1].sources))
        insertions = tuple(insertion for _, insertion in kept)
        return Completion(chunk=chunk.index, insertions=insertions, rejections=tuple(rejections))


def _judge(
    units: Sequence[Unit], chunk: Chunk, gap: Gap, kept: Sequence[Insertion]
) -> Insertion | Rejection:
    """The three tests, then the size of the prefix."""
    text = _explicit_words(units, chunk, gap)
    if text is None:
        return Rejection(gap_id=gap.id, reason="not_explicit")
    if not _is_critical(units, chunk, gap, text, kept):
        return Rejection(gap_id=gap.id, reason="not_critical")
    if not _is_on_topic(units, chunk, gap, text):
        return Rejection(gap_id=gap.id, reason="new_topic")
    source = units[gap.evidence[0]]
    insertion = Insertion(
        id=f"insertion:{gap.id}",
        chunk=chunk.index,
        gap_id=gap.id,
        text=text,
        sources=(source.index,),
        span=source.span,
    )
    if not _fits(units, chunk, [*kept, insertion]):
        return Rejection(gap_id=gap.id, reason="too_long")
    return insertion


def _explicit_words(units: Sequence[Unit], chunk: Chunk, gap: Gap) -> str | None:
    """The words of the first evidence unit that say the missing fact; None if they do not."""
    if not gap.evidence:
        return None
    source = units[gap.evidence[0]]
    if gap.kind == "term":
        return _meaning(source, gap.surface)
    if gap.evidence[0] == chunk.first - 1 and gap.kind in ("reference", "dependency"):
        leans = source.kind in ("heading", "code") or _LEANS.match(source.text)
        return None if leans else source.text
    if gap.kind == "dependency" and _says_only(source.text, gap.surface):
        return None
    return _opening(source.text)


def _says_only(text: str, surface: str) -> bool:
    """Whether a caption is its own number and no more."""
    return set(content_terms(text)) <= set(content_terms(surface))


def _meaning(source: Unit, term: str) -> str | None:
    for found in long_forms_in(source):
        if found.short == term:
            return f"{found.short} = {found.long}"
    is_definition = defines(source, term) or defines(source, term.removesuffix("s"))
    return _opening(source.text) if is_definition else None


def _opening(text: str) -> str | None:
    """The first words, verbatim; None when what is cut off would have changed their meaning."""
    last = next(islice(_WORD.finditer(text), _CUT_WORDS - 1, None), None)
    if last is None:
        return text
    return None if _QUALIFIES.search(text, last.end()) else text[: last.end()]


def _is_critical(
    units: Sequence[Unit], chunk: Chunk, gap: Gap, text: str, kept: Sequence[Insertion]
) -> bool:
    """Not when the chunk or the prefix says it already, nor when it only follows the chunk."""
    if gap.surface.endswith(":") and gap.evidence[0] == chunk.stop:
        return False
    said = [unit.text for unit in units[chunk.first : chunk.stop]]
    said.extend(insertion.text for insertion in kept)
    return not any(text.casefold() in other.casefold() for other in said)


def _is_on_topic(units: Sequence[Unit], chunk: Chunk, gap: Gap, text: str) -> bool:
    """Near enough: a heading above, the sentence before in the same section, or shared terms."""
    source, first = units[gap.evidence[0]], units[chunk.first]
    if source.kind == "heading" and first.heading_path[: len(source.heading_path)] == (
        source.heading_path
    ):
        return True
    if source.index == chunk.first - 1 and source.heading_path == first.heading_path:
        return True
    terms = set(content_terms(" ".join(first.heading_path)))
    for unit in units[chunk.first : chunk.stop]:
        terms.update(content_terms(unit.text))
    return not terms.isdisjoint(content_terms(text))


def _fits(units: Sequence[Unit], chunk: Chunk, insertions: Sequence[Insertion]) -> bool:
    prefix = prefix_of(insertions)
    share = len(prefix) / size_of(units, chunk.first, chunk.stop)
    return len(prefix.split()) <= _MOST_WORDS and share <= _MOST_SHARE
