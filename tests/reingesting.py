"""A document that changes, and what must hold each time it is handed in again."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pytest

from core.schemas.memory import CONTENT, Memory, SearchFilter
from graphs.building.memories import layer_texts, lexical_terms
from storage.protocols import Place, Repositories
from tests.building import LetterEncoder, build

PARAGRAPHS = (
    "## Storage",
    "## Replacement of the seal",
    "The gland nuts are tightened to 12 Nm in two steps. The shaft is then turned by hand.",
    "A seal that has run dry is always replaced, whatever its age. Keep a spare in its box.",
    "Seals are kept at 5 to 25 degrees. They age faster in sunlight than in a dark cupboard.",
    "The Mechanical Seal (MS) is inspected every 4,000 hours. The MS must not be stretched.",
    "However, this must be done within ten minutes, because the lubricant evaporates quickly.",
    "The pump is started slowly. Bearings that run hot are stopped at once and reported.",
    "- oil the thread\n- wipe the flange\n- tighten crosswise",
    "Filters are cleaned on Mondays. The strainer is rinsed under warm water for a minute.",
)
EDITS = ("insert", "delete", "move", "change")


class Edit(NamedTuple):
    """One change of a text: what, where, and with which paragraph or to which place."""

    kind: str
    at: int
    by: int


def edited(paragraphs: Sequence[str], edit: Edit) -> list[str]:
    """The paragraphs after one edit; places wrap around."""
    changed = list(paragraphs)
    at = edit.at % max(len(changed), 1)
    if edit.kind == "insert" or not changed:
        changed.insert(at, PARAGRAPHS[edit.by % len(PARAGRAPHS)])
    elif edit.kind == "change":
        changed[at] = f"{changed[at]} Note {edit.by} was added."
    elif edit.kind == "move":
        changed.insert(edit.by % len(changed), changed.pop(at))
    elif len(changed) > 1:
        del changed[at]
    return changed


def text_of(paragraphs: Sequence[str]) -> str:
    """A Markdown file."""
    return "# Seal handbook\n\n" + "\n\n".join(paragraphs) + "\n"


async def check_reingest(kept: Repositories, fresh: Repositories, before: str, after: str) -> None:
    """What holds when ``after`` is handed in where ``before`` was built. ``fresh`` is empty."""
    first = await build(kept, before)
    old = await kept.memories.of_version(first.lease.version_id)
    if before == after:
        return
    encoder = LetterEncoder()
    second = await build(kept, after, encoder=encoder)
    new = await kept.memories.of_version(second.lease.version_id)

    assert sorted(encoder.given) == sorted(_texts(new) - _texts(old))
    shared = Counter(map(_said, old)) & Counter(map(_said, new))
    assert len({m.id for m in old} & {m.id for m in new}) == shared.total()
    await _old_version_stays_citable(kept, first.lease.version_id, old)
    anew = await build(fresh, after)
    made = await fresh.memories.of_version(anew.lease.version_id)
    assert list(map(_without_ids, new)) == list(map(_without_ids, made))
    for memory in new[:3]:
        assert await _found(kept, new, memory) == await _found(fresh, made, memory)


def _texts(memories: Sequence[Memory]) -> set[str]:
    return {text for memory in memories for text in layer_texts(memory).values()}


def _said(memory: Memory) -> str:
    return str(memory.model_dump(include=set(CONTENT)))


def _without_ids(memory: Memory) -> dict[str, Any]:
    return memory.model_dump(exclude={"id", "document_id", "version_id", "batch", "created_at"})


async def _old_version_stays_citable(
    kept: Repositories, version_id: UUID, old: Sequence[Memory]
) -> None:
    text = await kept.documents.text(version_id)
    for memory in await kept.memories.at([Place(version_id, m.id) for m in old]):
        assert memory.version_id == version_id
        assert memory.span.of(text) == memory.text_original


async def _found(
    kept: Repositories, memories: Sequence[Memory], asked: Memory
) -> list[dict[int, Any]]:
    """Every search for one memory's own words: place in the document to score."""
    encoder, everywhere = LetterEncoder(), SearchFilter()
    searches = [await kept.memories.search_lexical(lexical_terms(asked), 50, everywhere)]
    for layer, text in layer_texts(asked).items():
        (vector,) = await encoder.encode([text])
        vector = np.asarray(vector)
        searches.append(
            await kept.memories.search_vector(layer, vector, encoder.id, 50, everywhere)
        )
    places = {memory.id: memory.ordinal for memory in memories}
    return [
        {places[hit.memory_id]: pytest.approx(hit.score, abs=1e-5) for hit in hits}
        for hits in searches
    ]
