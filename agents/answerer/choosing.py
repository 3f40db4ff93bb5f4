"""From scored units to the sentences of a draft: which speak, and which others they bring. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.answerer import Passage
from agents.answerer.rules import claims_by_status, quote_of, short_answer_of, states
from core.schemas.answer import DraftSentence, Quote, ShortAnswer
from core.schemas.document import Span, Unit
from core.schemas.evidence import Claim, ClaimGroupStatus, EvidenceVerdict, Plan, QuestionType
from core.sufficiency import LOW_TRUST
from tools.claims import whole_value
from tools.matching import Asked, answer_values, must_state_value

NEAR_BEST = 0.5
"""Further sentences of a list or comparison reach at least this share of the best one's score."""

LEADING_SHARE = 0.6
"""A sentence that states a leading claim is preferred down to this share of the best score."""

SENTENCE_LIMIT: dict[QuestionType, int] = {"list": 6, "how_to": 6, "summary": 4, "compare": 2}
"""Sentences of an answer by question type; one otherwise."""


class Scored(NamedTuple):
    """A unit that may answer, and the estimated chance that it does."""

    passage: Passage
    unit: Unit
    score: float
    answer: ShortAnswer | None = None
    """The words in it that answer by themselves."""


def credible(
    part: Asked, scored: Sequence[Scored], floor: float, verdict: EvidenceVerdict
) -> list[Scored]:
    """The units that reach the floor and state no claim that lost, the asked measure first."""
    lost = claims_of(verdict, "rejected") + claims_of(verdict, "superseded")
    return _typed_first(
        part,
        [
            item
            for item in scored
            if item.score >= floor
            and not states(item.passage.evidence.memory.id, item.unit.span, lost)
        ],
    )


def _typed_first(part: Asked, items: Sequence[Scored]) -> list[Scored]:
    """Where a measure is asked for, units that state one of it come before the others.

    A price or a torque is answered by nothing else; a duration may be told without a figure.
    """
    if not part.dimensions:
        return list(items)
    typed = [item for item in items if answer_values(part, item.unit.text)]
    if must_state_value(part):
        return typed
    if typed and typed[0].score >= NEAR_BEST * items[0].score:
        return [*typed, *(item for item in items if item not in typed)]
    return list(items)


def choose(plan: Plan, items: Sequence[Scored], verdict: EvidenceVerdict) -> list[Scored]:
    """The sentences for one part of the question, the best first; ``items`` is not empty."""
    if verdict.is_disputed:
        spokesmen = [_stating(items, side, whole=verdict.is_ambiguous) for side in _sides(verdict)]
        found = [item for item in spokesmen if item is not None]
        if len(found) > 1:
            return found
    best = _preferred(items, _weighed(verdict))
    limit = SENTENCE_LIMIT.get(plan.type, 1)
    if plan.type in {"list", "how_to"} and best.unit.kind == "list_item":
        return _whole_list(best, items)[:limit]
    return [
        best,
        *(item for item in items if item is not best and item.score >= NEAR_BEST * best.score),
    ][:limit]


def _sides(verdict: EvidenceVerdict) -> list[list[Claim]]:
    """What leads, and its rivals; of a bearer about whom nothing leads, nothing is told."""
    known = {group.bearer for group in verdict.claim_groups if group.status == "leading"}
    told = tuple(g for g in verdict.claim_groups if g.bearer in known or not verdict.is_ambiguous)
    heard = verdict.model_copy(update={"claim_groups": told})
    return [*claims_by_status(heard, "leading"), *claims_by_status(heard, "rival")]


def _weighed(verdict: EvidenceVerdict) -> list[Claim]:
    """The leading claims that others make too, or that somebody disputes.

    What one source says, and nobody doubts, tells no sentence of it from another.
    """
    disputed = any(group.status != "leading" for group in verdict.claim_groups)
    groups = [group for group in verdict.claim_groups if disputed or group.witnesses > 1]
    return claims_of(verdict.model_copy(update={"claim_groups": tuple(groups)}), "leading")


