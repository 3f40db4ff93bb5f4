"""The composition root: the only place that constructs collaborators, and chooses engines.

One runtime per process: database, encoder, reader, loader process and the agents of every role.
What of it a run may use is told where the graph is started.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from agents.answer_verifier import AnswerVerifier
from agents.answer_verifier.local import LocalAnswerVerifier
from agents.answerer import Answerer
from agents.answerer.local import LocalAnswerer
from agents.completer import Completer
from agents.completer.local import LocalCompleter
from agents.evidence_verifier import EvidenceVerifier
from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.memory_verifier import MemoryVerifier
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.outliner import Outliner
from agents.outliner.local import LocalOutliner
from agents.planner import Planner
from agents.planner.local import LocalPlanner
from agents.requester import Requester
from agents.requester.local import LocalRequester
from agents.reviewer import Reviewer
from agents.reviewer.local import LocalReviewer
from agents.segmenter import Segmenter
from agents.segmenter.local import LocalSegmenter
from agents.selector import Selector
from agents.selector.local import LocalSelector
from core.settings import Settings
from storage.database import Database, open_database
from storage.protocols import Repositories
from storage.repositories import open_repositories
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.loaders.process import LoaderProcess
from tools.reader import Reader, open_reader
from tools.set_search import EVERY_STRATEGY


@dataclass(frozen=True)
class Agents:
    """One implementation per role."""

    outliner: Outliner
    segmenter: Segmenter
    reviewer: Reviewer
    completer: Completer
    memory_verifier: MemoryVerifier
    planner: Planner
    requester: Requester
    selector: Selector
    evidence_verifier: EvidenceVerifier
    answerer: Answerer
    answer_verifier: AnswerVerifier


@dataclass(frozen=True)
class Runtime:
    """Everything one process needs to run graphs."""

    settings: Settings
    database: Database
    encoder: Encoder
    reader: Reader
    loader: LoaderProcess
    agents: Agents

    def repositories(self, tenant_id: UUID) -> Repositories:
        """What one tenant keeps; cheap, made per request or job."""
        return open_repositories(self.database, tenant_id, max_attempts=self.settings.max_attempts)

    def engine(self) -> dict[str, str]:
        """Which implementation and models a run uses, for its record."""
        return {
            "engine": self.settings.engine,
            "encoder": self.encoder.id,
            "reader": self.reader.id,
        }


def make_agents(settings: Settings, encoder: Encoder, reader: Reader) -> Agents:
    """The agents of the configured engine."""
    match settings.engine:
        case "local":
            return Agents(
                outliner=LocalOutliner(),
                segmenter=LocalSegmenter(
                    target_characters=settings.chunk_target_characters,
                    max_characters=settings.chunk_max_characters,
                ),
                reviewer=LocalReviewer(),
                completer=LocalCompleter(),
                memory_verifier=LocalMemoryVerifier(),
                planner=LocalPlanner(),
                requester=LocalRequester(),
                selector=LocalSelector(reader, encoder, EVERY_STRATEGY[settings.selection]),
                evidence_verifier=LocalEvidenceVerifier(reader),
                answerer=LocalAnswerer(reader, encoder),
                answer_verifier=LocalAnswerVerifier(reader),
            )


@asynccontextmanager
async def open_runtime(settings: Settings, *, database_url: str) -> AsyncGenerator[Runtime]:
    """Open every collaborator, and close them again.

    Raises StorageUnavailable, or ConfigurationError for a role that could bypass row-level
    security and for model files that are not what they should be.
    """
    encoder = await asyncio.to_thread(configured_encoder, settings)
    reader = await asyncio.to_thread(open_reader, settings.reader, threads=settings.reader_threads)
    agents = make_agents(settings, encoder, reader)
    loader = LoaderProcess.from_settings(settings)
    async with open_database(database_url, pool_size=settings.database_pool_size) as database:
        try:
            yield Runtime(settings, database, encoder, reader, loader, agents)
        finally:
            await asyncio.to_thread(loader.close)
