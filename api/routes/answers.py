"""Answers: one question, and the answer whole or as a stream of what happens on the way to it."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from api.backend import Backend, OnStep
from api.bodies import AnswerRequest, AnswerSentence
from api.dependencies import BackendDep, TenantDep
from api.problems import problems
from api.streams import event, stream
from core.schemas.answer import Answer, Citation
from graphs.running import StepNotice

router = APIRouter(prefix="/v1/answers", tags=["answers"], responses=problems(401, 422, 503))


class AnswerStep(BaseModel):
    """One step of the answering graph was done."""

    node: str
    sequence: int
    seconds: float
    counts: dict[str, int]
    """How many of each thing the step left: requests, candidates, selected … Never their text."""

    @classmethod
    def of(cls, notice: StepNotice) -> "AnswerStep":
        """Only numbers: a draft that was not checked yet stays here."""
        counts = {
            key: len(value) for key, value in notice.outputs.items() if isinstance(value, list)
        }
        return cls(
            node=notice.node, sequence=notice.sequence, seconds=notice.seconds, counts=counts
        )


@router.post(
    "",
    response_model=Answer,
    responses={
        200: {
            "description": "The answer; or, as a stream, events `step`, then `sentence` for each "
            "checked sentence with its citations, then `answer`. An `error` event ends a stream "
            "that failed.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **problems(413),
    },
)
async def ask(
    asked: AnswerRequest,
    backend: BackendDep,
    tenant_id: TenantDep,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Answer | Response:
    """Answer a question from the memories of a collection, or say why that cannot be done."""
    if asked.stream or "text/event-stream" in accept:
        return await _started(answer_events(backend, tenant_id, asked))
    return await _answered(backend, tenant_id, asked)


async def _answered(
    backend: Backend, tenant_id: UUID, asked: AnswerRequest, on_step: OnStep | None = None
) -> Answer:
    return await backend.answer(
        tenant_id,
        asked.question,
        collection=asked.collection,
        content_types=asked.content_types,
        history=[said.turn() for said in asked.history],
        on_step=on_step,
    )


async def _started(events: AsyncGenerator[bytes]) -> StreamingResponse:
    """A stream whose first event is there: what fails before it still gets its own status."""
    first = await anext(events)

    async def all_events() -> AsyncGenerator[bytes]:
        async with aclosing(events):
            yield first
            async for later in events:
                yield later

    return stream(all_events(), router.prefix)


async def answer_events(
    backend: Backend, tenant_id: UUID, asked: AnswerRequest
) -> AsyncGenerator[bytes]:
    """Steps as they are done, then the sentences, then the answer. Raises what the run raises.

    No text leaves before the whole answer was checked. Closing the stream cancels the run.
    """
    steps: asyncio.Queue[StepNotice | None] = asyncio.Queue()
    run = asyncio.create_task(_answered(backend, tenant_id, asked, steps.put))
    run.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        while (notice := await steps.get()) is not None:
            yield event("step", AnswerStep.of(notice))
        answer = run.result()
        for sentence in sentences(answer):
            yield event("sentence", sentence)
        yield event("answer", answer)
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


def sentences(answer: Answer) -> Iterator[AnswerSentence]:
    """The cited sentences of an answer, in order."""

    def start(citation: Citation) -> int:
        return citation.answer_span.start

    answers = {sentence.span.start: sentence.answers for sentence in answer.sentences}
    cited = groupby(sorted(answer.citations, key=start), key=start)
    for index, (position, group) in enumerate(cited):
        citations = tuple(group)
        yield AnswerSentence(
            index=index,
            text=citations[0].answer_span.of(answer.text),
            answers=answers.get(position, ()),
            citations=citations,
        )
