"""Questions, evidence requests, candidates, and what the evidence verifier finds in them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from core.schemas.base import Frozen
from core.schemas.document import Source, Span

QuestionType = Literal["fact", "list", "compare", "how_to", "yes_no", "summary"]
AnswerType = Literal["number", "date", "name", "boolean", "procedure", "span"]
QuestionKind = Literal[
    "fact",
    "definition",
    "how_to",
    "list",
    "compare",
    "yes_no",
    "count",
    "cause",
    "multi_hop",
    "summary",
]
"""Finer than the type: the type says how an answer is made up, the kind what is asked for."""
AnswerKind = Literal[
    "person",
    "place",
    "name",
    "date",
    "duration",
    "money",
    "quantity",
    "number",
    "yes_no",
    "steps",
    "phrase",
    "text",
]
"""Finer than the answer type: a quantity is a number with its unit, a text several sentences."""
RejectReason = Literal["echo", "another_part", "other_attribute", "no_measure"]
"""Checks that turn evidence down: it repeats the question; it is about another part number; it
is about the right one and something else; it states no value of the measure asked for."""
RequestReason = Literal["first", "chain", "rewrite", "widen", "corroborate", "disambiguate"]
SearchMode = Literal["both", "words", "vectors"]
"""What a request searches by: a rewritten one may trust words or vectors alone."""
SignalCode = Literal[
    "echo",
    "injection",
    "edited_copy",
    "conflict",
    "isolation",
    "unsupported",
    "superseded",
    "burst",
    "pivotal",
    "noise",
    "pre_echo",
]
CandidateAction = Literal["allow", "mark", "exclude", "quarantine"]
ClaimGroupStatus = Literal["leading", "rival", "superseded", "rejected"]
ClaimKind = Literal["number", "date", "name", "boolean", "statement"]
"""A statement has no typed value: its whole sentence is what it claims."""


class Turn(Frozen):
    """What was said before a question in one conversation."""

    role: Literal["user", "assistant"]
    text: str


class Rationale(Frozen):
    """One way to know evidence by (METEORA, arXiv 2505.16014), and when to turn it down."""

    looks_for: str
    """In words for a person: "a date", "HP-240"."""
    cue_terms: tuple[str, ...]
    """Words of which evidence of this kind should have one."""
    reject_if: tuple[RejectReason, ...] = ()


class Plan(Frozen):
    """What must be found out. The question itself is never overwritten."""

    question: str
    type: QuestionType
    answer_type: AnswerType
    subquestions: tuple[str, ...] = ()
    """Empty when the question is atomic."""
    cue_terms: tuple[str, ...] = ()
    """Content words that an answering sentence is expected to share."""
    kind: QuestionKind = "fact"
    answer_kind: AnswerKind = "phrase"
    standalone: str = ""
    """The question with what it leaves to the conversation spelled out; empty: it stands alone."""
    hops: tuple[str, ...] = ()
    """Questions one after another, where one needs the answer to another: {1} stands for the
    answer to the first. Empty when no answer is needed to ask."""
    rationales: tuple[Rationale, ...] = ()

    @property
    def wording(self) -> str:
        """What is looked for: the question, spelled out where a conversation is needed for it."""
        return self.standalone or self.question


class HopAnswer(Frozen):
    """What was put in for the answer to one hop, and where it was read."""

    question: str
    """The hop, with the answers before it put in."""
    text: str
    memory_id: UUID
    span: Span
    """In the version's text."""
    chance: float = Field(ge=0, le=1)
    """The reader's, that the passage answers the hop."""


class EvidenceRequest(Frozen):
    """One query of the corrective loop with its reason."""

    text: str
    reason: RequestReason
    limit: int = Field(default=40, ge=1, le=200)
    """Candidates asked of each search."""
    mode: SearchMode = "both"
    exclude_memories: tuple[UUID, ...] = ()
    exclude_principals: tuple[str, ...] = ()
    exclude_origins: tuple[str, ...] = ()
    minimum_trust: float = 0.0


class TriedRequest(Frozen):
    """A request that was answered, and what it brought."""

    request: EvidenceRequest
    found: int
    new: int


