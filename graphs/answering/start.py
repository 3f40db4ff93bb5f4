"""Starts the answering graph for one question and records it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from pydantic import JsonValue

from core.auditing import suspicions
from core.errors import Unavailable
from core.ids import canonical_json, new_id, sha256_of
from core.schemas.answer import Answer
from core.schemas.evidence import Budget, Turn
from core.schemas.job import Lease
from core.schemas.memory import ContentType
from core.schemas.run import Run
from graphs.answering.graph import RECURSION_LIMIT, make_answering_graph
from graphs.answering.state import AnswerContext, AnswerState
from graphs.running import RunJournal, StepNotice, Watcher, recorded_run
from graphs.runtime import Runtime
from storage.protocols import Repositories

logger = logging.getLogger(__name__)

OnStep = Callable[[StepNotice], Awaitable[None]]


class StepWatcher(Watcher):
    """Passes finished steps on to whoever streams the run."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step

    async def ended(self, notice: StepNotice) -> None:
        """A step was kept."""
        await self._on_step(notice)


class Asked(NamedTuple):
    """A question with all that it was asked of and after."""

    question: str
    collection: str = "default"
    content_types: Sequence[ContentType] = ()
    history: Sequence[Turn] = ()

    def subject(self) -> dict[str, JsonValue]:
        """What a run keeps of it: the same for the same question, and enough to ask it again as
        long as the value behind ``history_sha256`` is kept."""
        subject: dict[str, JsonValue] = {"question": self.question, "collection": self.collection}
        if self.content_types:
            subject["content_types"] = list(self.content_types)
        if self.history:
            said: JsonValue = [turn.model_dump(mode="json") for turn in self.history]
            subject["history_sha256"] = sha256_of(canonical_json(said))
        return subject


async def answer_question(
    runtime: Runtime,
    tenant_id: UUID,
    question: str,
    *,
    collection: str = "default",
    content_types: Sequence[ContentType] = (),
    history: Sequence[Turn] = (),
    on_step: OnStep | None = None,
) -> Answer:
    """Answer from one collection of one tenant, or from its memories of some content types alone.

    ``history`` is what was said before, for a question that does not stand alone. Of the run's
    subject only its hash is a part: what it quotes of documents must go when they do.

    Raises StorageUnavailable.
    """
    repositories = runtime.repositories(tenant_id)
    asked = Asked(question, collection, content_types, history)
    watcher = StepWatcher(on_step) if on_step else None
    journal = RunJournal(repositories.runs, new_id(), watcher=watcher)
    return await run_question(runtime, repositories, asked, journal)


async def run_question(
    runtime: Runtime,
    repositories: Repositories,
    asked: Asked,
    journal: RunJournal,
    lease: Lease | None = None,
) -> Answer:
    """One run of the graph under the journal's id; as a job, under its lease."""
    subject = asked.subject()
    given: Any = {
        "exclude_from": await _exclude_from(runtime, repositories, asked.collection),
        "question": asked.question,
        "collection": asked.collection,
        "content_types": list(asked.content_types),
        "history": list(asked.history),
    }
    run = Run(
        id=journal.run_id,
        graph="answering",
        status="running",
        subject=subject,
        engine=runtime.engine(),
        attempts=lease.attempt if lease else 1,
        started_at=datetime.now(UTC),
    )
    async with recorded_run(repositories.runs, run, lease):
        state = await _graph().ainvoke(
            given,
            RunnableConfig(recursion_limit=RECURSION_LIMIT),
            context=_context(runtime, repositories, journal),
        )
    answer: Answer = state["answer"]
    await _suspect(repositories, answer)
    return answer


async def _suspect(repositories: Repositories, answer: Answer) -> None:
    """For a person to look at; whoever asked need not wait until that can be written."""
    try:
        await repositories.audits.suspect(suspicions(answer))
    except Unavailable as error:
        logger.warning("suspicions are not kept", extra={"code": error.code})


async def _exclude_from(
    runtime: Runtime, repositories: Repositories, collection: str
) -> float | None:
    """Part of what the run is given, so that a replay goes by what held then."""
    if not runtime.settings.recalibrate_hours:
        return None
    fitted = await repositories.thresholds.of(collection)
    return None if fitted is None else fitted.exclude


def _context(runtime: Runtime, repositories: Repositories, journal: RunJournal) -> AnswerContext:
    agents, settings = runtime.agents, runtime.settings
    return AnswerContext(
        journal=journal,
        documents=repositories.documents,
        memories=repositories.memories,
        network=repositories.network,
        encoder=runtime.encoder,
        reader=runtime.reader,
        planner=agents.planner,
        requester=agents.requester,
        selector=agents.selector,
        evidence_verifier=agents.evidence_verifier,
        answerer=agents.answerer,
        answer_verifier=agents.answer_verifier,
        budget=Budget(
            max_rounds=settings.max_rounds,
            max_candidates=settings.max_candidates,
            max_context_characters=settings.max_context_characters,
            seconds=settings.answer_seconds,
        ),
        layers=settings.layers,
    )


@cache
def _graph() -> CompiledStateGraph[AnswerState, AnswerContext, AnswerState, AnswerState]:
    return make_answering_graph()
