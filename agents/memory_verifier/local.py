"""Verifies insertions by rules, against the cited units and their neighbours only."""

from collections.abc import Sequence

from agents.memory_verifier.rules import failed_checks
from core.completing import completed_text
from core.schemas.document import Unit
from core.schemas.memory import Insertion, InsertionVerdict
from core.schemas.outline import Chunk
from tools.lexical import content_terms

_NEIGHBOURS = 1
_LONGEST_GROWTH = 1.6


class LocalMemoryVerifier:
    """Fails closed: an insertion that cites nothing of the document is reverted."""

    async def verify(
        self, units: Sequence[Unit], chunk: Chunk, insertions: Sequence[Insertion]
    ) -> tuple[InsertionVerdict, ...]:
        """Each insertion on its own, then their growth together: the last ones give way."""
        verdicts: list[InsertionVerdict] = []
        accepted: list[Insertion] = []
        for insertion in insertions:
            reasons = _failures(units, chunk, insertion)
            if not reasons and not _preserves(units, chunk, [*accepted, insertion]):
                reasons = ("preservation",)
            if not reasons:
                accepted.append(insertion)
            verdicts.append(
                InsertionVerdict(insertion_id=insertion.id, accepted=not reasons, reasons=reasons)
            )
        return tuple(verdicts)


def _failures(units: Sequence[Unit], chunk: Chunk, insertion: Insertion) -> tuple[str, ...]:
    if any(source >= len(units) for source in insertion.sources):
        return ("coverage",)
    cited = [units[source].text for source in insertion.sources]
    failures = failed_checks(insertion.text, cited, _window(units, insertion.sources))
    if not _in_scope(units, chunk, insertion):
        failures = (*failures, "scope")
    return failures


def _window(units: Sequence[Unit], sources: Sequence[int]) -> list[str]:
    near = {
        index
        for source in sources
        for index in range(source - _NEIGHBOURS, source + _NEIGHBOURS + 1)
        if 0 <= index < len(units)
    }
    return [units[index].text for index in sorted(near)]


def _in_scope(units: Sequence[Unit], chunk: Chunk, insertion: Insertion) -> bool:
    """Whether it speaks of the chunk's matter, stands next to it, or is a heading above it."""
    path = units[chunk.first].heading_path
    for source in insertion.sources:
        unit = units[source]
        above = unit.kind == "heading" and path[: len(unit.heading_path)] == unit.heading_path
        if above or chunk.first - 1 <= source <= chunk.stop:
            return True
    terms = set(content_terms("\n".join(path)))
    for unit in units[chunk.first : chunk.stop]:
        terms.update(content_terms(unit.text))
    return not terms.isdisjoint(content_terms(insertion.text))


def _preserves(units: Sequence[Unit], chunk: Chunk, insertions: Sequence[Insertion]) -> bool:
    """Whether the completed text still holds every unit, in order, and has not grown too far."""
    originals = [unit.text for unit in units[chunk.first : chunk.stop]]
    original = "\n".join(originals)
    completed = completed_text(original, insertions)
    position = 0
    for text in originals:
        position = completed.find(text, position)
        if position < 0:
            return False
        position += len(text)
    return len(completed) <= _LONGEST_GROWTH * len(original)
