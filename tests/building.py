"""The building graph for tests: local agents, doubles for encoder and reader, any storage."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver

from agents.completer.local import LocalCompleter
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.outliner.local import LocalOutliner
from agents.reviewer.local import LocalReviewer
from agents.segmenter.local import LocalSegmenter
from core.schemas.document import LoadedDocument, Source
from core.schemas.job import Lease
from core.schemas.run import Run
from graphs.building.graph import make_building_graph
from graphs.building.state import BuildContext
from graphs.running import RunJournal
from storage.protocols import Repositories, Upload
from tests.builders import WordsReader
from tools.loaders import LoadLimits, load

LIMITS = LoadLimits(1_000_000, 1_000_000)


class DirectLoader:
    """Parses in this process: nothing hostile comes here."""

    async def load(self, content: bytes, filename: str) -> LoadedDocument:
        """As the loader process would."""
        return load(content, filename, LIMITS)


class LetterEncoder:
    """Counts letters: deterministic, and exact in half precision; remembers what it was given."""

    id = "letters"
    dimensions = 26

    def __init__(self) -> None:
        self.given: list[str] = []

    async def encode(self, texts: Sequence[str]) -> Any:
        """One row per text, in order."""
        self.given += texts
        rows = [[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts]
        vectors = np.array(rows, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float16).astype(np.float32)


class Build:
    """One job of one document, ready to run."""

    def __init__(
        self,
        repositories: Repositories,
        lease: Lease,
        saver: BaseCheckpointSaver[Any] | None = None,
    ) -> None:
        self.repositories = repositories
        self.lease = lease
        self.saver = saver or InMemorySaver()

    def context(self, **other: Any) -> BuildContext:
        """The collaborators, some of them others."""
        known: dict[str, Any] = {
            "journal": RunJournal(self.repositories.runs, self.lease.run_id),
            "lease": self.lease,
            "documents": self.repositories.documents,
            "memories": self.repositories.memories,
            "network": self.repositories.network,
            "loader": DirectLoader(),
            "encoder": LetterEncoder(),
            "reader": WordsReader(),
            "outliner": LocalOutliner(),
            "segmenter": LocalSegmenter(target_characters=300, max_characters=600),
            "reviewer": LocalReviewer(),
            "completer": LocalCompleter(),
            "memory_verifier": LocalMemoryVerifier(),
            "max_review_rounds": 2,
        }
        return BuildContext(**{**known, **other})

    async def run(self, *, resume: bool = False, **other: Any) -> Any:
        """The whole graph, or what is left of it."""
        graph = make_building_graph(self.saver)
        given: Any = None if resume else {"version_id": self.lease.version_id}
        config = RunnableConfig(
            configurable={"thread_id": str(self.lease.run_id)}, recursion_limit=40
        )
        return await graph.ainvoke(given, config, context=self.context(**other), durability="sync")

    async def path(self) -> list[str]:
        """The steps in order."""
        return [step.node for step in await self.repositories.runs.steps(self.lease.run_id)]


async def begin_build(
    repositories: Repositories, content: bytes, name: str = "seals", **said: Any
) -> Build:
    """Hand a document in and claim its job."""
    source = Source(principal="ada", origin="handbook", trust="owner")
    upload = Upload(name, f"{name}.md", content, source, **said)
    submission = await repositories.documents.submit(upload)
    lease = await repositories.jobs.claim(submission.job.id, "me", 60)
    assert lease is not None
    await repositories.runs.start(
        Run(
            id=lease.run_id,
            graph="building",
            status="running",
            subject={},
            started_at=datetime.now(UTC),
        )
    )
    return Build(repositories, lease)


async def build(
    repositories: Repositories, content: str, name: str = "seals", **other: Any
) -> Build:
    """Hand a document in and build it to the end."""
    begun = await begin_build(repositories, content.encode(), name)
    await begun.run(**other)
    await repositories.jobs.finish(begun.lease, "succeeded")
    return begun
