"""What the mixes are fitted on: validation articles built as documents, and questions put to them.

The real loaders, graphs and agents run in memory. What the selector and the answerer measured on
the way is kept beside the truth; the answers that come out are the check on the constants in use.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

from langchain_core.runnables import RunnableConfig

from agents.answer_verifier.local import LocalAnswerVerifier
from agents.answerer import Passage
from agents.answerer.local import LocalAnswerer, Measured
from agents.completer.local import LocalCompleter
from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.outliner.local import LocalOutliner
from agents.planner.local import LocalPlanner
from agents.requester.local import LocalRequester
from agents.reviewer.local import LocalReviewer
from agents.segmenter.local import LocalSegmenter
from agents.selector import Evidence
from agents.selector.local import LocalSelector, Seen
from core.schemas.answer import Answer
from core.schemas.document import LoadedDocument, Source, Span
from core.schemas.evidence import Budget, Plan
from core.schemas.run import Run
from core.settings import Settings
from core.text import normalise
from graphs.answering.graph import RECURSION_LIMIT, make_answering_graph
from graphs.answering.state import AnswerContext
from graphs.building.graph import make_building_graph
from graphs.building.state import BuildContext
from graphs.running import RunJournal
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories, Upload
from tools.encoder import Encoder
from tools.loaders import LoadLimits, load
from tools.matching import Asked, has_short_answer
from tools.reader import Reader
from training.splits import VALIDATION_ARTICLES
from training.supervised import squad_rows

ANSWERABLE, UNANSWERABLE, MISSING = 24, 16, 12
"""Questions of each article: with an answer, without one, and asked where the article is missing.
Those with an answer are asked of their own article and of all."""

Kind = Literal["own", "all", "unanswerable", "missing"]
LIMITS = LoadLimits(10_000_000, 10_000_000)


class Question(NamedTuple):
    """One question, where it is asked, and where its answers stand in the article's text."""

    kind: Kind
    article: str
    text: str
    collection: str
    gold: tuple[Span, ...]


class Case(NamedTuple):
    """What was seen on the way of one question, and what came out."""

    question: Question
    version_id: UUID | None
    """Of the article in that collection."""
    plan: Plan
    pool: dict[UUID, Evidence]
    seen: dict[UUID, Seen]
    """Of the candidates that were read."""
    units: list[Measured]
    """Of what was packed."""
    answer: Answer

    @property
    def is_simple(self) -> bool:
        """Whether it asks one thing that a few words can answer, as SQuAD's questions should."""
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

    async def measure(self, plan: Plan, pool: Sequence[Evidence]) -> list[dict[UUID, Seen]]:
        """As always, and kept."""
        self.last, self.pool = await super().measure(plan, pool), pool
        return self.last


