"""Fits each collection's thresholds to what its own runs recorded; the rule itself is pure."""

from collections import defaultdict
from uuid import UUID

from core.recalibrating import Judged, fit_thresholds, is_soft
from core.schemas.evidence import EvidenceVerdict
from core.schemas.run import Run
from core.sufficiency import LOW_TRUST
from graphs.auditing import recorded_answer
from storage.protocols import Repositories

MOST_RUNS = 1_000
"""Runs that are looked at in one night, the newest first."""

_PAGE = 200

Seen = dict[tuple[UUID, str], Judged]
"""By memory and question: one that is asked all day counts once."""


async def recalibrate(kept: Repositories) -> tuple[str, ...]:
    """Fit what can be fitted; the names of those collections. The others keep what they have."""
    fitted = []
    for collection, seen in sorted((await _seen(kept)).items()):
        thresholds = fit_thresholds(list(seen.values()))
        if thresholds is not None:
            await kept.thresholds.keep(collection, thresholds)
            fitted.append(collection)
    return tuple(fitted)


async def _seen(kept: Repositories) -> dict[str, Seen]:
    found: defaultdict[str, Seen] = defaultdict(dict)
    for run in await _answering(kept):
        collection = str(run.subject.get("collection") or "default")
        question = str(run.subject.get("question") or "")
        for memory_id, judged in (await _judged(kept, run.id)).items():
            found[collection].setdefault((memory_id, question), judged)
    return found


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
    """The candidates of a run that answered plainly, and those that a person took out since.

    Nobody has looked at the others, so those of low trust do not count as clean: whoever floods a
    collection with what is kept out would raise its threshold.
    """
    answer = await recorded_answer(kept.runs, run_id)
    recorded = await kept.runs.output(run_id, "verdict")
    if answer is None or recorded is None:
        return {}
    assessments = EvidenceVerdict.model_validate_json(recorded).assessments
    memories = await kept.memories.get([item.memory_id for item in assessments])
    statuses = {memory.id: memory.status for memory in memories}
    low = {memory.id for memory in memories if memory.source.weight < LOW_TRUST}
    counted = {"quarantined"} | ({"verified"} if answer.outcome == "answered" else set())
    return {
        item.memory_id: Judged(item.risk, is_soft(item), statuses[item.memory_id] == "quarantined")
        for item in assessments
        if statuses[item.memory_id] in counted
        and (item.memory_id not in low or statuses[item.memory_id] == "quarantined")
    }
