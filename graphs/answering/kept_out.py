"""What did not get into an answer: who was kept out and why, and what came nearest to answering."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.schemas.answer import FilteredCandidate, NearMiss
from core.schemas.evidence import Assessment, EvidenceVerdict, Signal
from graphs.answering.state import AnswerContext, AnswerState
from storage.protocols import Place

NEAREST = 3


async def kept_out_of(state: AnswerState, context: AnswerContext) -> tuple[FilteredCandidate, ...]:
    """What the last verdict kept out, then what was in quarantine before the question came."""
    verdict = state.verdict or EvidenceVerdict(assessments=())
    filtered = [item for item in verdict.assessments if item.memory_id in verdict.kept_out]
    filtered += [_quarantined(memory_id) for memory_id in state.quarantined]
    scores = {item.memory_id: item.scores for item in (*state.pool, *state.selected)}
    shown: dict[UUID, FilteredCandidate] = {}
    for item in filtered:
        if item.memory_id not in shown:
            found = scores.get(item.memory_id, {})
            shown[item.memory_id] = await _filtered_candidate(item, found, context)
    return tuple(shown.values())


def _quarantined(memory_id: UUID) -> Assessment:
    return Assessment(memory_id=memory_id, group=-1, risk=1.0, action="quarantine")


async def _filtered_candidate(
    item: Assessment, scores: Mapping[str, float], context: AnswerContext
) -> FilteredCandidate:
    (memory,) = await context.memories.get([item.memory_id])
    document = await context.documents.get(memory.document_id)
    flagged = tuple(
        Signal(
            code="injection", memory_id=memory.id, value=1.0, hard=flag.strong, detail=flag.detail
        )
        for flag in memory.flags
    )
    return FilteredCandidate(
        memory_id=memory.id,
        document_id=document.id,
        external_id=document.external_id,
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
    near = [item for item in state.selected or state.pool if item.memory_id not in excluded]
    memories = await context.memories.at(
        [Place(item.version_id, item.memory_id) for item in near[:NEAREST]]
    )
    documents = [await context.documents.get(memory.document_id) for memory in memories]
    failed = failures(state)
    return tuple(
        NearMiss(
            memory_id=memory.id,
            external_id=document.external_id,
            title=memory.title,
            quote=memory.core,
            score=item.scores.get("relevance", 0.0),
            reason=failed.get(memory.id, reasons[0]),
        )
        for item, memory, document in zip(near, memories, documents, strict=False)
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
