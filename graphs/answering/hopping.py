"""Hops followed: the answer to one is put into the next, and the last one is what is answered."""

from collections.abc import Sequence

from agents.selector import Evidence
from core.schemas.evidence import EvidenceVerdict, HopAnswer, Plan
from tools.asking import answer_type
from tools.hops import can_be_asked, filled, hop_answer
from tools.lexical import content_terms
from tools.passages import passage_of
from tools.reader import Reader

HOP_READ = 12
"""Candidates, best first, that are read for a hop."""


def open_hop(plan: Plan, answers: Sequence[HopAnswer]) -> str | None:
    """The hop whose answer another one waits for; None where none does."""
    waiting = len(answers) < len(plan.hops) - 1
    return plan.hops[len(answers)] if waiting and can_be_asked(plan.hops[len(answers)]) else None


def plan_of_hop(hop: str) -> Plan:
    """The hop as a question of its own: its evidence is judged before an answer is taken."""
    return Plan(
        question=hop,
        type="fact",
        answer_type=answer_type(hop),
        cue_terms=tuple(sorted(content_terms(hop))),
    )


async def answer_to(
    hop: str, pool: Sequence[Evidence], verdict: EvidenceVerdict, reader: Reader
) -> HopAnswer | None:
    """What the reader takes for the answer to a hop, in the best of the pool; None where the pool
    contradicts itself, or speaks of several bearers of a name.

    It will word the next query, so nothing that building has flagged is read, and nothing that was
    kept out when the pool was judged for the hop.
    """
    if verdict.is_disputed:
        return None
    read = [evidence.memory for evidence in pool[:HOP_READ]]
    believed = [m for m in read if not m.flags and m.id not in verdict.kept_out]
    readings = await reader.read(hop, [passage_of(memory) for memory in believed])
    return hop_answer(hop, zip(believed, readings, strict=True))


def with_answers(plan: Plan, answers: Sequence[HopAnswer]) -> Plan:
    """The plan with what is known put into its hops. Once all but the last are answered, the last
    one is the question that must be answered."""
    hops = filled(plan.hops, answers)
    last = hops[-1:] if len(answers) == len(hops) - 1 else ()
    return plan.model_copy(update={"hops": hops, "subquestions": last})


def with_bridge(plan: Plan) -> Plan:
    """The plan by which evidence is chosen and told: after the last hop, those that led to it.

    They are no part of what is judged: the answer to one hop does not contradict another's.
    """
    if not plan.hops or plan.subquestions != plan.hops[-1:]:
        return plan
    return plan.model_copy(update={"subquestions": (plan.hops[-1], *plan.hops[:-1])})
