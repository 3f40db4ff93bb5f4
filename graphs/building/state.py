"""What a building run carries: small typed values and ids; texts and vectors stay in storage."""

from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID

from agents.completer import Completer
from agents.memory_verifier import MemoryVerifier
from agents.outliner import Outliner
from agents.reviewer import Reviewer
from agents.segmenter import Segmenter
from core.schemas.document import Unit
from core.schemas.job import Lease
from core.schemas.memory import USED_LAYERS, Completion, Insertion, Layer, Rejection, Review
from core.schemas.outline import Chunk, Outline, Partition
from graphs.running import RunContext
from storage.protocols import Documents, Memories, Network
from tools.encoder import Encoder
from tools.loaders.process import LoaderProcess
from tools.reader import Reader


@dataclass
class BuildState:
    """The data of one run; every field is a fact about the version being built."""

    version_id: UUID
    title: str = ""
    warnings: list[str] = field(default_factory=list)
    outline: Outline | None = None
    partitions: list[Partition] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    summary: list[int] = field(default_factory=list)
    """Indexes of the units that sum the document up."""
    round: int = 0
    reviews: list[Review] = field(default_factory=list)
    """Of this round: only chunks that need completion."""
    completions: list[Completion] = field(default_factory=list)
    """Of this round: proposed, not yet verified."""
    insertions: list[Insertion] = field(default_factory=list)
    """Accepted in all rounds."""
    rejections: list[Rejection] = field(default_factory=list)
    assembled: str = ""
    """SHA-256 of the kept memories, before they have vectors."""
    embedded: str = ""
    """SHA-256 of the kept list of the texts' own SHA-256, in the order of the vectors."""
    vectors: list[str] = field(default_factory=list)
    """SHA-256 of each kept batch of float16 vectors, in order."""
    memory_count: int = 0
    fact_count: int = 0


class BuildUpdate(TypedDict, total=False):
    """What one step changes."""

    title: str
    warnings: list[str]
    outline: Outline
    partitions: list[Partition]
    chunks: list[Chunk]
    summary: list[int]
    round: int
    reviews: list[Review]
    completions: list[Completion]
    insertions: list[Insertion]
    rejections: list[Rejection]
    assembled: str
    embedded: str
    vectors: list[str]
    memory_count: int
    fact_count: int


@dataclass(frozen=True)
class BuildContext(RunContext):
    """The collaborators of one run."""

    lease: Lease
    documents: Documents
    memories: Memories
    network: Network
    loader: LoaderProcess
    encoder: Encoder
    reader: Reader
    outliner: Outliner
    segmenter: Segmenter
    reviewer: Reviewer
    completer: Completer
    memory_verifier: MemoryVerifier
    max_review_rounds: int
    layers: tuple[Layer, ...] = USED_LAYERS
    read: dict[UUID, tuple[Unit, ...]] = field(default_factory=dict)

    async def units(self, version_id: UUID) -> tuple[Unit, ...]:
        """Of a loaded version, which never changes: read once per run, the same object each time.

        Agents that index what a document states know it by its identity.
        """
        if version_id not in self.read:
            self.read[version_id] = await self.documents.units(version_id)
        return self.read[version_id]