class Candidate(Frozen):
    """A retrieved memory, by reference; its text is read from storage when needed."""

    memory_id: UUID
    document_id: UUID
    version_id: UUID
    text_sha256: str
    source: Source
    batch: UUID
    created_at: datetime
    scores: dict[str, float] = {}
    """lexical, vector_question, vector_core, vector_chunk, chain, fused, rank, relevance."""
    answer_spans: tuple[Span, ...] = ()
    """Where an answer most likely stands, if anywhere: one place for each part of the question."""

    @property
    def relevance(self) -> float:
        """As the selector judged it, 0 to 1; 0 before."""
        return self.scores.get("relevance", 0.0)


class Signal(Frozen):
    """A reason to look twice at a candidate: triggers corroboration; only hard ones exclude."""

    code: SignalCode
    memory_id: UUID
    value: float
    """0 to 1."""
    hard: bool = False
    detail: str = ""


class Assessment(Frozen):
    """The evidence verifier's verdict on one candidate."""

    memory_id: UUID
    group: int
    """Its independence group; members count as one witness."""
    risk: float = Field(ge=0, le=1)
    action: CandidateAction
    signals: tuple[Signal, ...] = ()


class Claim(Frozen):
    """A statement read from a span of one memory's version, typed where it gives a value."""

    memory_id: UUID
    group: int
    attribute: str
    """What it is about: the content words the statement shares with the question."""
    kind: ClaimKind
    value: str
    """Normalised: "45 nm", "2021-05-12", "harrow"; of a statement, the words of the first."""
    surface: str
    """As written."""
    negated: bool = False
    span: Span
    """Of the sentence, in the version's text."""
    place: Span | None = None
    """Of the words that a reader pointed at, in the version's text."""


class ClaimGroup(Frozen):
    """Claims that agree on one value, or statements that say the same."""

    value: str
    kind: ClaimKind
    memory_ids: tuple[UUID, ...]
    witnesses: int
    """Independence groups that support it."""
    weight: float
    """Trust-weighted vote with the Sybil damper."""
    status: ClaimGroupStatus
    bearer: int = 0
    """Whom it is about, where several bear the name that is asked about; 0 where one is known."""
    part: int = 0
    """Which part of the question it answers; groups of different parts contradict nobody."""
    valid_from: str | None = None
    """The latest date since which one of its statements says that it holds, as far as told."""


class EvidenceVerdict(Frozen):
    """All the evidence verifier found; independent of the order of candidates."""

    assessments: tuple[Assessment, ...]
    claims: tuple[Claim, ...] = ()
    claim_groups: tuple[ClaimGroup, ...] = ()

    @property
    def kept_out(self) -> frozenset[UUID]:
        """The memories that may not carry an answer: excluded or quarantined."""
        return frozenset(
            item.memory_id for item in self.assessments if item.action in {"exclude", "quarantine"}
        )

    @property
    def is_ambiguous(self) -> bool:
        """Whether something stands about several bearers of the name that is asked about."""
        standing = {(g.part, g.bearer) for g in self.claim_groups if g.status == "leading"}
        return len(standing) > len({part for part, _ in standing})

    @property
    def is_disputed(self) -> bool:
        """Whether more than one thing may be told: rivals stand, or several bearers are meant."""
        return self.is_ambiguous or any(group.status == "rival" for group in self.claim_groups)

    def of_part(self, part: int) -> "EvidenceVerdict":
        """The same with the claim groups of one part of the question alone."""
        groups = tuple(group for group in self.claim_groups if group.part == part)
        return self.model_copy(update={"claim_groups": groups})


PackedForm = Literal["telling", "compressed", "gist"]
"""telling: the units that speak most to the question. compressed: of background, all but what could
be spared. gist: one unit, where no more fits."""


class Packed(Frozen):
    """What the answerer reads of one memory."""

    memory_id: UUID
    form: PackedForm
    units: tuple[int, ...]
    """Their indices in the version."""


class Budget(Frozen):
    """What one question may cost."""

    max_rounds: int = Field(default=3, ge=1)
    max_candidates: int = Field(default=120, ge=1)
    max_context_characters: int = Field(default=1_500, ge=100)
    seconds: float = Field(default=45.0, gt=0)


class Spent(Frozen):
    """What it has cost so far."""

    rounds: int = 0
    candidates: int = 0
    seconds: float = 0.0


SufficiencyAction = Literal[
    "answer", "rewrite", "widen", "corroborate", "disambiguate", "report_conflict", "abstain"
]


class Sufficiency(Frozen):
    """What to do next, decided by a pure function."""

    action: SufficiencyAction
    reason: str
    """A code: enough_support, no_candidate, weak_match, single_low_trust, rivals,
    contested, excluded_majority, budget_spent, no_progress."""
