"""Starts the answering graph for one question and records it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph

from core.ids import new_id
from core.schemas.answer import Answer
from core.schemas.evidence import Budget, Turn
from core.schemas.memory import ContentType
from core.schemas.run import Run
from graphs.answering.graph import RECURSION_LIMIT, make_answering_graph
from graphs.answering.state import AnswerContext, AnswerState
from graphs.running import RunJournal, StepNotice, Watcher, recorded_run
from graphs.runtime import Runtime
from storage.protocols import Repositories

OnStep = Callable[[StepNotice], Awaitable[None]]


class StepWatcher(Watcher):
    """Passes finished steps on to whoever streams the run."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step

    async def ended(self, notice: StepNotice) -> None:
        """A step was kept."""
        await self._on_step(notice)


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

    ``history`` is what was said before, for a question that does not stand alone. It is no part
    of the run's subject: what it quotes of documents must go when they do.

    Raises StorageUnavailable.
    """
    repositories = runtime.repositories(tenant_id)
    run_id = new_id()
    subject: dict[str, Any] = {"question": question, "collection": collection}
    if content_types:
        subject["content_types"] = list(content_types)
    given: Any = {**subject, "history": list(history)}
    watcher = StepWatcher(on_step) if on_step else None
    journal = RunJournal(repositories.runs, run_id, watcher=watcher)
    run = Run(
        id=run_id,
        graph="answering",
        status="running",
        subject=subject,
        engine=runtime.engine(),
        started_at=datetime.now(UTC),
    )
    async with recorded_run(repositories.runs, run):
        state = await _graph().ainvoke(
            given,
            RunnableConfig(recursion_limit=RECURSION_LIMIT),
            context=_context(runtime, repositories, journal),
        )
    answer: Answer = state["answer"]
    return answer


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
    )


@cache
def _graph() -> CompiledStateGraph[AnswerState, AnswerContext, AnswerState, AnswerState]:
    return make_answering_graph()
