"""A planner without a model: question words, head nouns and units decide."""

from core.schemas.evidence import Plan
from tools.asking import answer_type, cue_terms, question_type, subquestions


class LocalPlanner:
    """Judges by the rules of ``tools.asking``."""

    async def plan(self, question: str) -> Plan:
        """The plan; a question with two parts gets two subquestions."""
        return Plan(
            question=question,
            type=question_type(question),
            answer_type=answer_type(question),
            subquestions=subquestions(question),
            cue_terms=cue_terms(question),
        )
