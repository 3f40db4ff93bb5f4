"""What an answering run carries: the question, what was asked and found, and what it has cost."""

from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID

from agents.answer_verifier import AnswerVerifier
from agents.answerer import Answerer
from agents.evidence_verifier import EvidenceVerifier
from agents.planner import Planner
from agents.requester import Requester
from agents.selector import Selector
from core.schemas.answer import Answer, Draft, SentenceVerdict
from core.schemas.evidence import (
    Budget,
    Candidate,
    EvidenceRequest,
    EvidenceVerdict,
    HopAnswer,
    Packed,
    Plan,
    RequestReason,
    Spent,
    Sufficiency,
    TriedRequest,
    Turn,
)
from core.schemas.memory import USED_LAYERS, ContentType, Layer
from graphs.running import RunContext
from storage.protocols import Documents, Memories, Network
from tools.encoder import Encoder
from tools.reader import Reader


@dataclass
class AnswerState:
    """The data of one run. The question is never overwritten."""

    question: str
    collection: str = "default"
    content_types: list[ContentType] = field(default_factory=list)
    """Only memories of these types are searched; empty: all are."""
    history: list[Turn] = field(default_factory=list)
    """What was said before the question, oldest first."""
    exclude_from: float | None = None
    """The risk from which this collection keeps candidates out, where one was fitted to it."""
    started_at: str = ""
    """ISO time; the deadline counts from here."""
    refusal: str | None = None
    """Why the question was not looked into at all."""
    plan: Plan | None = None
    hops: list[HopAnswer] = field(default_factory=list)
    """The answers to the plan's hops so far, in their order."""
    hop_verdicts: list[EvidenceVerdict] = field(default_factory=list)
    """What was found of the evidence for each hop that was looked into, in their order."""
    budget: Budget | None = None
    """What this kind of question may cost; before planning, what the settings allow."""
    next_reason: RequestReason = "first"
    requests: list[EvidenceRequest] = field(default_factory=list)
    """To be asked in this round."""
    found: list[list[Candidate]] = field(default_factory=list)
    """Per request of this round, best first."""
    tried: list[TriedRequest] = field(default_factory=list)
    pool: list[Candidate] = field(default_factory=list)
    """Everything retrieved in all rounds."""
    quarantined: list[UUID] = field(default_factory=list)
    """Quarantined memories that would have matched; shown, never read as evidence."""
    selected: list[Candidate] = field(default_factory=list)
    verdict: EvidenceVerdict | None = None
    spent: Spent = field(default_factory=Spent)
    sufficiency: Sufficiency | None = None
    packed: list[Packed] = field(default_factory=list)
    draft: Draft | None = None
    sentence_verdicts: list[SentenceVerdict] = field(default_factory=list)
    answer: Answer | None = None


class AnswerUpdate(TypedDict, total=False):
    """What one step changes."""

    started_at: str
    refusal: str | None
    plan: Plan
    hops: list[HopAnswer]
    hop_verdicts: list[EvidenceVerdict]
    budget: Budget
    next_reason: RequestReason
    requests: list[EvidenceRequest]
    found: list[list[Candidate]]
    tried: list[TriedRequest]
    pool: list[Candidate]
    quarantined: list[UUID]
    selected: list[Candidate]
    verdict: EvidenceVerdict
    spent: Spent
    sufficiency: Sufficiency
    packed: list[Packed]
    draft: Draft | None
    sentence_verdicts: list[SentenceVerdict]
    answer: Answer


@dataclass(frozen=True)
class AnswerContext(RunContext):
    """The collaborators of one run."""

    documents: Documents
    memories: Memories
    network: Network
    encoder: Encoder
    reader: Reader
    planner: Planner
    requester: Requester
    selector: Selector
    evidence_verifier: EvidenceVerifier
    answerer: Answerer
    answer_verifier: AnswerVerifier
    budget: Budget
    layers: tuple[Layer, ...] = USED_LAYERS
