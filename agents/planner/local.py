"""A planner without a model: question words, head nouns, units and templates decide."""

from collections.abc import Sequence

from agents.planner.comparing import sides
from agents.planner.condensing import standalone
from agents.planner.hopping import hops
from agents.planner.kinds import answer_kind, is_english, question_kind
from agents.planner.rationales import rationales
from core.schemas.evidence import Plan, QuestionKind, Turn
from tools.asking import answer_type, cue_terms, question_type, subquestions


class LocalPlanner:
    """Judges by rules for English; a question in another language asks for a fact."""

    async def plan(self, question: str, history: Sequence[Turn] = ()) -> Plan:
        """The plan; a question with two parts or sides gets two subquestions, one that needs
        another's answer gets hops."""
        spelled_out = standalone(question, history)
        plan = _planned(question, spelled_out)
        return plan.model_copy(update={"rationales": rationales(plan)})


def _planned(question: str, spelled_out: str) -> Plan:
    text = spelled_out or question
    english = is_english(text)
    compared = sides(text) if english else ()
    parts = subquestions(text) or compared
    chain = hops(text) if english and not parts else ()
    kind = _kind(text, compared, chain)
    return Plan(
        question=question,
        type=question_type(text) if english else "fact",
        answer_type=answer_type(text) if english else "span",
        subquestions=parts,
        cue_terms=cue_terms(text),
        kind=kind,
        answer_kind=answer_kind(text, kind),
        standalone=spelled_out,
        hops=chain,
    )


def _kind(text: str, compared: tuple[str, ...], chain: tuple[str, ...]) -> QuestionKind:
    """How a question was taken apart tells more than its opening words."""
    if chain:
        return "multi_hop"
    return "compare" if compared else question_kind(text)
