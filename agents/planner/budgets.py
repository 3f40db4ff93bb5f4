"""What a question may cost, by its kind: a rule table in place of CORAG's configurator.

CORAG (arXiv 2411.00744) learns costs per question from a grid search over a corpus; its ends are
kept as rules: a fact needs few words, sides and hops need more, a summary most.
"""

from typing import NamedTuple

from core.schemas.evidence import Budget, QuestionKind

MOST_ROUNDS = 10
"""What the settings allow at most, and the graph's recursion limit with them."""


class Share(NamedTuple):
    """Factors on what the settings allow for a fact."""

    rounds: float = 1.0
    candidates: float = 1.0
    context: float = 1.0
    """Of its characters."""


FACT = Share()
SHARES: dict[QuestionKind, Share] = {
    "compare": Share(context=8 / 3),
    "multi_hop": Share(rounds=4 / 3, candidates=1.5, context=8 / 3),
    "summary": Share(context=16 / 3),
}
"""Kinds that are not here cost what a fact does."""


def budget_for(kind: QuestionKind, allowed: Budget) -> Budget:
    """The budget of one question; ``allowed`` is a fact's. Time is the same for all.

    >>> budget_for("summary", Budget()).max_context_characters
    8000
    """
    share = SHARES.get(kind, FACT)
    rounds = max(allowed.max_rounds, min(MOST_ROUNDS, round(share.rounds * allowed.max_rounds)))
    return Budget(
        max_rounds=rounds,
        max_candidates=round(share.candidates * allowed.max_candidates),
        max_context_characters=round(share.context * allowed.max_context_characters),
        seconds=allowed.seconds,
    )
