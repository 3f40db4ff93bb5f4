"""What a recorded answer rested on, and what became of it: read from runs, judged by pure rules."""

from uuid import UUID

from core.auditing import backers, supporters
from core.errors import Conflict, Purged
from core.schemas.answer import Answer
from core.schemas.audit import AskedAgain, Backing, OutcomeSeen, RevocationReport
from core.schemas.evidence import EvidenceVerdict
from core.schemas.job import FINAL_STATES, Job
from storage.protocols import Repositories, Runs


async def backing_of(kept: Repositories, run_id: UUID) -> Backing:
    """Who pushed the answer of a run.

    Raises NotFound for an unknown run, Conflict for one that left no answer, Purged for one whose
    answer went with what it had read.
    """
    answer = await recorded_answer(kept.runs, run_id)
    if answer is None and (await kept.runs.get(run_id)).purged:
        raise Purged("the answer was deleted with what it had read")
    if answer is None:
        raise Conflict("the run left no answer")
    memories = await kept.memories.get(list(supporters(answer)))
    return Backing(
        run_id=run_id,
        question=answer.question,
        outcome=answer.outcome,
        told=answer.text,
        backers=backers(
            answer,
            {memory.id: memory for memory in memories},
            await _risks(kept.runs, run_id),
        ),
    )


async def report_of(kept: Repositories, revocation_id: UUID) -> RevocationReport:
    """A revocation with each question's outcome before and after, side by side. Raises NotFound."""
    revocation = await kept.audits.revocation(revocation_id)
    revoked = await kept.audits.revoked(revocation_id)
    jobs = await kept.audits.jobs_of(revocation_id)
    questions = [await _asked_again(kept.runs, job, revoked) for job in jobs]
    return RevocationReport(
        revocation=revocation,
        questions=tuple(questions),
        waiting=sum(job.state not in FINAL_STATES for job in jobs),
    )


async def recorded_answer(runs: Runs, run_id: UUID) -> Answer | None:
    """The answer a run left; None where it left none or it was purged. Raises NotFound."""
    kept = await runs.output(run_id, "answer")
    return None if kept is None else Answer.model_validate_json(kept)


async def _risks(runs: Runs, run_id: UUID) -> dict[UUID, float]:
    kept = await runs.output(run_id, "verdict")
    if kept is None:
        return {}
    verdict = EvidenceVerdict.model_validate_json(kept)
    return {assessment.memory_id: assessment.risk for assessment in verdict.assessments}


async def _asked_again(runs: Runs, job: Job, revoked: frozenset[UUID]) -> AskedAgain:
    if job.asked_run_id is None:
        raise Conflict(f"job {job.id} asks no question again")
    run = await runs.get(job.asked_run_id)
    before = await _seen(runs, job.asked_run_id, revoked)
    done = job.state == "succeeded" and job.run_id is not None
    after = await _seen(runs, job.run_id, revoked) if done and job.run_id else None
    return AskedAgain(
        job_id=job.id,
        state=job.state,
        question=str(run.subject.get("question") or ""),
        before=before,
        after=after,
        changed=before is not None and after is not None and before.told != after.told,
    )


async def _seen(runs: Runs, run_id: UUID, revoked: frozenset[UUID]) -> OutcomeSeen | None:
    answer = await recorded_answer(runs, run_id)
    if answer is None:
        return None
    return OutcomeSeen(
        run_id=run_id,
        outcome=answer.outcome,
        text=answer.text,
        confidence=answer.confidence,
        cites_revoked=any(citation.memory_id in revoked for citation in answer.citations),
    )
