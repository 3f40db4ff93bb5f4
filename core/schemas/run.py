"""The record of one graph execution: its steps and every input that was not determined by them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from core.schemas.base import Frozen

GraphName = Literal["building", "answering"]
RunStatus = Literal["running", "succeeded", "failed", "cancelled"]
StepStatus = Literal["succeeded", "failed"]
EntryKind = Literal["encoder", "reader", "model", "retrieval", "clock", "random", "tool"]


class Entry(Frozen):
    """One non-deterministic input of a step, in the order it was taken."""

    ordinal: int = Field(ge=0)
    """Position inside its step."""
    kind: EntryKind
    name: str
    """Of the model, search or tool."""
    request_sha256: str
    value: JsonValue
    """The response as JSON without document text: ids, versions, scores, hashes."""
    payload: bytes | None = None
    """The response's bytes (vectors, replies); kept content-addressed, purged with its document."""
    started_at: datetime
    seconds: float


class Step(Frozen):
    """One node execution; inputs and outputs map a state key to the SHA-256 of its JSON."""

    run_id: UUID
    sequence: int = Field(ge=0)
    """The superstep number; a step executed again after a crash replaces its row."""
    node: str
    attempt: int = Field(ge=1)
    status: StepStatus
    inputs: dict[str, str]
    outputs: dict[str, str] = {}
    error: str | None = None
    started_at: datetime
    seconds: float
    entries: tuple[Entry, ...] = ()


class Run(Frozen):
    """One execution of a graph for one input."""

    id: UUID
    graph: GraphName
    status: RunStatus
    subject: dict[str, JsonValue]
    """What it was about: document and version ids, or the question."""
    engine: dict[str, str] = {}
    """Role to implementation, and encoder id."""
    attempts: int = 1
    error: str | None = None
    purged: bool = False
    """Something it had read was deleted: the values behind its hashes are gone."""
    started_at: datetime
    finished_at: datetime | None = None
