"""What each kind of job comes to: the one place that knows which graph does it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from core.schemas.job import Lease
from graphs.answering.again import ask_again
from graphs.building import build_memories
from graphs.recalibrating import recalibrate
from graphs.running import RunControl
from graphs.runtime import Runtime


class Done(NamedTuple):
    """How a job ended that nothing broke off, and what to say of it in the log."""

    state: Literal["succeeded", "partial"]
    counts: Mapping[str, int | str]


async def do_job(runtime: Runtime, lease: Lease, *, control: RunControl) -> Done:
    """Do the leased job. Raises what its graph raises."""
    match lease.kind:
        case "memories.build":
            built = await build_memories(runtime, lease, control=control)
            return Done(built.state, {"memories": built.memories})
        case "answers.ask_again":
            outcome = await ask_again(runtime, lease, control=control)
            return Done("succeeded", {"outcome": outcome})
        case "thresholds.fit":
            kept = runtime.repositories(lease.tenant_id)
            fitted = await recalibrate(kept, lease, control=control)
            return Done("succeeded", {"collections": len(fitted)})
