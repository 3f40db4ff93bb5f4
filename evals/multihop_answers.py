"""Questions in several hops, answered: what following hops gives, on 24 that others report on.

Every question is asked of all 240 paragraphs, which have no titles, by the product's graph as it is
and (``_whole``) by one whose planner takes no question apart in hops.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from agents.planner import Planner
from agents.planner.local import LocalPlanner
from core.schemas.evidence import Plan, Turn
from evals.data import read_rows
from evals.one_collection import SOURCE, Arms, reported
from evals.poison_cases import Case, Passage

NAME = "multihop_hotpot24_cognee"
BASELINE = "whole"


class WholePlanner:
    """Another's plan without hops."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    async def plan(self, question: str, history: Sequence[Turn] = ()) -> Plan:
        """The same plan; a question in hops asks for a fact."""
        plan = await self._planner.plan(question, history)
        kind = "fact" if plan.kind == "multi_hop" else plan.kind
        return plan.model_copy(update={"hops": (), "kind": kind})


ARMS: Arms = {"hops": {}, BASELINE: {"planner": WholePlanner(LocalPlanner())}}


def evaluate(data: Path, part: str, *, model: str | None = None) -> dict[str, JsonValue]:
    """Figures of both arms, read by the reader called ``model``.

    Raises NotFound for data that are not there, ConfigurationError for a model that is none.
    """
    notes: list[JsonValue] = ["hops: as it is", "whole: no question is taken apart in hops"]
    return {**reported("hotpot24", model, cases(data, part), ARMS, BASELINE), "notes": notes}


def cases(data: Path, part: str) -> list[Case]:
    """The questions, each over all paragraphs."""
    passages = tuple(
        Passage(row["doc_id"], row["title"], row["text"], SOURCE)
        for row in read_rows(data, f"{NAME}.docs", part)
    )
    return [
        Case(row["qid"], row["question"], tuple(row["answers"]), (), passages)
        for row in read_rows(data, f"{NAME}.questions", part)
    ]
