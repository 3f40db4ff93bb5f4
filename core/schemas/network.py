"""The network over memories: which entities they name, and what they say of them.

Everything in it comes from one memory and goes with it; an entity is nothing but what memories
say of it.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from core.schemas.base import Frozen
from core.schemas.document import Span

MentionKind = Literal["subject", "alias", "mention"]
"""subject: the memory is about the entity. alias: it says that this is another name of it.
mention: it names it."""

Direction = Literal["subject", "object"]
"""Which end of a statement is asked for: who did it, or what was done."""


class Mention(Frozen):
    """A name in a memory, and the entity it stands for there."""

    memory_id: UUID
    name: str = Field(min_length=1)
    """Normal form of the words as they stand (``tools.naming.key_of``)."""
    entity: str = Field(min_length=1)
    """The entity's key: the normal form of its fullest name in the document."""
    surface: str
    """The words as they stand."""
    kind: MentionKind
    span: Span | None = None
    """In the memory's ``text_original``; None for a name that only title or heading has."""
    role: str = ""
    """What the memory says the entity is, in its own words ("Danish film director")."""


class Home(Frozen):
    """A memory that is about what somebody asked for by name."""

    asked: str
    """The name as it was asked, in normal form."""
    mention: Mention
    """Of kind subject."""


class Fact(Frozen):
    """What a sentence says, as a question and its answer; the answer stands in the memory."""

    id: UUID
    """Content-derived: memory, question and answer."""
    memory_id: UUID
    entity: str
    """The key of the entity that the question names."""
    question: str
    attribute: str
    """What is asked of the entity: the question's terms without dates, in order of the alphabet."""
    answer: str
    """Verbatim."""
    answer_entity: str | None = None
    """Its key, where the answer is an entity."""
    asks: Direction
    span: Span
    """Of the sentence, in the memory's ``text_original``."""
    answer_span: Span
    """Of the answer, in the same text."""
    chance: float = Field(ge=0, le=1)
    """The reader's, that the answer is right."""
    valid_from: str | None = None
    """The date, or the front of one, since which the sentence says that it holds."""


class KnownFact(Frozen):
    """A fact as the network tells it, with what other facts make of it."""

    fact: Fact
    recorded_at: datetime
    """When the version that says so was handed in."""
    valid_until: str | None = None
    """The ``valid_from`` of the fact that took its place; None while it holds."""
