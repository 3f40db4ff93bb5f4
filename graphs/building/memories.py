"""Pure: the memories of a version, from what the agents decided about its chunks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from core.completing import completed_text
from core.ids import canonical_json, content_id, sha256_of
from core.schemas.document import Document, Unit, Version
from core.schemas.memory import CONTENT, USED_LAYERS, Flag, Insertion, Layer, Memory
from core.schemas.outline import Chunk, Outline
from core.spans import span_of_units
from tools.describing import Description, describe_chunks
from tools.lexical import term_counts
from tools.trust_signals import flags_of, hidden_flags


class Cut(NamedTuple):
    """A version as the agents left it."""

    document: Document
    version: Version
    title: str
    text: str
    units: tuple[Unit, ...]
    outline: Outline
    chunks: Sequence[Chunk]
    insertions: Sequence[Insertion]


def describe(cut: Cut) -> tuple[Description, ...]:
    """What each chunk is, in order; predicted questions still in doubt are left open."""
    return describe_chunks(cut.title, cut.units, cut.chunks, cut.outline)


def assemble_memories(cut: Cut, descriptions: Sequence[Description]) -> list[Memory]:
    """One memory per chunk, in order; the same cut always gives the same memories and ids."""
    of_chunk: dict[int, list[Insertion]] = defaultdict(list)
    for insertion in cut.insertions:
        of_chunk[insertion.chunk].append(insertion)
    hidden = hidden_flags(cut.version.hidden)
    return identified(
        _memory(cut, chunk, description, of_chunk[chunk.index], hidden)
        for chunk, description in zip(cut.chunks, descriptions, strict=True)
    )


def identified(memories: Iterable[Memory]) -> list[Memory]:
    """The memories with their ids: of what they say and who says it, so that an unchanged chunk of
    a later version is the same memory. Those that say the same are told apart by their order."""
    seen: Counter[str] = Counter()
    found = []
    for memory in memories:
        said = sha256_of(canonical_json(memory.model_dump(mode="json", include=set(CONTENT))))
        found.append(memory.model_copy(update={"id": content_id("memory", said, seen[said])}))
        seen[said] += 1
    return found


def _memory(
    cut: Cut,
    chunk: Chunk,
    description: Description,
    insertions: Sequence[Insertion],
    hidden: tuple[Flag, ...],
) -> Memory:
    span = span_of_units(cut.units, chunk.first, chunk.stop)
    original = span.of(cut.text)
    flags = flags_of(original) + hidden
    return Memory(
        id=UNIDENTIFIED,
        document_id=cut.document.id,
        version_id=cut.version.id,
        ordinal=chunk.index,
        status="quarantined" if any(flag.strong for flag in flags) else "verified",
        title=cut.title,
        heading_path=description.heading_path,
        span=span,
        page=description.page,
        text_original=original,
        text_completed=completed_text(original, insertions),
        text_sha256=sha256_of(original),
        core=description.core,
        question=description.question,
        questions=description.questions,
        content_type=description.content_type,
        intents=description.intents,
        keywords=description.keywords,
        entities=description.entities,
        insertions=tuple(insertions),
        unit_first=chunk.first,
        unit_stop=chunk.stop,
        flags=flags,
        source=cut.version.source,
        batch=cut.version.batch,
        collection=cut.version.collection,
        created_at=cut.version.created_at,
    )


UNIDENTIFIED = UUID(int=0)
"""The id of a memory that has not been given its own yet."""


def layer_texts(memory: Memory, layers: Sequence[Layer] = USED_LAYERS) -> dict[Layer, str]:
    """What each layer's vector is made from."""
    every: dict[Layer, str] = {
        "question": memory.question,
        "core": memory.core,
        "chunk": memory.text_completed,
    }
    return {layer: every[layer] for layer in layers}


def lexical_terms(memory: Memory) -> dict[str, int]:
    """Term counts of a memory's lexical entry: title and headings, then the completed text."""
    return term_counts("\n".join((memory.title, *memory.heading_path, memory.text_completed)))
