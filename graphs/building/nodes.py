"""The steps of building, one function each: agents judge, these apply and keep.

What computes for long does so in a thread, so that heartbeats go on.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

from langgraph.runtime import Runtime
from pydantic import JsonValue, TypeAdapter

from core.errors import EmptyExtraction
from core.recording import Observed, observe
from core.schemas.document import SummarySentence
from core.schemas.memory import Memory
from core.schemas.outline import Chunk, Outline
from core.spans import tiles
from graphs.building.completing import complete_all, review_all, verify_all
from graphs.building.embedding import embed_texts, index_memories, read_vectors
from graphs.building.memories import Cut, assemble_memories, describe
from graphs.building.state import BuildContext, BuildState, BuildUpdate
from tools.describing import Description, settled
from tools.partitions import choose_partition, chunks_of
from tools.reader import Reader
from tools.summaries import summarise
from tools.trust_signals import hidden_flags

MEMORIES = TypeAdapter(list[Memory])


async def load_document(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Bytes to normalised text and units."""
    context = runtime.context
    version = await context.documents.version(state.version_id)
    content = await context.documents.content(state.version_id)

    async def load() -> Observed:
        loaded = await context.loader.load(content, version.filename)
        if not loaded.units:
            raise EmptyExtraction
        saved = await context.documents.save_loaded(state.version_id, loaded, context.lease)
        return Observed(
            {
                "title": loaded.title,
                "warnings": list(loaded.warnings),
                "text_sha256": saved.text_sha256,
                "units": saved.unit_count,
            }
        )

    asked: JsonValue = {"content": version.content_sha256, "filename": version.filename}
    found: Any = (await observe("tool", "loader", asked, load)).value
    return {
        "title": version.title or found["title"] or version.filename,
        "warnings": found["warnings"],
    }


async def outline_document(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Which questions the document answers, over which units."""
    units = await runtime.context.units(state.version_id)
    return {"outline": await runtime.context.outliner.outline(state.title, units)}


async def segment_units(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Candidate cuts from several paths, scored."""
    units = await runtime.context.units(state.version_id)
    partitions = await runtime.context.segmenter.segment(units, _outline(state))
    return {"partitions": list(partitions)}


async def choose_cut(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """The best cut, as chunks that tile the version."""
    units = await runtime.context.units(state.version_id)
    chunks = chunks_of(choose_partition(state.partitions), _outline(state), len(units))
    if not tiles(chunks, len(units)):
        raise ValueError("the chosen cut does not tile the version")
    return {"chunks": list(chunks)}


async def summarise_document(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """What the whole document says, in its own sentences; nothing of a short or suspect one."""
    context = runtime.context
    units = await context.units(state.version_id)
    version = await context.documents.version(state.version_id)
    starts = [chunk.first for chunk in state.chunks]
    is_suspect = any(flag.strong for flag in hidden_flags(version.hidden))
    chosen = () if is_suspect else await asyncio.to_thread(summarise, units, starts)
    summary = [SummarySentence(text=unit.text, span=unit.span) for unit in chosen]
    await context.documents.save_summary(state.version_id, summary, context.lease)
    return {"summary": [unit.index for unit in chosen]}


async def review_chunks(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """What each chunk lacks; after the first round only what is still open."""
    context = runtime.context
    units = await context.units(state.version_id)
    settled = {insertion.gap_id for insertion in state.insertions}
    settled |= {rejection.gap_id for rejection in state.rejections}
    waiting = _chunks_to_review(state)
    reviews = await review_all(
        context.reviewer, state.title, units, waiting, state.insertions, settled
    )
    return {"round": state.round + 1, "reviews": reviews}


async def complete_chunks(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Words of the document that fill the gaps, or why a gap is left."""
    context = runtime.context
    units = await context.units(state.version_id)
    completions = await complete_all(context.completer, units, state.chunks, state.reviews)
    refused = [rejection for completion in completions for rejection in completion.rejections]
    return {"completions": completions, "rejections": state.rejections + refused}


async def verify_insertions(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Keep the insertions that stand where they say; revert every other."""
    context = runtime.context
    units = await context.units(state.version_id)
    verified = await verify_all(
        context.memory_verifier, units, state.chunks, state.completions, state.insertions
    )
    return {
        "insertions": state.insertions + verified.accepted,
        "rejections": state.rejections + verified.reverted,
    }


def route_verdicts(
    state: BuildState, runtime: Runtime[BuildContext]
) -> Literal["review_chunks", "embed_memories"]:
    """Review again what was completed, while something was and rounds are left."""
    completed = any(completion.insertions for completion in state.completions)
    if completed and state.round < runtime.context.max_review_rounds:
        return "review_chunks"
    return "embed_memories"


async def embed_memories(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """One vector per layer; kept with the run, so that storing needs no second computation."""
    context = runtime.context
    cut = await _cut(state, context)
    described = await asyncio.to_thread(describe, cut)
    described = await settle_doubts(described, context.reader)
    memories = await asyncio.to_thread(assemble_memories, cut, described)
    assembled = context.journal.keep(MEMORIES.dump_json(memories))
    embedded = await embed_texts(memories, cut.document.id, context)
    return {
        "assembled": assembled,
        "embedded": embedded.order,
        "vectors": embedded.batches,
        "memory_count": len(memories),
    }


async def store_memories(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """Memories, vectors and postings in one transaction that activates the version."""
    context = runtime.context
    memories = MEMORIES.validate_json(await context.journal.read(state.assembled))
    vectors = await read_vectors(state, context)
    indexed = await asyncio.to_thread(index_memories, memories, vectors, context.layers)
    await context.memories.activate(state.version_id, indexed, context.encoder.id, context.lease)
    return {"memory_count": len(indexed)}


async def settle_doubts(
    descriptions: Sequence[Description], reader: Reader
) -> tuple[Description, ...]:
    """Each description with the doubtful questions that the reader sees answered in its chunk."""
    found = []
    for description in descriptions:
        chances = [
            await reader.rank(doubt.question, (doubt.own, doubt.rival))
            for doubt in description.doubts
        ]
        found.append(settled(description, [(own, rival) for own, rival in chances]))
    return tuple(found)


def _outline(state: BuildState) -> Outline:
    if state.outline is None:
        raise ValueError("the document has no outline yet")
    return state.outline


def _chunks_to_review(state: BuildState) -> list[Chunk]:
    if state.round == 0:
        return state.chunks
    completed = {completion.chunk for completion in state.completions if completion.insertions}
    return [chunk for chunk in state.chunks if chunk.index in completed]


async def _cut(state: BuildState, context: BuildContext) -> Cut:
    version = await context.documents.version(state.version_id)
    return Cut(
        document=await context.documents.get(version.document_id),
        version=version,
        title=state.title,
        text=await context.documents.text(state.version_id),
        units=await context.units(state.version_id),
        outline=_outline(state),
        chunks=state.chunks,
        insertions=state.insertions,
    )
