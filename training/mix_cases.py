"""What the mixes are fitted on: documents built as uploads, and questions put to them.

The real loaders, graphs and agents run in memory. What the selector and the answerer measured on
the way is kept beside the truth; the answers that come out are the check on the constants in use.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from langchain_core.runnables import RunnableConfig

from agents.answerer import Passage
from agents.answerer.local import LocalAnswerer, Measured
from agents.selector import Evidence
from agents.selector.local import LocalSelector, Seen
from core.schemas.answer import Answer
from core.schemas.document import LoadedDocument, Source, Span
from core.schemas.evidence import Budget, Plan
from core.schemas.run import Run
from core.settings import Settings
from graphs.answering.graph import RECURSION_LIMIT, make_answering_graph
from graphs.answering.state import AnswerContext
from graphs.building.graph import RECURSION_LIMIT as BUILDING_LIMIT
from graphs.building.graph import make_building_graph
from graphs.building.state import BuildContext
from graphs.running import RunJournal
from graphs.runtime import make_agents
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories, Upload
from tools.encoder import Encoder
from tools.loaders import LoadLimits, load
from tools.matching import Asked, has_short_answer
from tools.reader import Reader
from training.mix_documents import Document, Question, questions_of

LIMITS = LoadLimits(10_000_000, 10_000_000)
ONE_ROUND = Budget(max_rounds=1)


class Case(NamedTuple):
    """What was seen on the way of one question, and what came out."""

    question: Question
    version_id: UUID | None
    """Of the document in that collection."""
    plan: Plan
    pool: dict[UUID, Evidence]
    seen: dict[UUID, Seen]
    """Of the candidates that were read."""
    units: list[Measured]
    """Of what was packed."""
    answer: Answer

    @property
    def is_simple(self) -> bool:
        """Whether it asks one thing that a few words can answer, as all these questions should."""
        return has_short_answer(self.plan) and not self.plan.subquestions

    def has_answer_in(self, version_id: UUID, span: Span) -> bool:
        """Whether a place has one of the gold answers."""
        return version_id == self.version_id and any(
            span.start <= gold.start and gold.end <= span.end for gold in self.question.gold
        )


class WatchedSelector(LocalSelector):
    """Keeps what it measured last."""

    last: list[dict[UUID, Seen]]
    pool: Sequence[Evidence]

    def forget(self) -> None:
        """Before the next question, which may never get here."""
        self.last, self.pool = [{}], ()

    async def measure(self, plan: Plan, pool: Sequence[Evidence]) -> list[dict[UUID, Seen]]:
        """As always, and kept."""
        self.last, self.pool = await super().measure(plan, pool), pool
        return self.last


class WatchedAnswerer(LocalAnswerer):
    """Keeps what it measured last."""

    last: list[list[Measured]]

    def forget(self) -> None:
        """Before the next question, which may never get here."""
        self.last = [[]]

    async def measure(
        self, parts: Sequence[Asked], passages: Sequence[Passage]
    ) -> list[list[Measured]]:
        """As always, and kept."""
        self.last = await super().measure(parts, passages)
        return self.last


class DirectLoader:
    """Parses in this process."""

    async def load(self, content: bytes, filename: str) -> LoadedDocument:
        """The document in ``content``."""
        return load(content, filename, LIMITS)


class NoRuns:
    """Keeps no steps of answering runs."""

    async def add_step(self, *_: object) -> None:
        """Forgets it."""


class Bench:
    """Documents in memory, and the two graphs over them."""

    def __init__(
        self, settings: Settings, encoder: Encoder, reader: Reader, budget: Budget = ONE_ROUND
    ) -> None:
        self.reader = reader
        self._budget = budget
        self._settings = settings
        self._encoder = encoder
        self._repositories: Repositories = InMemoryStorage().repositories(uuid4())
        self._building, self._answering = make_building_graph(), make_answering_graph()
        self._selector = WatchedSelector(reader, encoder)
        self._answerer = WatchedAnswerer(reader, encoder)
        self._agents = replace(
            make_agents(settings, encoder, reader),
            selector=self._selector,
            answerer=self._answerer,
        )
        self._versions: dict[tuple[str, str], UUID] = {}

    async def text(self, version_id: UUID) -> str:
        """The normalised text of a version."""
        return await self._repositories.documents.text(version_id)

    async def add(self, document: Document, collection: str) -> str:
        """Build one document; its normalised text."""
        repositories, agents = self._repositories, self._agents
        upload = Upload(
            external_id=f"{collection}/{document.filename}",
            filename=document.filename,
            content=document.text.encode(),
            source=Source(principal="library", origin=document.title, trust="upload"),
            title=document.title,
            collection=collection,
        )
        submission = await repositories.documents.submit(upload)
        lease = await repositories.jobs.claim(submission.job.id, "fit", 3_600)
        if lease is None:
            raise RuntimeError(f"nobody else should build {document.title}")
        begun = datetime.now(UTC)
        run = Run(id=lease.run_id, graph="building", status="running", subject={}, started_at=begun)
        await repositories.runs.start(run, lease)
        loader: Any = DirectLoader()
        context = BuildContext(
            journal=RunJournal(repositories.runs, run.id, lease=lease),
            lease=lease,
            documents=repositories.documents,
            memories=repositories.memories,
            network=repositories.network,
            loader=loader,
            encoder=self._encoder,
            reader=self.reader,
            outliner=agents.outliner,
            segmenter=agents.segmenter,
            reviewer=agents.reviewer,
            completer=agents.completer,
            memory_verifier=agents.memory_verifier,
            max_review_rounds=self._settings.max_review_rounds,
        )
        given: Any = {"version_id": lease.version_id}
        config = RunnableConfig(recursion_limit=BUILDING_LIMIT)
        await self._building.ainvoke(given, config, context=context)
        await repositories.jobs.finish(lease, "succeeded")
        self._versions[collection, document.title] = lease.version_id
        return await self.text(lease.version_id)

    async def ask(self, question: Question) -> Case:
        """What was measured in the last round, and the answer."""
        agents = self._agents
        self._selector.forget()
        self._answerer.forget()
        runs: Any = NoRuns()
        context = AnswerContext(
            journal=RunJournal(runs, uuid4()),
            documents=self._repositories.documents,
            memories=self._repositories.memories,
            network=self._repositories.network,
            encoder=self._encoder,
            reader=self.reader,
            planner=agents.planner,
            requester=agents.requester,
            selector=self._selector,
            evidence_verifier=agents.evidence_verifier,
            answerer=self._answerer,
            answer_verifier=agents.answer_verifier,
            budget=self._budget,
        )
        given: Any = {"question": question.text, "collection": question.collection}
        config = RunnableConfig(recursion_limit=RECURSION_LIMIT)
        state = await self._answering.ainvoke(given, config, context=context)
        return Case(
            question=question,
            version_id=self._versions.get((question.collection, question.document.title)),
            plan=state["plan"],
            pool={item.memory.id: item for item in self._selector.pool},
            seen=self._selector.last[0],
            units=self._answerer.last[0],
            answer=state["answer"],
        )


async def seen_cases(
    bench: Bench, documents: Iterable[Document], count: int, seed: int
) -> list[Case]:
    """Build the documents wherever they belong, ask, and keep the questions that are simple."""
    questions: list[Question] = []
    for document in documents:
        _say(f"building {document.title}")
        (stored, *_) = [await bench.add(document, place) for place in document.collections]
        questions += questions_of(document, stored, count, seed)
    _say(f"asking {len(questions)} questions")
    cases = [await bench.ask(question) for question in questions]
    return [case for case in cases if case.is_simple]


def _say(stage: str) -> None:
    print(stage, file=sys.stderr, flush=True)
