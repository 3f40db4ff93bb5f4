"""Vectors of the texts that memories are found by; a text that was embedded before is not again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from pydantic import JsonValue

from core.ids import canonical_json, sha256_of
from core.recording import Observed, observe
from core.schemas.memory import USED_LAYERS, Layer, Memory
from graphs.building.memories import layer_texts, lexical_terms
from graphs.building.state import BuildContext, BuildState
from storage.protocols import IndexedMemory, Vector

ENCODE_TEXTS = 192
"""Texts per encoder call: one progress report, one kept batch of vectors."""


class Embedded(NamedTuple):
    """What a run keeps of its vectors, by digest: the order of the texts, and batches of rows."""

    order: str
    batches: list[str]


async def embed_texts(
    memories: Sequence[Memory], document_id: UUID, context: BuildContext
) -> Embedded:
    """Keep a vector of every text of every used layer with the open step; equal texts share one."""
    layers = context.layers
    texts = {sha256_of(t): t for memory in memories for t in layer_texts(memory, layers).values()}
    known = await recall_vectors(document_id, list(texts), context)
    order = [*known, *(sha256 for sha256 in texts if sha256 not in known)]
    batches = [context.journal.keep(_halves(list(known.values())))] if known else []
    for at in range(len(known), len(order), ENCODE_TEXTS):
        batch = order[at : at + ENCODE_TEXTS]
        vectors = await context.encoder.encode([texts[sha256] for sha256 in batch])
        batches.append(context.journal.keep(_halves(vectors)))
        await context.journal.progress(at + len(batch), len(order))
    return Embedded(context.journal.keep(canonical_json(list(order))), batches)


async def recall_vectors(
    document_id: UUID, texts: Sequence[str], context: BuildContext
) -> dict[str, Vector]:
    """Vectors of texts that the active version holds too, by SHA-256: no need to encode those."""

    async def recall() -> Observed:
        known = await context.memories.known_vectors(document_id, context.encoder.id, texts)
        found = {sha256: known[sha256] for sha256 in texts if sha256 in known}
        return Observed(list(found), _halves(list(found.values())))

    asked: JsonValue = {"encoder": context.encoder.id, "texts": list(texts)}
    observed = await observe("retrieval", "known_vectors", asked, recall)
    found: Any = observed.value
    rows = _rows(observed.payload or b"", context.encoder.dimensions)
    return dict(zip(found, rows, strict=True))


async def read_vectors(state: BuildState, context: BuildContext) -> dict[str, Vector]:
    """What was embedded: the SHA-256 of a text to its vector."""
    order: list[str] = json.loads(await context.journal.read(state.embedded))
    kept = [await context.journal.read(digest) for digest in state.vectors]
    return dict(zip(order, _rows(b"".join(kept), context.encoder.dimensions), strict=True))


def index_memories(
    memories: Sequence[Memory],
    vectors: Mapping[str, Vector],
    layers: Sequence[Layer] = USED_LAYERS,
) -> list[IndexedMemory]:
    """Each memory with its vector per layer and its lexical entry."""
    found = []
    for memory in memories:
        texts = {layer: sha256_of(text) for layer, text in layer_texts(memory, layers).items()}
        by_layer = {layer: vectors[sha256] for layer, sha256 in texts.items()}
        found.append(IndexedMemory(memory, by_layer, lexical_terms(memory), texts))
    return found


def _halves(vectors: Sequence[Vector] | Vector) -> bytes:
    return np.asarray(vectors, dtype="<f2").tobytes()


def _rows(halves: bytes, dimensions: int) -> Vector:
    return np.frombuffer(halves, dtype="<f2").astype(np.float32).reshape(-1, dimensions)
