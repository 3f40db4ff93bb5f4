"""What any answerer must keep to: which evidence may speak, and how a unit becomes a quote."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from agents.answerer import Passage
from core.schemas.answer import Quote, ShortAnswer
from core.schemas.document import Span, Unit
from core.schemas.evidence import Claim, ClaimGroupStatus, EvidenceVerdict
from core.spans import overlaps


def allowed(passages: Sequence[Passage], verdict: EvidenceVerdict) -> list[Passage]:
    """The passages that the evidence verifier did not keep out, in a fixed order."""
    kept_out = verdict.kept_out
    usable = [passage for passage in passages if passage.evidence.memory.id not in kept_out]
    return sorted(usable, key=lambda passage: passage.evidence.memory.id)


def quote_of(passage: Passage, unit: Unit, score: float) -> Quote:
    """The unit as a verbatim quote of its version."""
    memory = passage.evidence.memory
    return Quote(
        memory_id=memory.id,
        document_id=memory.document_id,
        version_id=memory.version_id,
        span=unit.span,
        text=unit.text,
        score=score,
    )


def short_answer_of(passage: Passage, unit: Unit, span: Span) -> ShortAnswer:
    """The words of the unit at a span of its version."""
    text = unit.text[span.start - unit.start : span.end - unit.start]
    return ShortAnswer(version_id=passage.evidence.memory.version_id, span=span, text=text)


def claims_by_status(verdict: EvidenceVerdict, status: ClaimGroupStatus) -> list[list[Claim]]:
    """The claims of every group with this status, one list per group."""
    return [
        [
            claim
            for claim in verdict.claims
            if claim.memory_id in group.memory_ids
            and (claim.kind, claim.value) == (group.kind, group.value)
        ]
        for group in verdict.claim_groups
        if group.status == status
    ]


def states(memory_id: UUID, span: Span, claims: Iterable[Claim]) -> bool:
    """Whether one of the claims was read from this place."""
    return any(claim.memory_id == memory_id and overlaps(claim.span, span) for claim in claims)
