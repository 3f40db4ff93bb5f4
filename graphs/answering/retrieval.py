"""One evidence request answered: a search by words and one per layer, fused, as one recorded value;
for a chain one more, which follows names from memory to memory.

Memories that stand beside one that was found too gain by it: what is told goes on over chunks.

What is recorded are ids, versions, scores and hashes, so that a replay sees exactly the same
candidates without searching; their texts are read again by id.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from core.errors import Conflict, NotFound
from core.ids import sha256_of
from core.recording import NullRecorder, Observed, observe, recording
from core.schemas.evidence import Candidate, EvidenceRequest
from core.schemas.memory import Hit, Memory, SearchFilter
from graphs.answering.state import AnswerContext
from storage.protocols import Place
from tools.chains import in_turns
from tools.lexical import term_counts
from tools.network_search import ChainSearch
from tools.ranking import ABSENT, beside_neighbours, best_fused, fuse

QUARANTINED_LIMIT = 5
WIDENED = 3
"""Best finds of a widened request whose neighbours come with them."""

NEAR_TOP = 0.6
"""A quarantined memory is worth showing from this share of the best lexical score on."""


async def retrieve(
    request: EvidenceRequest, scope: SearchFilter, context: AnswerContext
) -> list[Candidate]:
    """Lexical ∪ one vector search per layer (∪ chains), fused; best first, ``request.limit`` of
    them at most. A widened request brings what stands beside the first of them too.

    Raises Conflict when a recorded result no longer matches what is stored.
    """
    where = filter_of(request, scope)
    vector = (await context.encoder.encode([request.text]))[0]
    terms = term_counts(request.text)

    async def search() -> Observed:
        lists: dict[str, tuple[Hit, ...]] = {}
        if request.mode != "vectors":
            lists["lexical"] = await context.memories.search_lexical(terms, request.limit, where)
        for layer in context.layers if request.mode != "words" else ():
            lists[f"vector_{layer}"] = await context.memories.search_vector(
                layer, vector, context.encoder.id, request.limit, where
            )
        if request.reason == "chain":
            lists["chain"] = await _chained(request, where, context)
        scores = fuse(lists)
        found = await context.memories.get(best_fused(scores, request.limit))
        if request.reason == "widen":
            found = (*found, *await _beside(found, where, context))
        told = _with_neighbours(found, scores)
        memories = sorted(found, key=lambda memory: (-told[memory.id]["fused"], memory.id))
        return Observed([_result(memory, told[memory.id]) for memory in memories])

    asked: JsonValue = {
        "terms": dict(terms),
        "vector_sha256": sha256_of(vector.tobytes()),
        "limit": request.limit,
        "where": where.model_dump(mode="json"),
        "mode": request.mode,
        "reason": request.reason,
    }
    observed = await observe("retrieval", "hybrid", asked, search)
    results: Any = observed.value
    memories = await _recorded(results, context)
    return [
        candidate_of(memory, result["scores"])
        for memory, result in zip(memories, results, strict=True)
    ]


async def _beside(
    found: Sequence[Memory], where: SearchFilter, context: AnswerContext
) -> list[Memory]:
    """The memories before and after the best finds that may be read and were not found."""
    best = found[:WIDENED]
    wanted = {(one.version_id, one.ordinal + step) for one in best for step in (-1, 1)}
    around = [
        memory
        for version_id in dict.fromkeys(one.version_id for one in best)
        for memory in await context.memories.of_version(version_id)
        if (version_id, memory.ordinal) in wanted
    ]
    known = {memory.id for memory in found}.union(where.exclude_memories)
    return [
        memory
        for memory in around
        if memory.status == "verified"
        and memory.id not in known
        and (not where.content_types or memory.content_type in where.content_types)
    ]


async def _chained(
    request: EvidenceRequest, where: SearchFilter, context: AnswerContext
) -> tuple[Hit, ...]:
    """The memories of the chains from each name of the question in turn; what comes first has the
    most. What the search asks the encoder is no entry of its own: the whole is one."""
    search = ChainSearch(context.network, context.memories, context.encoder, where)
    with recording(NullRecorder()):
        found = in_turns(await search.chains(request.text), request.limit)
    return tuple(Hit(memory_id=key, score=1 - at / len(found)) for at, key in enumerate(found))


async def find_quarantined(
    request: EvidenceRequest,
    found: Sequence[Candidate],
    scope: SearchFilter,
    context: AnswerContext,
) -> list[UUID]:
    """Quarantined memories that would have been near the top: to be shown, never to be read."""
    terms = term_counts(request.text)
    where = filter_of(request, scope)

    async def search() -> Observed:
        hits = await context.memories.search_quarantined(terms, QUARANTINED_LIMIT, where)
        return Observed([[str(hit.memory_id), hit.score] for hit in hits])

    asked: JsonValue = {"terms": dict(terms), "where": where.model_dump(mode="json")}
    observed = await observe("retrieval", "quarantined", asked, search)
    results: Any = observed.value
    best = max((candidate.scores.get("lexical", 0.0) for candidate in found), default=0.0)
    return [UUID(memory_id) for memory_id, score in results if score >= NEAR_TOP * best]


def filter_of(request: EvidenceRequest, scope: SearchFilter) -> SearchFilter:
    """What the question is asked over, less what the request leaves out."""
    return SearchFilter(
        collection=scope.collection,
        content_types=scope.content_types,
        exclude_memories=request.exclude_memories,
        exclude_principals=request.exclude_principals,
        exclude_origins=request.exclude_origins,
        minimum_trust=request.minimum_trust,
    )


def candidate_of(memory: Memory, scores: dict[str, float]) -> Candidate:
    """A memory as a candidate: by reference, with its scores and provenance."""
    return Candidate(
        memory_id=memory.id,
        document_id=memory.document_id,
        version_id=memory.version_id,
        text_sha256=memory.text_sha256,
        source=memory.source,
        batch=memory.batch,
        created_at=memory.created_at,
        scores=scores,
    )


def _with_neighbours(
    memories: Sequence[Memory], scores: Mapping[UUID, Mapping[str, float]]
) -> dict[UUID, dict[str, float]]:
    lowest = min((scores[key]["fused"] for key in scores), default=0.0) + ABSENT
    fused = {memory.id: scores.get(memory.id, {}).get("fused", lowest) for memory in memories}
    places = {memory.id: (memory.version_id, memory.ordinal) for memory in memories}
    told = beside_neighbours(fused, places)
    return {key: {**scores.get(key, {}), "fused": told[key]} for key in told}


async def _recorded(results: Sequence[Any], context: AnswerContext) -> tuple[Memory, ...]:
    """The memories that were found, as they stood. A replay must not silently read another text
    than the run did. Raises Conflict."""
    places = [Place(UUID(result["version_id"]), UUID(result["memory_id"])) for result in results]
    try:
        memories = await context.memories.at(places)
    except NotFound as error:
        raise Conflict("the record no longer matches what is stored: it was purged") from error
    if [memory.text_sha256 for memory in memories] != [item["text_sha256"] for item in results]:
        raise Conflict("the record no longer matches what is stored")
    return memories


def _result(memory: Memory, scores: dict[str, float]) -> JsonValue:
    return {
        "memory_id": str(memory.id),
        "version_id": str(memory.version_id),
        "text_sha256": memory.text_sha256,
        "scores": dict(scores),
    }
