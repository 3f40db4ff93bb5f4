"""What did not get into an answer: who was kept out and why, and what came nearest to answering."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from core.recording import Observed, observe
from core.schemas.answer import FilteredCandidate, NearMiss
from core.schemas.evidence import Assessment, EvidenceVerdict, Signal
from core.schemas.memory import Memory
from graphs.answering.state import AnswerContext, AnswerState
from storage.protocols import Place

NEAREST = 3


async def kept_out_of(state: AnswerState, context: AnswerContext) -> tuple[FilteredCandidate, ...]:
    """What the last verdict kept out, and those on the hops before it; then what was in quarantine
    before the question came."""
    shown = _kept_out(state)
    if not shown:
        return ()
    scores = {item.memory_id: item.scores for item in (*state.pool, *state.selected)}
    memories = await context.memories.at(await _places_of(list(shown), state, context))
    names = await context.documents.external_ids({memory.document_id for memory in memories})
    return tuple(
        _filtered_candidate(
            shown[memory.id], memory, names[memory.document_id], scores.get(memory.id, {})
        )
        for memory in memories
    )


def _kept_out(state: AnswerState) -> dict[UUID, Assessment]:
    last = state.verdict or EvidenceVerdict(assessments=())
    filtered = [
        item
        for verdict in (last, *state.hop_verdicts)
        for item in verdict.assessments
        if item.memory_id in verdict.kept_out
    ]
    filtered += [_quarantined(memory_id) for memory_id in state.quarantined]
    shown: dict[UUID, Assessment] = {}
    for item in filtered:
        shown.setdefault(item.memory_id, item)
    return shown


def _quarantined(memory_id: UUID) -> Assessment:
    return Assessment(memory_id=memory_id, group=-1, risk=1.0, action="quarantine")


async def _places_of(
    memory_ids: Sequence[UUID], state: AnswerState, context: AnswerContext
) -> list[Place]:
    """Where each stood when it was found. Of what was in quarantine the state knows the id alone,
    so it is looked up and recorded: a replay must not read what a later version holds."""
    known = {
        item.memory_id: Place(item.version_id, item.memory_id)
        for item in (*state.pool, *state.selected)
    }
    others = [memory_id for memory_id in memory_ids if memory_id not in known]
    if others:
        known |= {place.memory_id: place for place in await _looked_up(others, context)}
    return [known[memory_id] for memory_id in memory_ids]


async def _looked_up(memory_ids: Sequence[UUID], context: AnswerContext) -> list[Place]:
    async def look_up() -> Observed:
        memories = await context.memories.get(memory_ids)
        return Observed([[str(memory.version_id), str(memory.id)] for memory in memories])

    asked: JsonValue = [str(memory_id) for memory_id in memory_ids]
    observed = await observe("retrieval", "kept_out", asked, look_up)
    results: Any = observed.value
    return [Place(UUID(version_id), UUID(memory_id)) for version_id, memory_id in results]


def _filtered_candidate(
    item: Assessment, memory: Memory, external_id: str, scores: Mapping[str, float]
) -> FilteredCandidate:
    flagged = tuple(
        Signal(
            code="injection", memory_id=memory.id, value=1.0, hard=flag.strong, detail=flag.detail
        )
        for flag in memory.flags
    )
    return FilteredCandidate(
        memory_id=memory.id,
        document_id=memory.document_id,
        external_id=external_id,
        title=memory.title,
        action=item.action,
        risk=item.risk,
        reasons=reasons_against(item),
        signals=item.signals or flagged,
        scores=dict(scores),
        source=memory.source,
    )


def reasons_against(item: Assessment) -> tuple[str, ...]:
    """Pure: why a candidate was kept out, as codes, the weightiest first."""
    if item.group < 0:
        return ("in_quarantine",)
    ordered = sorted(item.signals, key=lambda signal: (not signal.hard, -signal.value, signal.code))
    return tuple(dict.fromkeys(signal.code for signal in ordered)) or ("outvoted",)


async def nearest_to(
    state: AnswerState, reasons: Sequence[str], context: AnswerContext
) -> tuple[NearMiss, ...]:
    """The best that was found and believed, and why none of it is an answer; ``reasons`` are the
    outcome's."""
    excluded = state.verdict.kept_out if state.verdict else frozenset()
    believed = [item for item in state.selected or state.pool if item.memory_id not in excluded]
    near = believed[:NEAREST]
    memories = await context.memories.at([Place(one.version_id, one.memory_id) for one in near])
    names = await context.documents.external_ids({memory.document_id for memory in memories})
    failed = failures(state)
    return tuple(
        NearMiss(
            memory_id=memory.id,
            external_id=names[memory.document_id],
            title=memory.title,
            quote=memory.core,
            score=item.relevance,
            reason=failed.get(memory.id, reasons[0]),
        )
        for item, memory in zip(near, memories, strict=True)
    )


def failures(state: AnswerState) -> dict[UUID, str]:
    """Pure: by memory, the first check that a sentence quoting it failed."""
    drafted = state.draft.sentences if state.draft else ()
    failed = [verdict for verdict in state.sentence_verdicts if verdict.reasons]
    return {
        quote.memory_id: verdict.reasons[0]
        for verdict in reversed(failed)
        if verdict.index < len(drafted)
        for quote in drafted[verdict.index].quotes
    }