class WatchedAnswerer(LocalAnswerer):
    """Keeps what it measured last."""

    last: list[list[Measured]]

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

    def __init__(self, encoder: Encoder, reader: Reader) -> None:
        self.reader = reader
        self._encoder = encoder
        self._repositories: Repositories = InMemoryStorage().repositories(uuid4())
        self._graph = make_answering_graph()
        self._selector = WatchedSelector(reader, encoder)
        self._answerer = WatchedAnswerer(reader, encoder)
        self._versions: dict[tuple[str, str], UUID] = {}

    async def text(self, version_id: UUID) -> str:
        """The normalised text of a version."""
        return await self._repositories.documents.text(version_id)

    async def add(self, title: str, text: str, collection: str) -> str:
        """Build one document; its normalised text."""
        repositories, settings = self._repositories, Settings(_env_file=None)
        upload = Upload(
            external_id=f"{collection}/{title}",
            filename=f"{title}.txt",
            content=text.encode(),
            source=Source(principal="encyclopaedia", origin=title, trust="upload"),
            title=title.replace("_", " "),
            collection=collection,
        )
        submission = await repositories.documents.submit(upload)
        lease = await repositories.jobs.claim(submission.job.id, "fit", 3_600)
        if lease is None:
            raise RuntimeError(f"nobody else should build {title}")
        await repositories.runs.start(_run(lease.run_id, "building"), lease)
        loader: Any = DirectLoader()
        context = BuildContext(
            journal=RunJournal(repositories.runs, lease.run_id),
            lease=lease,
            documents=repositories.documents,
            memories=repositories.memories,
            loader=loader,
            encoder=self._encoder,
            reader=self.reader,
            outliner=LocalOutliner(),
            segmenter=LocalSegmenter(
                target_characters=settings.chunk_target_characters,
                max_characters=settings.chunk_max_characters,
            ),
            reviewer=LocalReviewer(),
            completer=LocalCompleter(),
            memory_verifier=LocalMemoryVerifier(),
            max_review_rounds=settings.max_review_rounds,
        )
        given: Any = {"version_id": lease.version_id}
        await make_building_graph().ainvoke(
            given, RunnableConfig(recursion_limit=40), context=context
        )
        await repositories.jobs.finish(lease, "succeeded")
        self._versions[collection, title] = lease.version_id
        return await self.text(lease.version_id)

    async def ask(self, question: Question) -> Case:
        """One round of asking; what was measured, and the answer."""
        self._selector.last, self._selector.pool, self._answerer.last = [{}], (), []
        runs: Any = NoRuns()
        context = AnswerContext(
            journal=RunJournal(runs, uuid4()),
            documents=self._repositories.documents,
            memories=self._repositories.memories,
            encoder=self._encoder,
            planner=LocalPlanner(),
            requester=LocalRequester(),
            selector=self._selector,
            evidence_verifier=LocalEvidenceVerifier(self.reader),
            answerer=self._answerer,
            answer_verifier=LocalAnswerVerifier(self.reader),
            budget=Budget(max_rounds=1),
        )
        given: Any = {"question": question.text, "collection": question.collection}
        state = await self._graph.ainvoke(
            given, RunnableConfig(recursion_limit=RECURSION_LIMIT), context=context
        )
        return Case(
            question=question,
            version_id=self._versions.get((question.collection, question.article)),
            plan=state["plan"],
            pool={item.memory.id: item for item in self._selector.pool},
            seen=self._selector.last[0],
            units=self._answerer.last[0] if self._answerer.last else [],
            answer=state["answer"],
        )


def _run(run_id: UUID, graph: Literal["building", "answering"]) -> Run:
    started = datetime.now(UTC)
    return Run(id=run_id, graph=graph, status="running", subject={}, started_at=started)


async def build_articles(bench: Bench, data: Path, seed: int) -> list[Question]:
    """Every article alone, all together, and all but each; the questions to put to them."""
    by_title: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in squad_rows(data, public=False):
        if row["title"] in VALIDATION_ARTICLES:
            by_title[row["title"]].append(row)
    questions: list[Question] = []
    for title, rows in by_title.items():
        text = "\n\n".join(dict.fromkeys(row["context"] for row in rows))
        others = [f"without {other}" for other in by_title if other != title]
        for collection in (title, "all", *others):
            stored = await bench.add(title, text, collection)
        questions += _questions(title, rows, stored, random.Random(seed))
    return questions


def _questions(
    title: str, rows: Sequence[dict[str, Any]], stored: str, rng: random.Random
) -> list[Question]:
    placed = [row for row in rows if normalise(row["context"]) in stored]
    simple = [row for row in placed if row["answerable"]]
    trick = [row for row in rows if not row["answerable"]]
    chosen = rng.sample(simple, min(ANSWERABLE, len(simple)))
    places: tuple[tuple[Kind, str], ...] = (("own", title), ("all", "all"))
    found = [
        Question(kind, title, row["question"], collection, _gold(row, stored))
        for row in chosen
        for kind, collection in places
    ]
    found += [
        Question("unanswerable", title, row["question"], title, ())
        for row in rng.sample(trick, min(UNANSWERABLE, len(trick)))
    ]
    return found + [
        Question("missing", title, row["question"], f"without {title}", ())
        for row in chosen[:MISSING]
    ]


def _gold(row: dict[str, Any], stored: str) -> tuple[Span, ...]:
    """Where the answers stand in the stored text. Raises ValueError if the paragraph does not."""
    at = stored.index(normalise(row["context"]))
    spans = []
    for answer, start in zip(row["answers"], row["answer_start"], strict=True):
        first = at + len(normalise(row["context"][:start]))
        spans.append(Span(start=first, end=first + len(normalise(answer))))
    return tuple(dict.fromkeys(spans))
