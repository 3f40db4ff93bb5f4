"""The searches over memories, each one statement.

Lexical search is BM25 with exact statistics of the tenant's collection, counted when asked.
Vector search goes through an index where one serves (384 dimensions), and exactly otherwise.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.schemas.memory import Hit, Layer, MemoryStatus, SearchFilter
from storage.protocols import Vector

K1 = 1.2
B = 0.75
INDEXED_DIMENSIONS = 384

_ALLOWED = """
    m.trust >= :minimum_trust
    and m.id <> all(cast(:exclude_memories as uuid[]))
    and m.principal <> all(cast(:exclude_principals as text[]))
    and m.origin <> all(cast(:exclude_origins as text[]))
    and (m.content_type = any(cast(:content_types as text[]))
         or cardinality(cast(:content_types as text[])) = 0)
"""

# The sum is ordered, so that two memories with the same words get the same score to the last bit.
_LEXICAL = text(f"""
    with asked as (
        select * from unnest(cast(:terms as text[]), cast(:counts as integer[])) as t(term, times)
    ),
    corpus as (
        select count(*)::float8 as size, avg(length)::float8 as mean_length
        from memories where collection = :collection and status = :status
    ),
    matches as (
        select p.term, entry.frequency::float8, m.id, m.length::float8, {_ALLOWED} as allowed
        from postings p
        cross join lateral unnest(p.ordinals, p.frequencies) as entry(ordinal, frequency)
        join memories m on m.version_id = p.version_id and m.ordinal = entry.ordinal
        where p.collection = :collection and p.term = any(cast(:terms as text[]))
          and m.collection = :collection and m.status = :status
    ),
    weights as (
        select term, times * ln(1 + (size - held + 0.5::float8) / (held + 0.5::float8)) as weight
        from (select term, count(*)::float8 as held from matches group by term) as counted
        join asked using (term) cross join corpus
    ),
    scores as (
        select id, term, weight * frequency * ({K1}::float8 + 1)
               / (frequency + {K1}::float8 * (1 - {B}::float8 + {B}::float8 * length / mean_length))
               as score
        from matches join weights using (term) cross join corpus
        where allowed
    )
    select id as memory_id, sum(score order by term) as score
    from scores group by id order by score desc, memory_id limit :limit
""")

_INDEX_SETTINGS = text("""
    select set_config('hnsw.iterative_scan', 'relaxed_order', true),
           set_config('hnsw.ef_search', '100', true)
""")

# Ties at the edge are all read, and cut by id afterwards. Layer and dimensions are literals: a
# partial index serves no parameter. The index gives an order that is only nearly right; adding
# nothing to the distance keeps the planner from believing in it.
_VECTOR = """
    with nearest as materialized (
        select m.id as memory_id, {distance} as distance
        from memory_vectors v join memories m on m.id = v.memory_id
        where v.layer = '{layer}' and v.dimensions = {dimensions} and v.encoder = :encoder
          and m.collection = :collection and m.status = :status and {allowed}
        order by {distance} fetch first (:limit) rows with ties
    )
    select memory_id, 1 - distance as score from nearest
    order by distance + 0, memory_id limit :limit
"""
_INDEXED_DISTANCE = f"v.embedding::halfvec({INDEXED_DIMENSIONS}) <=> cast(:vector as halfvec)"
_EXACT_DISTANCE = "v.embedding <=> cast(:vector as halfvec)"


async def search_terms(
    connection: AsyncConnection,
    terms: Mapping[str, int],
    limit: int,
    where: SearchFilter,
    status: MemoryStatus,
) -> tuple[Hit, ...]:
    """BM25 over the memories of one status; statistics are of the whole collection."""
    if not terms:
        return ()
    asked = {"terms": list(terms), "counts": list(terms.values()), "limit": limit}
    return await _hits(connection, _LEXICAL, {**asked, **_parameters(where, status)})


async def search_vectors(
    connection: AsyncConnection,
    layer: Layer,
    vector: Vector,
    encoder: str,
    limit: int,
    where: SearchFilter,
) -> tuple[Hit, ...]:
    """Nearest verified memories; exactly when the index gives up before it has found enough."""
    parameters = {
        "vector": vector_text(vector),
        "encoder": encoder,
        "limit": limit,
        **_parameters(where, "verified"),
    }
    shape = {"layer": layer, "dimensions": len(vector), "allowed": _ALLOWED}
    if len(vector) == INDEXED_DIMENSIONS:
        await connection.execute(_INDEX_SETTINGS)
        indexed = text(_VECTOR.format(distance=_INDEXED_DISTANCE, **shape))
        hits = await _hits(connection, indexed, parameters)
        if len(hits) == limit:
            return hits
    exact = text(_VECTOR.format(distance=_EXACT_DISTANCE, **shape))
    return await _hits(connection, exact, parameters)


def vector_text(vector: Vector) -> str:
    """A vector as Postgres reads it; five digits say a half-precision number exactly."""
    return f"[{','.join([f'{x:.5g}' for x in vector.tolist()])}]"


def _parameters(where: SearchFilter, status: MemoryStatus) -> dict[str, Any]:
    return {
        "collection": where.collection,
        "status": status,
        "minimum_trust": where.minimum_trust,
        "exclude_memories": list(where.exclude_memories),
        "exclude_principals": list(where.exclude_principals),
        "exclude_origins": list(where.exclude_origins),
        "content_types": list(where.content_types),
    }


async def _hits(
    connection: AsyncConnection, statement: Any, parameters: Mapping[str, Any]
) -> tuple[Hit, ...]:
    rows = await connection.execute(statement, parameters)
    return tuple(Hit(memory_id=row.memory_id, score=row.score) for row in rows)
