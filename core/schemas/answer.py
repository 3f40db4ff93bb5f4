"""What leaves: sentences with checked citations, or an abstention that says why."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from core.schemas.base import Frozen
from core.schemas.document import Source, Span
from core.schemas.evidence import CandidateAction, ClaimGroup, Signal, TriedRequest

Outcome = Literal["answered", "partial", "conflict", "abstained"]


class Quote(Frozen):
    """A verbatim span of one version that an answer sentence rests on."""

    memory_id: UUID
    document_id: UUID
    version_id: UUID
    span: Span
    text: str
    score: float = 0.0
    """How well it answers the question, 0 to 1, as the answerer saw it."""


class ShortAnswer(Frozen):
    """The words that answer by themselves: a verbatim span of one version, inside a quote."""

    version_id: UUID
    span: Span
    text: str


class DraftSentence(Frozen):
    """One sentence the answerer proposes, with the quotes it rests on."""

    text: str
    quotes: tuple[Quote, ...] = Field(min_length=1)
    answers: tuple[ShortAnswer, ...] = ()
    """One for each part of the question that words of the quotes answer; none where it takes
    the whole sentence, as in a procedure."""


class Draft(Frozen):
    """What the answerer proposes; nothing of it is sent before it was checked."""

    sentences: tuple[DraftSentence, ...]
    missing: tuple[str, ...] = ()
    """Parts of the question it found nothing for."""
    chosen: ShortAnswer | None = None
    """The side that a comparison asks for, named in the first sentence. All of the sentences are
    its ground."""


class SentenceVerdict(Frozen):
    """The answer verifier's decision on one draft sentence."""

    index: int
    supported: bool
    reasons: tuple[str, ...] = ()
    """quote_mismatch, answer_mismatch, number, name, negation, containment, refuted, not_accepted:
    nothing in the sentence is accepted as the answer, reading the place it was quoted from."""


class Citation(Frozen):
    """Both sides of one reference: where it stands in the answer, and where in the source."""

    number: int = Field(ge=1)
    answer_span: Span
    memory_id: UUID
    document_id: UUID
    version_id: UUID
    version_number: int
    external_id: str
    title: str
    page: int | None
    source_span: Span
    quote: str
    quote_sha256: str
    verified: bool
    """The quote was compared with the stored text of that version at that span."""
    source: Source


class Sentence(Frozen):
    """One sentence of the answer, and the words in it that answer by themselves."""

    span: Span
    """In the answer's text."""
    answers: tuple[ShortAnswer, ...] = ()
    """As they stand in the source."""
    answer_spans: tuple[Span, ...] = ()
    """Where they stand in the answer's text, in order; without those it puts in other words."""


class FilteredCandidate(Frozen):
    """A candidate that was kept out of the answer, and why."""

    memory_id: UUID
    document_id: UUID
    external_id: str
    title: str
    action: CandidateAction
    risk: float
    reasons: tuple[str, ...] = ()
    """Codes: of its signals, the strongest first; outvoted; in_quarantine, which it was already."""
    signals: tuple[Signal, ...]
    scores: dict[str, float] = {}
    """As it was found and ranked: lexical, vector_chunk, fused, rank, relevance …"""
    source: Source


class NearMiss(Frozen):
    """The nearest evidence when there was no answer."""

    memory_id: UUID
    external_id: str
    title: str
    quote: str
    score: float
    reason: str = ""
    """Why it does not answer: what a sentence of it failed, else why the run found no answer."""


class Grounds(Frozen):
    """What confidence was worked out from."""

    strength: float
    """How well the weakest sentence's best quote answers, as the answerer scored it, 0 to 1."""
    relevance: float
    """Of the best memory that is quoted, 0 to 1."""
    agreement: float
    """The share of the votes for what is told among those for it and its rivals; 1 without any."""
    witnesses: int
    """Independent sources that say the same; 1 where no claim was read."""
    rounds: int


class Answer(Frozen):
    """The outcome of one question."""

    run_id: UUID
    question: str
    outcome: Outcome
    text: str
    """The sentences joined by one space; empty when abstained."""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    reasons: tuple[str, ...] = ()
    confidence: float = Field(ge=0, le=1)
    """How sure it is that what is told is right, from its grounds; 0 when abstained."""
    grounds: Grounds | None = None
    """What the confidence rests on; None when abstained."""
    claim_groups: tuple[ClaimGroup, ...] = ()
    filtered: tuple[FilteredCandidate, ...] = ()
    nearest: tuple[NearMiss, ...] = ()
    tried: tuple[TriedRequest, ...] = ()
    rounds: int = 0
    seconds: float = 0.0
