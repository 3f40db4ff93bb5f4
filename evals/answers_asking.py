"""Documents handed in and questions asked as a client would, and what the roles saw on the way."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from agents.answerer import Answerer, Passage
from agents.evidence_verifier import EvidenceVerifier
from agents.selector import Evidence
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, Draft
from core.schemas.evidence import EvidenceVerdict, Plan
from graphs.answering import answer_question
from graphs.building import build_memories
from graphs.running import RunControl
from graphs.runtime import Runtime
from storage.protocols import Upload

LEASE_SECONDS = 3_600.0


class Removal(NamedTuple):
    """How many candidates the evidence verifier judged last, and how many it kept out."""

    judged: int = 0
    excluded: int = 0
    selected: int = 0
    """Of the judged: those that the selector would have let speak."""
    selected_excluded: int = 0


class Asking(NamedTuple):
    """One question, asked."""

    answer: Answer
    seconds: float
    removal: Removal
    context: tuple[str, ...]
    """What the last draft was written from, the best first; empty where none was."""
    citations: tuple[bool, ...]
    """Whether each stands, as this suite read it; a sentence without any is one that does not."""

    @property
    def context_characters(self) -> int:
        """Of everything the last draft was written from."""
        return sum(map(len, self.context))


class WatchedEvidenceVerifier:
    """Another's judgement, and what it removed."""

    def __init__(self, verifier: EvidenceVerifier) -> None:
        self._verifier = verifier
        self.last = Removal()

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """The same verdict."""
        verdict = await self._verifier.verify(plan, pool, selected)
        chosen = {item.memory.id for item in selected}
        kept_out = verdict.kept_out
        self.last = Removal(
            len(verdict.assessments), len(kept_out), len(chosen), len(kept_out & chosen)
        )
        return verdict


class WatchedAnswerer:
    """Another's draft, and what it was written from."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self.last: tuple[str, ...] = ()

    async def answer(
        self, plan: Plan, passages: Sequence[Passage], verdict: EvidenceVerdict
    ) -> Draft:
        """The same draft."""
        self.last = tuple(" ".join(unit.text for unit in one.units) for one in passages)
        return await self._answerer.answer(plan, passages, verdict)


class Desk:
    """Where one tenant's questions are asked, one after another."""

    def __init__(self, runtime: Runtime, tenant_id: UUID) -> None:
        agents = runtime.agents
        self._tenant_id = tenant_id
        self._verifier = WatchedEvidenceVerifier(agents.evidence_verifier)
        self._answerer = WatchedAnswerer(agents.answerer)
        watched = replace(agents, evidence_verifier=self._verifier, answerer=self._answerer)
        self._runtime = replace(runtime, agents=watched)

    async def ask(self, question: str) -> Asking:
        """The answer, timed from the question to the whole of it, and what was seen."""
        self._verifier.last, self._answerer.last = Removal(), ()
        started = time.perf_counter()
        answer = await answer_question(self._runtime, self._tenant_id, question)
        seconds = time.perf_counter() - started
        stands = await self._recheck(answer)
        return Asking(answer, seconds, self._verifier.last, self._answerer.last, stands)

    async def _recheck(self, answer: Answer) -> tuple[bool, ...]:
        documents = self._runtime.repositories(self._tenant_id).documents
        cited = {citation.version_id for citation in answer.citations}
        texts = {version_id: await documents.text(version_id) for version_id in cited}
        stands = [citation_stands(one, texts[one.version_id]) for one in answer.citations]
        spans = {citation.answer_span for citation in answer.citations}
        uncited = [False for sentence in answer.sentences if sentence.span not in spans]
        return (*stands, *uncited)


def citation_stands(citation: Citation, text: str) -> bool:
    """Whether a version's stored text has the quote where the citation says, and it is unchanged.

    Knows nothing of the product's own check.
    """
    start, end = citation.source_span.start, citation.source_span.end
    unchanged = sha256_of(citation.quote) == citation.quote_sha256
    return unchanged and text[start:end] == citation.quote


async def hand_in(runtime: Runtime, tenant_id: UUID, upload: Upload) -> UUID:
    """Submit and build one document, as a worker would; the id of its version."""
    kept = runtime.repositories(tenant_id)
    submission = await kept.documents.submit(upload)
    lease = await kept.jobs.claim(submission.job.id, "eval", LEASE_SECONDS)
    if lease is None:
        raise ValueError(f"{upload.external_id} is there twice")
    result = await build_memories(runtime, lease, control=RunControl())
    await kept.jobs.finish(lease, result.state)
    return submission.version.id
