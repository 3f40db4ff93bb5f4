"""What comes in: sources, documents, their immutable versions, and the units of a version."""

from datetime import datetime
from typing import Literal, NamedTuple, Self
from uuid import UUID

from pydantic import Field, model_validator

from core.schemas.base import Frozen

TrustClass = Literal["owner", "integration", "upload", "crawled", "anonymous"]

TRUST_WEIGHT: dict[TrustClass, float] = {
    "owner": 1.0,
    "integration": 0.8,
    "upload": 0.5,
    "crawled": 0.3,
    "anonymous": 0.1,
}
"""How much one witness of each class counts in a vote."""

UnitKind = Literal["sentence", "list_item", "table_row", "code", "heading"]

VersionStatus = Literal["received", "active", "superseded", "failed", "purged"]
"""received: stored, not yet built. active: its memories are retrievable. superseded: a later
version is active; still citable. failed: its build ended with an error that a retry cannot mend.
purged: its text was taken away; what is left are number, hashes and who handed it in."""


class Source(Frozen):
    """Who says it, and how far we trust them."""

    principal: str = Field(min_length=1, max_length=200)
    """Who wrote or uploaded it."""
    origin: str = Field(min_length=1, max_length=200)
    """The domain or system it came from."""
    channel: str = Field(default="api", min_length=1, max_length=50)
    trust: TrustClass = "upload"

    @property
    def weight(self) -> float:
        """The vote weight of one witness of this trust class, 0 to 1."""
        return TRUST_WEIGHT[self.trust]


class Span(Frozen):
    """A half-open range of Unicode code points in the normalised text of one version."""

    start: int = Field(ge=0)
    end: int

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"a span must not be empty: [{self.start}, {self.end})")
        return self

    def of(self, text: str) -> str:
        """The text this span covers."""
        return text[self.start : self.end]


class Box(NamedTuple):
    """A rectangle on a page: points, or pixels of a picture, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Unit(Frozen):
    """A sentence, list item, table row, code block or heading: the alphabet of the segmenter.

    Invariant, held by every loader: ``text[unit.start:unit.end] == unit.text``; units ascend and
    never overlap.
    """

    index: int = Field(ge=0)
    kind: UnitKind
    start: int = Field(ge=0)
    end: int
    text: str = Field(min_length=1)
    heading_path: tuple[str, ...] = ()
    """Headings above this unit, outermost first; a heading unit's own title is its last element."""
    block: int = Field(default=0, ge=0)
    """Units of one paragraph, list or table share a block number."""
    page: int | None = None
    """1-based page, where the format has pages."""
    speaker: str | None = None
    """Who says it, in transcripts and e-mail threads."""
    box: Box | None = None
    """Where its block stands on the page, for what was copied from a place: OCR and forms."""
    confidence: float | None = None
    """How sure OCR was of the words, 0 to 1; None where the file itself has them."""

    @property
    def span(self) -> Span:
        """Where the unit stands in the version's text."""
        return Span(start=self.start, end=self.end)


class SummarySentence(Frozen):
    """One sentence of a summary: exactly ``span.of(version text)``."""

    text: str = Field(min_length=1)
    span: Span


class LoadedDocument(Frozen):
    """What a loader makes of bytes: normalised text (NFC, no NUL) and the units that lie in it."""

    media_type: str
    title: str
    text: str
    units: tuple[Unit, ...]
    metadata: dict[str, str] = {}
    """Found in the file: author, date, subject, language."""
    warnings: tuple[str, ...] = ()
    """What was left out and why ("2 of 9 pages have no text layer"); never silent."""
    hidden: tuple[str, ...] = ()
    """Text a reader would not see (invisible CSS, comments, zero-width); not part of ``text``."""


class Document(Frozen):
    """One uploaded thing, whatever versions it has had.

    Title, collection and source are those of the active version; before there is one, those of
    the latest upload.
    """

    id: UUID
    external_id: str
    title: str
    collection: str
    source: Source
    active_version_id: UUID | None
    summary: tuple[SummarySentence, ...] = ()
    """Of the active version."""
    created_at: datetime
    updated_at: datetime


class Version(Frozen):
    """One immutable state of a document; spans refer to its normalised text.

    What is built from it carries its own source and collection, whoever uploads a later one.
    """

    id: UUID
    document_id: UUID
    number: int = Field(ge=1)
    content_sha256: str
    """Of the original bytes."""
    filename: str
    size: int
    source: Source
    collection: str
    title: str | None = None
    """As uploaded, or else what the loader found; None while there is neither."""
    status: VersionStatus
    media_type: str | None = None
    text_sha256: str | None = None
    """Of the normalised text; None until loaded."""
    text_length: int | None = None
    unit_count: int | None = None
    warnings: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    summary: tuple[SummarySentence, ...] = ()
    """In document order; none before it is built, and none of a short text."""
    batch: UUID
    """The upload it arrived with; one low-trust batch is one witness."""
    created_at: datetime
