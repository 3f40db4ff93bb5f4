"""Ways to answer beside the product's own: the same graph, with roles that defend less.

Nothing in the product knows of them: a runtime is made with other agents, and asked as always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from agents.answerer import Passage
from agents.answerer.choosing import sentences_of
from agents.answerer.local import SHORT, WHOLE, LocalAnswerer, ranked
from agents.selector import Evidence, Selector
from core.schemas.answer import Draft, SentenceVerdict
from core.schemas.evidence import Assessment, EvidenceVerdict, Plan
from core.sufficiency import RELEVANCE_FLOOR
from graphs.runtime import Runtime
from tools.matching import has_short_answer, parts_asked

DEFENDED = "defended"
ARMS = {
    DEFENDED: "the product as it is",
    "unfiltered": "every candidate is believed; all else as it is",
    "undefended": "one round, every candidate is believed, nothing is too weak to say, "
    "and no sentence is refused",
}
"""What answers; the first has no suffix."""


class BelievingEvidenceVerifier:
    """Sees nothing wrong with anybody, and reads no claims."""

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """Everything is allowed, each a witness of its own."""
        ids = sorted({item.memory.id for item in (*pool, *selected)})
        return EvidenceVerdict(
            assessments=tuple(
                Assessment(memory_id=memory_id, group=group, risk=0.0, action="allow")
                for group, memory_id in enumerate(ids)
            )
        )


class LenientSelector:
    """Another selector's choice, of which nothing is too far from the question."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The same evidence; relevance is at least what an answer may rest on."""
        return tuple(map(_lifted, await self._selector.select(plan, pool)))


class GuessingAnswerer(LocalAnswerer):
    """Says the best unit that it read, however unlikely it is."""

    async def answer(
        self, plan: Plan, passages: Sequence[Passage], verdict: EvidenceVerdict
    ) -> Draft:
        """One sentence for each part of the question, where anything could be about it."""
        short = has_short_answer(plan)
        mix = (SHORT if short else WHOLE).mix
        measured = await self.measure(parts_asked(plan), passages)
        best = [item for part in measured for item in ranked(part, mix, short=short)[:1]]
        return Draft(sentences=sentences_of(best, passages, verdict))


class BelievingAnswerVerifier:
    """Lets every sentence pass."""

    async def check(
        self, plan: Plan, draft: Draft, texts: Mapping[UUID, str]
    ) -> tuple[SentenceVerdict, ...]:
        """Supported, all of them."""
        return tuple(
            SentenceVerdict(index=at, supported=True) for at in range(len(draft.sentences))
        )


def runtimes(runtime: Runtime) -> dict[str, Runtime]:
    """One for each of ``ARMS``; they share storage, encoder and reader."""
    unfiltered = replace(runtime.agents, evidence_verifier=BelievingEvidenceVerifier())
    undefended = replace(
        unfiltered,
        selector=LenientSelector(runtime.agents.selector),
        answerer=GuessingAnswerer(runtime.reader, runtime.encoder),
        answer_verifier=BelievingAnswerVerifier(),
    )
    once = runtime.settings.model_copy(update={"max_rounds": 1})
    return {
        DEFENDED: runtime,
        "unfiltered": replace(runtime, agents=unfiltered),
        "undefended": replace(runtime, agents=undefended, settings=once),
    }


def _lifted(evidence: Evidence) -> Evidence:
    scores = evidence.candidate.scores
    relevance = max(scores["relevance"], RELEVANCE_FLOOR)
    update = {"scores": {**scores, "relevance": relevance}}
    return evidence._replace(candidate=evidence.candidate.model_copy(update=update))
