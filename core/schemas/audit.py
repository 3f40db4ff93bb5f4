"""Auditing answers: who backed what was told, what they touched, and what a person decided."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from core.schemas.answer import Outcome
from core.schemas.base import Frozen
from core.schemas.document import TrustClass
from core.schemas.evidence import Signal
from core.schemas.job import JobState
from core.schemas.memory import MemoryStatus

SuspectField = Literal["principal", "origin"]
ItemDecision = Literal["quarantine", "release"]


class Suspect(Frozen):
    """Whose memories are looked at: those of one principal, or from one origin."""

    field: SuspectField
    name: str


class Note(Frozen):
    """Who decided something, as the caller says, and why."""

    by: str
    reason: str = ""


class BackingMemory(Frozen):
    """A memory that spoke for what was told."""

    memory_id: UUID
    document_id: UUID
    weight: float
    """Its share of all that spoke for it, 0 to 1."""
    cited: bool
    """The answer quotes it; otherwise it only makes the same claim."""
    value: str | None
    """The claim that it makes; None where no claim was read from it."""


class Backer(Frozen):
    """A principal whose memories spoke for what was told: one witness, however many they are."""

    principal: str
    origins: tuple[str, ...]
    trust: TrustClass
    """The highest of its memories."""
    weight: float
    """The share of its best memory among the best of all principals, 0 to 1."""
    memories: tuple[BackingMemory, ...]


class Backing(Frozen):
    """What pushed one answer, the heaviest first."""

    run_id: UUID
    question: str
    outcome: Outcome
    told: str
    backers: tuple[Backer, ...]


class TouchedMemory(Frozen):
    """A memory of a suspect, and how many answering runs found it."""

    memory_id: UUID
    document_id: UUID
    status: MemoryStatus
    runs: int


class TouchedRun(Frozen):
    """An answering run that found memories of a suspect."""

    run_id: UUID
    question: str
    collection: str
    started_at: datetime
    memories: int


class Touched(Frozen):
    """Everything a suspect's memories touched; the totals count what the lists leave out."""

    suspect: Suspect
    memories: tuple[TouchedMemory, ...]
    memories_total: int
    runs: tuple[TouchedRun, ...]
    """Newest first."""
    runs_total: int


class Undoing(Frozen):
    """That a revocation was taken back."""

    by: str
    reason: str
    at: datetime


class Revocation(Frozen):
    """A suspect's memories taken out of retrieval by a person; nothing is deleted."""

    id: UUID
    suspect: Suspect
    by: str
    reason: str
    at: datetime
    memories: int
    """How many it holds: those that were out already, or that only older versions have, too."""
    undone: Undoing | None = None


class OutcomeSeen(Frozen):
    """What a run answered, as far as a report sets it beside another."""

    run_id: UUID
    outcome: Outcome
    text: str
    confidence: float
    cites_revoked: bool
    """It quotes a memory that the revocation took out."""

    @property
    def told(self) -> tuple[Outcome, str]:
        """What a reader of the answer sees."""
        return self.outcome, self.text


class AskedAgain(Frozen):
    """One question before and after a revocation."""

    job_id: UUID
    state: JobState
    question: str
    before: OutcomeSeen | None
    """None when what the run had read was deleted."""
    after: OutcomeSeen | None
    """None until the job has succeeded."""
    changed: bool
    """Both are known, and differ in outcome or text."""


class RevocationReport(Frozen):
    """A revocation and every question that was asked again for it."""

    revocation: Revocation
    questions: tuple[AskedAgain, ...]
    waiting: int
    """Questions whose jobs have not ended."""


class Suspicion(Frozen):
    """What a run has against a memory that it kept out of sight."""

    memory_id: UUID
    run_id: UUID
    risk: float = Field(ge=0, le=1)
    signals: tuple[Signal, ...]


class AuditItem(Frozen):
    """A suspicion that waits for a person, or what the person decided: one for each memory."""

    id: UUID
    memory_id: UUID
    document_id: UUID
    collection: str
    status: MemoryStatus
    """How its memory stands now."""
    run_id: UUID
    """The first run that opened it."""
    risk: float
    signals: tuple[Signal, ...]
    opened_at: datetime
    decision: ItemDecision | None = None
    by: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None


class Thresholds(Frozen):
    """From which risk on a collection keeps candidates out, and what that rests on."""

    exclude: float = Field(ge=0, le=1)
    clean: int
    """Candidates of answered questions that nobody took out, each once for each question."""
    clean_removed: float
    """The share of them that the threshold keeps out."""
    poison: int
    """Candidates that a person took out since."""
    poison_removed: float


class FittedThresholds(Frozen):
    """The thresholds of one collection, and since when they hold."""

    collection: str
    made_at: datetime
    thresholds: Thresholds
