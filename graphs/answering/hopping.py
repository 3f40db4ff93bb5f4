"""Hops followed: the answer to one is put into the next, and the last one is what is answered."""

from collections.abc import Sequence

from core.schemas.evidence import Candidate, HopAnswer, Plan
from graphs.answering.state import AnswerContext
from tools.hops import can_be_asked, filled, hop_answer
from tools.passages import passage_of

HOP_READ = 12
"""Candidates, best first, that are read for a hop."""


def open_hop(plan: Plan, answers: Sequence[HopAnswer]) -> str | None:
    """The hop whose answer another one waits for; None where none does."""
    waiting = len(answers) < len(plan.hops) - 1
    return plan.hops[len(answers)] if waiting and can_be_asked(plan.hops[len(answers)]) else None


async def answer_to(
    hop: str, pool: Sequence[Candidate], context: AnswerContext
) -> HopAnswer | None:
    """What the reader takes for the answer to a hop, in the best of the pool.

    Nothing that building has flagged is read: it would word the next query.
    """
    found = await context.memories.get([item.memory_id for item in pool[:HOP_READ]])
    memories = [memory for memory in found if not memory.flags]
    readings = await context.reader.read(hop, [passage_of(memory) for memory in memories])
    return hop_answer(hop, zip(memories, readings, strict=True))


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
