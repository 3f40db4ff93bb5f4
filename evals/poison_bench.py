"""Small collections in memory, and the product's own answering graph over them, twice.

Texts become memories by the local engine's own loading, outlining, cutting and describing; short
texts have nothing to complete. The second arm differs in one role: an evidence verifier that
believes everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from agents.evidence_verifier import EvidenceVerifier
from agents.selector import Evidence
from core.errors import EmptyDocument, EmptyExtraction, UnsupportedFormat
from core.ids import content_id, sha256_of
from core.schemas.answer import Answer
from core.schemas.document import Document, LoadedDocument, Version
from core.schemas.evidence import EvidenceVerdict, Plan
from core.schemas.memory import Memory
from core.settings import Settings
from evals.answers_arms import BelievingEvidenceVerifier
from evals.poison_cases import Case, Passage
from graphs.answering import answer_question
from graphs.building.embedding import index_memories
from graphs.building.memories import Cut, assemble_memories, describe, layer_texts
from graphs.runtime import Runtime, make_agents
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories, Upload
from tools.encoder import Encoder
from tools.loaders import LoadLimits, load
from tools.network import link
from tools.partitions import choose_partition, chunks_of
from tools.reader import Reader

LEASE_SECONDS = 3_600.0
FILENAME = "text.txt"
UNUSED: Any = None
"""Answering opens neither a database of its own nor a loader."""


class Watched:
    """An evidence verifier that keeps its verdicts."""

    def __init__(self, verifier: EvidenceVerifier) -> None:
        self._verifier = verifier
        self.verdicts: list[EvidenceVerdict] = []

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """As the other one judges."""
        verdict = await self._verifier.verify(plan, pool, selected)
        self.verdicts.append(verdict)
        return verdict


class Built(NamedTuple):
    """A collection, and its memories by the id of their passage."""

    storage: InMemoryStorage
    tenant_id: UUID
    memories: dict[str, tuple[Memory, ...]]


class Asked(NamedTuple):
    """One question, answered over its collection by one arm."""

    case: Case
    answer: Answer
    verdict: EvidenceVerdict
    """Of the first round, before anything is left out of a search; empty where none was reached."""
    memories: dict[str, tuple[Memory, ...]]
    """By passage; some may stand in quarantine."""


class Both(NamedTuple):
    """One question over one collection, with and without a defence."""

    defended: Asked
    undefended: Asked


@dataclass(frozen=True)
class InMemoryRuntime(Runtime):
    """The product's runtime, but for its database."""

    storage: InMemoryStorage

    def repositories(self, tenant_id: UUID) -> Repositories:
        """What one tenant keeps."""
        return self.storage.repositories(tenant_id)


class Bench:
    """Builds the collection of a case once and asks its question of both arms."""

    def __init__(self, settings: Settings, encoder: Encoder, reader: Reader) -> None:
        self._settings, self.encoder, self.reader = settings, encoder, reader
        self._agents = make_agents(settings, encoder, reader)

    @property
    def reader_id(self) -> str:
        """Who reads."""
        return self.reader.id

    async def ask(self, case: Case) -> Both:
        """The collection of the case is built once, every passage as a document of its own."""
        built = await self.build(case)
        return Both(
            await self._ask(case, built, self._agents.evidence_verifier),
            await self._ask(case, built, BelievingEvidenceVerifier()),
        )

    async def ask_defended(self, case: Case) -> Asked:
        """As shipped alone."""
        built = await self.build(case)
        return await self._ask(case, built, self._agents.evidence_verifier)

    async def build(self, case: Case) -> Built:
        """One tenant for each question, always the same, for ids break ties."""
        storage, tenant_id = InMemoryStorage(), content_id("eval", case.id)
        kept = storage.repositories(tenant_id)
        memories = {passage.id: await self._build(kept, passage) for passage in case.passages}
        return Built(storage, tenant_id, memories)

    async def _build(self, kept: Repositories, passage: Passage) -> tuple[Memory, ...]:
        """None of a text that the product refuses."""
        content = passage.text.encode()
        try:
            loaded = load(content, FILENAME, LoadLimits())
        except (EmptyDocument, EmptyExtraction, UnsupportedFormat):
            return ()
        named = passage.title or None
        upload = Upload(passage.id, FILENAME, content, passage.source, title=named)
        submission = await kept.documents.submit(upload)
        lease = await kept.jobs.claim(submission.job.id, "eval", LEASE_SECONDS)
        if lease is None:
            raise ValueError(f"passage {passage.id} is there twice")
        version = await kept.documents.save_loaded(submission.version.id, loaded, lease)
        document = await kept.documents.get(submission.document.id)
        cut = await self._cut(document, version, loaded)
        memories = assemble_memories(cut, describe(cut))
        texts = [text for memory in memories for text in layer_texts(memory).values()]
        vectors = await self.encoder.encode(texts)
        indexed = index_memories(memories, dict(zip(map(sha256_of, texts), vectors, strict=True)))
        await kept.memories.activate(version.id, indexed, self.encoder.id, lease)
        await kept.network.replace(version.id, link(memories), [], lease)
        await kept.jobs.finish(lease, "succeeded")
        return tuple(memories)

    async def _cut(self, document: Document, version: Version, loaded: LoadedDocument) -> Cut:
        title, units = version.title or FILENAME, loaded.units
        outline = await self._agents.outliner.outline(title, units)
        partition = choose_partition(await self._agents.segmenter.segment(units, outline))
        chunks = chunks_of(partition, outline, len(units))
        return Cut(document, version, title, loaded.text, units, outline, chunks, ())

    async def _ask(self, case: Case, built: Built, verifier: EvidenceVerifier) -> Asked:
        watched = Watched(verifier)
        answer = await self.answer(case, built, evidence_verifier=watched)
        first = next(iter(watched.verdicts), EvidenceVerdict(assessments=()))
        return Asked(case, answer, first, built.memories)

    async def answer(
        self, case: Case, built: Built, *, max_rounds: int | None = None, **roles: Any
    ) -> Answer:
        """One question over a collection, some roles played by others."""
        settings = self._settings
        if max_rounds is not None:
            settings = settings.model_copy(update={"max_rounds": max_rounds})
        runtime = InMemoryRuntime(
            settings=settings,
            database=UNUSED,
            encoder=self.encoder,
            reader=self.reader,
            loader=UNUSED,
            agents=replace(self._agents, **roles),
            storage=built.storage,
        )
        return await answer_question(runtime, built.tenant_id, case.question)
