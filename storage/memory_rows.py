"""What an activation writes, as rows and columns, worked out before it begins. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from core.schemas.memory import CONTENT, Layer, Memory
from storage.protocols import IndexedMemory, Vector
from storage.searching import vector_text

VectorRows = Mapping[tuple[UUID, Layer], tuple[str | None, Vector]]


class Rows(NamedTuple):
    """What one activation writes, as far as it is known beforehand."""

    tenant_id: UUID
    version_id: UUID
    encoder: str
    indexed: Sequence[IndexedMemory]
    memories: list[dict[str, Any]]
    places: list[dict[str, Any]]
    postings: dict[str, Any]


def rows_of(
    tenant_id: UUID, version_id: UUID, indexed: Sequence[IndexedMemory], encoder: str
) -> Rows:
    """Rows of memories and places, columns of postings."""
    return Rows(
        tenant_id,
        version_id,
        encoder,
        indexed,
        [_memory_row(tenant_id, item) for item in indexed],
        [_place_row(tenant_id, item.memory) for item in indexed],
        {"tenant_id": tenant_id, "version_id": version_id, **_posting_columns(indexed)},
    )


def _memory_row(tenant_id: UUID, item: IndexedMemory) -> dict[str, Any]:
    memory = item.memory
    return {
        "tenant_id": tenant_id,
        **memory.model_dump(
            include={"id", "document_id", "version_id", "ordinal", "status", "collection"}
        ),
        "principal": memory.source.principal,
        "origin": memory.source.origin,
        "trust": memory.source.weight,
        "content_type": memory.content_type,
        "length": sum(item.terms.values()),
        "decision": None,
        "body": memory.model_dump(mode="json", include=set(CONTENT)),
    }


def _place_row(tenant_id: UUID, memory: Memory) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "version_id": memory.version_id,
        "ordinal": memory.ordinal,
        "memory_id": memory.id,
        "body": memory.model_dump(mode="json", exclude={*CONTENT, "status"}),
    }


def vectors_of(indexed: Sequence[IndexedMemory]) -> VectorRows:
    """Every vector, with the SHA-256 of its text where that is known."""
    return {
        (item.memory.id, layer): (item.texts.get(layer), vector)
        for item in indexed
        for layer, vector in item.vectors.items()
    }


def vector_columns(rows: VectorRows) -> dict[str, list[Any]]:
    """Whole columns of ``memory_vectors``."""
    return {
        "memory_ids": [memory_id for memory_id, _ in rows],
        "layers": [layer for _, layer in rows],
        "texts": [sha256 for sha256, _ in rows.values()],
        "dimensions": [len(vector) for _, vector in rows.values()],
        "embeddings": [vector_text(vector) for _, vector in rows.values()],
    }


def _posting_columns(indexed: Sequence[IndexedMemory]) -> dict[str, list[Any]]:
    """One row per term of the version: where it occurs, and how often."""
    lists: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for item in indexed:
        for term, frequency in item.terms.items():
            lists[item.memory.collection, term].append((item.memory.ordinal, frequency))
    return {
        "collections": [collection for collection, _ in lists],
        "terms": [term for _, term in lists],
        "ordinals": [_array(ordinal for ordinal, _ in entries) for entries in lists.values()],
        "frequencies": [_array(count for _, count in entries) for entries in lists.values()],
    }


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"
