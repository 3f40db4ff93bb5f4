"""Which of the facts about one thing hold: told from the dates they give, and from nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from core.schemas.network import KnownFact


def with_validity(known: Sequence[KnownFact]) -> tuple[KnownFact, ...]:
    """The same facts in their order, each with the date until which it held.

    Of two facts that answer one question about an entity differently, the one with the earlier date
    ceased to hold when the other began. A fact that gives no date is left alone, and so are two of
    one date: what was filed later need not be right, and a contradiction is no change.
    """
    of_question: dict[tuple[str, str], list[KnownFact]] = defaultdict(list)
    for one in known:
        if one.fact.valid_from is not None:
            of_question[one.fact.entity, one.fact.attribute].append(one)
    ends: dict[UUID, str] = {}
    for group in of_question.values():
        ends |= _ends(sorted(group, key=lambda one: (one.fact.valid_from or "", one.fact.id)))
    return tuple(one.model_copy(update={"valid_until": ends.get(one.fact.id)}) for one in known)


def _ends(dated: Sequence[KnownFact]) -> dict[UUID, str]:
    """When each but the last answer was followed by another one; the earliest first."""
    ends: dict[UUID, str] = {}
    following: str | None = None
    for older, newer in reversed(list(pairwise(dated))):
        if _answer(older) != _answer(newer):
            following = newer.fact.valid_from
        if following is not None and following != older.fact.valid_from:
            ends[older.fact.id] = following
    return ends


def _answer(known: KnownFact) -> str:
    return known.fact.answer_entity or " ".join(known.fact.answer.casefold().split())
