"""Fits each collection's thresholds to what its own runs recorded; the rule itself is pure."""

from collections import defaultdict
from uuid import UUID

from core.recalibrating import Judged, fit_thresholds, is_soft
from core.schemas.evidence import EvidenceVerdict
from core.schemas.job import Lease
from core.schemas.memory import Memory
from core.schemas.run import Run
from core.sufficiency import LOW_TRUST
from graphs.auditing import recorded_answer
from graphs.running import RunControl, RunDrained
from storage.protocols import Repositories

MOST_RUNS = 1_000
"""Runs that are looked at in one night, the newest first."""

_PAGE = 200

Seen = dict[tuple[UUID, str], Judged]
"""By memory and question: one that is asked all day counts once."""


async def recalibrate(
    kept: Repositories, lease: Lease | None = None, *, control: RunControl | None = None
) -> tuple[str, ...]:
    """Fit what can be fitted; the names of those collections. The others keep what they have.

    Raises LeaseLost when the job is somebody else's by now, RunCancelled, RunDrained.
    """
    control = control or RunControl()
    fitted = []
    for collection, seen in sorted((await _seen(kept, control)).items()):
        thresholds = fit_thresholds(list(seen.values()))
        if thresholds is not None:
            await kept.thresholds.keep(collection, thresholds, lease)
            fitted.append(collection)
    return tuple(fitted)


async def _seen(kept: Repositories, control: RunControl) -> dict[str, Seen]:
    found: defaultdict[str, Seen] = defaultdict(dict)
    for run in await _answering(kept):
        _go_on(control)
        collection = str(run.subject.get("collection") or "default")
        question = str(run.subject.get("question") or "")
        for memory_id, judged in (await _judged(kept, run.id)).items():
            found[collection].setdefault((memory_id, question), judged)
    return found


def _go_on(control: RunControl) -> None:
    """Nothing is written before all is seen, so whoever takes the job over begins anew."""
    control.check()
    if control.graph.drain_requested:
        raise RunDrained


async def _answering(kept: Repositories) -> list[Run]:
    """The newest runs that ended with an answer of some kind."""
    found: list[Run] = []
    cursor: str | None = None
    for _ in range(MOST_RUNS // _PAGE):
        page = await kept.runs.list(_PAGE, cursor)
        found += [run for run in page.items if run.graph == "answering" and not run.purged]
        cursor = page.next_cursor
        if cursor is None:
            break
    return [run for run in found if run.status == "succeeded"]


async def _judged(kept: Repositories, run_id: UUID) -> dict[UUID, Judged]:
    """The candidates of a run that answered plainly, and those that a person has taken out.

    Nobody has looked at the others, so those of low trust do not count as clean: whoever floods a
    collection with what is kept out would raise its threshold.
    """
    answer = await recorded_answer(kept.runs, run_id)
    recorded = await kept.runs.output(run_id, "verdict")
    if answer is None or recorded is None:
        return {}
    assessments = EvidenceVerdict.model_validate_json(recorded).assessments
    memories = await kept.memories.get([item.memory_id for item in assessments])
    poison = await kept.audits.held([memory.id for memory in memories])
    answered = answer.outcome == "answered"
    clean = {memory.id for memory in memories if answered and _is_clean(memory)}
    return {
        item.memory_id: Judged(item.risk, is_soft(item), item.memory_id in poison)
        for item in assessments
        if item.memory_id in clean | poison
    }


def _is_clean(memory: Memory) -> bool:
    return memory.status == "verified" and memory.source.weight >= LOW_TRUST
