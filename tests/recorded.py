"""Answering runs as they were recorded, without the graph."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.ids import new_id, sha256_of
from core.schemas.run import Entry, Run, Step
from storage.protocols import Repositories


async def record_run(
    kept: Repositories,
    question: str,
    *,
    found: Iterable[UUID] = (),
    left: Mapping[str, bytes] | None = None,
    collection: str = "default",
    **other: Any,
) -> Run:
    """A finished run that found these memories and left these values, by state key."""
    subject = {"question": question, "collection": collection}
    known = {"id": new_id(), "graph": "answering", "status": "running", "subject": subject}
    run = Run.model_validate({"started_at": datetime.now(UTC), **known, **other})
    values = left or {}
    timing: dict[str, Any] = {"started_at": run.started_at, "seconds": 0.0}
    asked: dict[str, Any] = {"ordinal": 0, "kind": "retrieval", "name": "hybrid"}
    entry = Entry(value=[str(key) for key in found], request_sha256="", **asked, **timing)
    step = Step(
        run_id=run.id,
        sequence=3,
        node="finish_answer",
        attempt=1,
        status="succeeded",
        inputs={},
        outputs={key: sha256_of(value) for key, value in values.items()},
        entries=(entry,),
        **timing,
    )
    await kept.runs.start(run)
    await kept.runs.add_step(step, {sha256_of(value): value for value in values.values()})
    await kept.runs.finish(run.id, "succeeded")
    return run
