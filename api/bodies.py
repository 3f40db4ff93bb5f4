"""What goes over the wire where it differs from the domain schemas."""

from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.fields import Channel, Collection, Cursor, ExternalId, Limit, Name, Question, Said, Title
from core.schemas.answer import Citation, ShortAnswer
from core.schemas.document import Document, TrustClass, Version
from core.schemas.evidence import Turn
from core.schemas.job import Job, JobState
from core.schemas.memory import ContentType
from core.schemas.run import Run, Step
from storage.protocols import Page

T = TypeVar("T")


class Listing(BaseModel, Generic[T]):
    """One page of a listing."""

    data: tuple[T, ...]
    next_cursor: str | None
    """Null on the last page."""

    @classmethod
    def of(cls, page: Page[T]) -> "Listing[T]":
        """A page as storage gives it."""
        return cls(data=page.items, next_cursor=page.next_cursor)


class Query(BaseModel):
    """The query of a request; a parameter it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Query):
    """Which page of a listing."""

    limit: Limit = Field(default=50, description="Items of one page.")
    cursor: Cursor | None = Field(
        default=None, description="The `next_cursor` of the previous page; omit for the first."
    )


class DocumentsQuery(PageQuery):
    """Which documents."""

    external_id: ExternalId | None = Field(
        default=None, description="Only the document put under this name."
    )


class JobsQuery(PageQuery):
    """Which jobs."""

    state: JobState | None = Field(default=None, description="Only jobs in this state.")


class MemoriesQuery(Query):
    """Which memories of a document."""

    version: UUID | None = Field(
        default=None, description="Of this version; default: the active one."
    )


class TextQuery(Query):
    """Which part of a text, in code points."""

    start: int = Field(default=0, ge=0, description="First code point.")
    end: int | None = Field(default=None, ge=0, description="One past the last; default: all.")


class UploadQuery(Query):
    """What is said about an uploaded document."""

    filename: Name | None = Field(
        default=None, description="Default: the file's own name, else the external id."
    )
    title: Title | None = Field(default=None, description="Default: found in the document.")
    principal: Name = Field(default="api", description="Who wrote or uploaded it.")
    origin: Name = Field(default="api", description="The domain or system it came from.")
    channel: Channel = Field(default="api", description="How it came here.")
    trust: TrustClass = Field(default="upload", description="How far its source is trusted.")
    collection: Collection = "default"


class Submitted(BaseModel):
    """What became of an upload."""

    document: Document
    version: Version
    job: Job
    created: bool
    """False when the same bytes are already stored: no new work."""


class Removal(BaseModel):
    """How much went with a document or a version."""

    versions: int
    memories: int
    runs: int
    """Runs that had read it: they stay with their hashes, their texts do not."""
    values: int
    """Stored values that nothing else held: files, texts, what runs had kept."""


class Excerpt(BaseModel):
    """A stretch of the immutable text that citations refer to."""

    version_id: UUID
    start: int
    end: int
    length: int
    """Of the whole text, in Unicode code points."""
    text: str


class SaidTurn(BaseModel):
    """What a user asked or was answered before."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: Said

    def turn(self) -> Turn:
        """As the planner reads it."""
        return Turn(role=self.role, text=self.text)


class AnswerRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: Question
    collection: Collection = "default"
    content_types: list[ContentType] = Field(
        default=[], description="Only memories of these types are searched; default: all."
    )
    history: list[SaidTurn] = Field(
        default=[],
        max_length=50,
        description="What was said before, oldest first, for a question that does not stand alone.",
    )
    stream: bool = Field(
        default=False, description="Send server-sent events, as `Accept: text/event-stream` does."
    )


class AnswerSentence(BaseModel):
    """One sentence of a finished answer with what it rests on."""

    index: int
    text: str
    answers: tuple[ShortAnswer, ...]
    """The words in it that answer by themselves, as they stand in the source."""
    citations: tuple[Citation, ...]


class RunDetail(BaseModel):
    """A run with its steps, in order, and every input that the graph did not determine."""

    run: Run
    steps: tuple[Step, ...]


class Health(BaseModel):
    """The process runs."""

    status: str = "ok"
