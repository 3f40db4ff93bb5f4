"""Knowledge memories, and the verdicts that turn a chunk into one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from core.schemas.base import Frozen
from core.schemas.document import Source, Span

GapKind = Literal["reference", "term", "background", "dependency"]
MemoryStatus = Literal["draft", "verified", "quarantined", "superseded"]
ContentType = Literal["concept", "procedure", "reference", "warning", "example"]
Intent = Literal["how_to", "debug", "compare", "reference"]
"""What a reader wants who needs a chunk."""
Layer = Literal["question", "core", "chunk"]
LAYERS: tuple[Layer, ...] = ("question", "core", "chunk")
USED_LAYERS: tuple[Layer, ...] = ("chunk",)
"""Those with vectors unless settings ask for all: the others find nothing that it does not
(docs/evals.md, Retrieval), and cost a sixth of building."""

FlagCode = Literal["injection", "instruction_like", "hidden_text", "invisible_characters"]


class Gap(Frozen):
    """A fact a chunk needs to be understood alone, and lacks; stated outright elsewhere."""

    id: str
    """Stable inside a run: kind, chunk and surface."""
    chunk: int = Field(ge=0)
    kind: GapKind
    surface: str
    """The words in the chunk that need it."""
    missing: str
    """What is missing, in one phrase."""
    evidence: tuple[int, ...]
    """Indexes of the units outside the chunk that state it."""
    severity: int = Field(ge=1, le=3)


class Review(Frozen):
    """The integrity reviewer's verdict on one chunk."""

    chunk: int
    gaps: tuple[Gap, ...]
    needs_completion: bool


class Insertion(Frozen):
    """Text added in front of a chunk for one gap, copied from a span of the same version."""

    id: str
    chunk: int = Field(ge=0)
    gap_id: str
    text: str = Field(min_length=1)
    sources: tuple[int, ...] = Field(min_length=1)
    """Indexes of the units the text was taken from."""
    span: Span
    """From the start of the first source unit to the end of the last."""


class Rejection(Frozen):
    """A gap the completer refused, or an insertion the verifier reverted."""

    gap_id: str
    reason: Literal["not_critical", "not_explicit", "new_topic", "too_long", "reverted"]


class Completion(Frozen):
    """The completer's answer to one review."""

    chunk: int
    insertions: tuple[Insertion, ...]
    rejections: tuple[Rejection, ...] = ()


class InsertionVerdict(Frozen):
    """The verifier's decision on one insertion; anything but accepted reverts it."""

    insertion_id: str
    accepted: bool
    reasons: tuple[str, ...] = ()
    """Codes of the failed checks: numbers, entities, coverage, negation, exchanged, modality,
    scope, preservation."""


class Flag(Frozen):
    """A trust signal seen while building; kept with the memory."""

    code: FlagCode
    strong: bool
    detail: str
    """The words that raised it, cut to 200 characters."""


class Memory(Frozen):
    """A chunk made standalone, as one version holds it: every statement points at a span of it."""

    id: UUID
    """Of its content: an unchanged chunk of a later version is the same memory."""
    document_id: UUID
    version_id: UUID
    ordinal: int = Field(ge=0)
    """Position among the memories of its version."""
    status: MemoryStatus
    title: str
    heading_path: tuple[str, ...]
    span: Span
    """Of the chunk, in the version's text."""
    page: int | None
    text_original: str
    """Exactly ``span.of(version text)``; what is quoted."""
    text_completed: str
    """Insertions in front of the original; what is embedded and searched."""
    text_sha256: str
    """Of ``text_original``."""
    core: str
    """The most central sentence; a verbatim unit."""
    question: str
    questions: tuple[str, ...] = ()
    content_type: ContentType
    intents: tuple[Intent, ...] = ()
    keywords: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    insertions: tuple[Insertion, ...] = ()
    unit_first: int
    unit_stop: int
    flags: tuple[Flag, ...] = ()
    source: Source
    batch: UUID
    collection: str
    created_at: datetime


CONTENT = frozenset(
    {
        "document_id",
        "heading_path",
        "text_original",
        "text_completed",
        "text_sha256",
        "source",
        "collection",
    }
)
"""What a memory says, and who says it: the same in every version that holds it, and what its id is
made from. The other fields are how one version holds it: where it stands, how it is described."""


class SearchFilter(Frozen):
    """What a search may return; tenant, version and quarantine are always filtered besides."""

    collection: str = "default"
    content_types: tuple[ContentType, ...] = ()
    """Empty: of every type."""
    exclude_memories: tuple[UUID, ...] = ()
    exclude_principals: tuple[str, ...] = ()
    exclude_origins: tuple[str, ...] = ()
    minimum_trust: float = 0.0


class Hit(Frozen):
    """One result of one search."""

    memory_id: UUID
    score: float
