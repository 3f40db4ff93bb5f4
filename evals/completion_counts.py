"""What one completed document adds to the figures of completion: plain counts. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import get_args

from agents.reviewer.local import NO_REFERENCE
from core.completing import completed_text, needs_completion, prefix_of
from core.schemas.memory import GapKind
from core.schemas.outline import Chunk
from core.text import normalise
from evals.completion_building import Completed

KINDS: tuple[GapKind, ...] = get_args(GapKind)

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b[A-Z]\w*")
_PRONOUN = re.compile(
    r"(?:it|this|these|those|they|he|she|such|his|her|its|their|that|the (?:former|latter))\b",
    re.IGNORECASE,
)

Counts = Counter[str]


def counts_of(document: Completed) -> Counts:
    """Chunks, gaps by kind before and after, what became of insertions, growth, and losses."""
    counts: Counts = Counter(chunks=len(document.chunks), documents=1)
    counts.update(_gaps(document))
    for chunk in document.chunks:
        counts.update(_chunk(document, chunk))
    counts["numbers_lost"] = sum(lost(document, _NUMBER).values())
    counts["names_lost"] = sum(lost(document, _NAME).values())
    return counts


def lost(document: Completed, pattern: re.Pattern[str]) -> Counts:
    """What of the file's text the completed texts of its chunks hold less often; what was inserted
    makes up for nothing."""
    kept: Counts = Counter()
    for chunk in document.chunks:
        inserted = document.inserted(chunk)
        completed = completed_text(document.original(chunk), inserted)
        kept.update(pattern.findall(completed))
        kept.subtract(pattern.findall(prefix_of(inserted)))
    return Counter(pattern.findall(normalise(document.source.text))) - kept


def starts_with_pronoun(document: Completed, chunk: Chunk) -> bool:
    """Whether its first words refer to something before it, whoever says them."""
    first = document.units[chunk.first]
    if chunk.first == 0 or first.kind in ("heading", "code"):
        return False
    said = first.text.removeprefix(f"{first.speaker}:").lstrip(" \"'“‘-–—")
    return bool(_PRONOUN.match(said)) and not NO_REFERENCE.match(said)


def _gaps(document: Completed) -> Iterator[str]:
    kinds = {gap.id: gap.kind for gap in document.gaps}
    filled = {insertion.gap_id for insertion in document.insertions}
    for gap in document.gaps:
        yield "gaps"
        yield f"gaps_{gap.kind}_before"
        if gap.id not in filled:
            yield f"gaps_{gap.kind}_after"
    for rejection in document.rejections:
        if rejection.gap_id in kinds:
            yield "reverted" if rejection.reason == "reverted" else f"rejected_{rejection.reason}"
    yield from ("accepted" for _ in document.insertions)


def _chunk(document: Completed, chunk: Chunk) -> Counts:
    own = [gap for gap in document.gaps if gap.chunk == chunk.index]
    inserted = document.inserted(chunk)
    counts: Counts = Counter(needing=int(needs_completion(own)), completed=int(bool(inserted)))
    if inserted:
        original = document.original(chunk)
        counts["characters"] = len(original)
        counts["characters_completed"] = len(completed_text(original, inserted))
    if starts_with_pronoun(document, chunk):
        counts["pronouns_before"] = 1
        counts["pronouns_after"] = int(not _is_resolved(document, chunk))
    return counts


def _is_resolved(document: Completed, chunk: Chunk) -> bool:
    kinds = {gap.id: gap.kind for gap in document.gaps}
    return any(kinds[one.gap_id] == "reference" for one in document.inserted(chunk))