def _preferred(items: Sequence[Scored], leading: Sequence[Claim]) -> Scored:
    """The best that states a leading claim; another only if it is much better and more trusted."""
    stating = _stating(items, leading)
    best = items[0]
    if stating is None:
        return best
    trusted = best.passage.evidence.memory.source.weight >= LOW_TRUST
    return best if trusted and stating.score < LEADING_SHARE * best.score else stating


def _stating(
    items: Sequence[Scored], claims: Sequence[Claim], *, whole: bool = False
) -> Scored | None:
    """The best that states one of the claims, in the words that were read as its answer."""
    for item in items:
        memory_id = item.passage.evidence.memory.id
        stated = [claim for claim in claims if states(memory_id, item.unit.span, [claim])]
        if stated:
            return _in_words_of(item, stated[0], whole=whole)
    return None


def _in_words_of(item: Scored, claim: Claim, *, whole: bool) -> Scored:
    unit, place = item.unit, claim.place
    if item.answer is None or place is None:
        return item
    if not unit.start <= place.start < place.end <= unit.end:
        return item
    start, end = place.start - unit.start, place.end - unit.start
    if whole:
        start, end = whole_value(unit.text, start, end)
    span = Span(start=unit.start + start, end=unit.start + end)
    return item._replace(answer=short_answer_of(item.passage, unit, span))


def _whole_list(best: Scored, items: Sequence[Scored]) -> list[Scored]:
    """The items of the list that the best item stands in, in their order."""
    units = [unit for unit in best.passage.units if unit.block == best.unit.block]
    scores = {
        item.unit.index: item.score
        for item in items
        if item.passage.evidence.memory.id == best.passage.evidence.memory.id
    }
    return [Scored(best.passage, unit, scores.get(unit.index, best.score)) for unit in units]


def sentences_of(
    chosen: Sequence[Scored], usable: Sequence[Passage], verdict: EvidenceVerdict
) -> tuple[DraftSentence, ...]:
    """One sentence per chosen text, quoting independent witnesses that state the same."""
    by_text: dict[str, list[Scored]] = {}
    for item in chosen:
        by_text.setdefault(item.unit.text, []).append(item)
    return tuple(
        DraftSentence(
            text=text,
            quotes=(
                quote_of(items[0].passage, items[0].unit, items[0].score),
                *_seconds(items[0], usable, verdict),
            ),
            answers=_answers(items),
        )
        for text, items in by_text.items()
    )


def _answers(items: Sequence[Scored]) -> tuple[ShortAnswer, ...]:
    """The short answers of those that stand at the place which is quoted, each once."""
    quoted = items[0]
    found = [
        item.answer
        for item in items
        if item.answer is not None and (item.passage, item.unit) == (quoted.passage, quoted.unit)
    ]
    return tuple(dict.fromkeys(found))


def _seconds(item: Scored, usable: Sequence[Passage], verdict: EvidenceVerdict) -> list[Quote]:
    """One quote from each other independence group that states the same leading claim."""
    groups = {assessment.memory_id: assessment.group for assessment in verdict.assessments}
    own = item.passage.evidence.memory.id
    spoken = {groups.get(own)}
    quotes: list[Quote] = []
    for claims in claims_by_status(verdict, "leading"):
        if not states(own, item.unit.span, claims):
            continue
        for passage in usable:
            memory_id = passage.evidence.memory.id
            stating = [unit for unit in passage.units if states(memory_id, unit.span, claims)]
            if stating and groups.get(memory_id) not in spoken:
                spoken.add(groups.get(memory_id))
                quotes.append(quote_of(passage, stating[0], item.score))
    return quotes


def claims_of(verdict: EvidenceVerdict, status: ClaimGroupStatus) -> list[Claim]:
    """The claims of all groups with this status."""
    return [claim for group in claims_by_status(verdict, status) for claim in group]
