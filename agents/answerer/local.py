"""An answerer that writes nothing: it chooses the units that answer, word for word."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.answerer import Passage
from agents.answerer.rules import allowed, claims_by_status, quote_of, states
from core.schemas.answer import Draft, DraftSentence, Quote
from core.schemas.document import Unit
from core.schemas.evidence import Claim, ClaimGroupStatus, EvidenceVerdict, Plan, QuestionType
from tools.encoder import Encoder
from tools.lexical import content_terms
from tools.matching import (
    Asked,
    Measures,
    Mix,
    answer_values,
    asked,
    is_about_another,
    lacks_attribute,
    log_odds,
    measures,
    must_state_value,
)
from tools.ranking import TermWeights

ANSWER = Mix(-5.15, Measures(2.88, 2.65, 0.98, 0.71, 0.19))
"""Fitted on the same questions as the selector's mix, over passages of 500 characters."""

ANSWER_FLOOR = 0.05
"""With the relevance floor of ``core.sufficiency``: on the eight SQuAD articles kept aside, 81 % of
the questions get the right sentence, and 93 to 98 % of those asked of other articles get none. Of
SQuAD's unanswerable questions, made to look answerable, it declines one in eight."""

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


class LocalAnswerer:
    """Judges units by a fitted mix of cosine, words, values and the passage's relevance."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    async def answer(
        self, plan: Plan, passages: Sequence[Passage], verdict: EvidenceVerdict
    ) -> Draft:
        """Units as sentences, best first; for two parts one each; for rivals one of each side."""
        parts = [asked(plan, part) for part in plan.subquestions] or [asked(plan)]
        usable = allowed(passages, verdict)
        rejected = _claims(verdict, "rejected") + _claims(verdict, "superseded")
        chosen: list[Scored] = []
        missing: list[str] = []
        for part, scored in zip(parts, await self.score(parts, usable), strict=True):
            credible = _typed_first(
                part,
                [
                    item
                    for item in scored
                    if item.score >= ANSWER_FLOOR
                    and not states(item.passage.evidence.memory.id, item.unit.span, rejected)
                ],
            )
            if credible:
                chosen.extend(_choose(plan, credible, verdict))
            else:
                missing.append(part.text)
        return Draft(sentences=_sentences(chosen, usable, verdict), missing=tuple(missing))

    async def score(
        self, parts: Sequence[Asked], passages: Sequence[Passage]
    ) -> list[list[Scored]]:
        """Every unit but headings, for each part of the question, best first."""
        seen = await self.measure(parts, passages)
        return [
            sorted(
                (Scored(passage, unit, ANSWER.probability(m)) for passage, unit, m in measured),
                key=lambda item: (-item.score, item.passage.evidence.memory.id, item.unit.index),
            )
            for measured in seen
        ]

    async def measure(
        self, parts: Sequence[Asked], passages: Sequence[Passage]
    ) -> list[list[tuple[Passage, Unit, Measures]]]:
        """What the mix looks at, for each part and each unit that could be about it."""
        rows = [
            (passage, unit, _context(passage, unit))
            for passage in passages
            for unit in passage.units
            if unit.kind != "heading"
        ]
        if not rows:
            return [[] for _ in parts]
        weights = TermWeights(frozenset(content_terms(unit.text)) for _, unit, _ in rows)
        cosines = await self._cosines(parts, [unit for _, unit, _ in rows])
        return [
            [
                (
                    passage,
                    unit,
                    measures(
                        part,
                        weights,
                        unit.text,
                        context,
                        cosine=float(cosines[at][row]),
                        prior=_prior(passage),
                    ),
                )
                for row, (passage, unit, context) in enumerate(rows)
                if not is_about_another(part, unit.text, context + _surroundings(passage))
                and not lacks_attribute(part, weights, unit.text, context)
            ]
            for at, part in enumerate(parts)
        ]

    async def _cosines(self, parts: Sequence[Asked], units: Sequence[Unit]) -> NDArray[np.float32]:
        """Shape (parts, units): the better of a unit alone and under its nearest heading."""
        headed = [": ".join((*unit.heading_path[-1:], unit.text)) for unit in units]
        texts = list(dict.fromkeys([*(unit.text for unit in units), *headed]))
        vectors = await self._encoder.encode([*(part.text for part in parts), *texts])
        table = vectors[: len(parts)] @ vectors[len(parts) :].T
        place = {text: at for at, text in enumerate(texts)}
        alone = table[:, [place[unit.text] for unit in units]]
        under = table[:, [place[text] for text in headed]]
        better: NDArray[np.float32] = np.maximum(alone, under)
        return better


def _typed_first(part: Asked, credible: Sequence[Scored]) -> list[Scored]:
    """Where a measure is asked for, units that state one of it come before the others.

    A price or a torque is answered by nothing else; a duration may be told without a figure.
    """
    if not part.dimensions:
        return list(credible)
    typed = [item for item in credible if answer_values(part, item.unit.text)]
    if must_state_value(part):
        return typed
    if typed and typed[0].score >= NEAR_BEST * credible[0].score:
        return [*typed, *(item for item in credible if item not in typed)]
    return list(credible)


def _choose(plan: Plan, credible: Sequence[Scored], verdict: EvidenceVerdict) -> list[Scored]:
    """The sentences for one part of the question, the best first."""
    rivals = claims_by_status(verdict, "rival")
    if rivals:
        sides = [*claims_by_status(verdict, "leading"), *rivals]
        spokesmen = [_first_stating(credible, side) for side in sides]
        found = [item for item in spokesmen if item is not None]
        if len(found) > 1:
            return found
    best = _preferred(credible, _claims(verdict, "leading"))
    limit = SENTENCE_LIMIT.get(plan.type, 1)
    if plan.type in {"list", "how_to"} and best.unit.kind == "list_item":
        return _whole_list(best, credible)[:limit]
    return [
        best,
        *(item for item in credible if item is not best and item.score >= NEAR_BEST * best.score),
    ][:limit]


def _preferred(credible: Sequence[Scored], leading: Sequence[Claim]) -> Scored:
    stating = _first_stating(credible, leading)
    enough = stating is not None and stating.score >= LEADING_SHARE * credible[0].score
    return stating if stating is not None and enough else credible[0]


def _first_stating(credible: Sequence[Scored], claims: Sequence[Claim]) -> Scored | None:
    return next(
        (
            item
            for item in credible
            if states(item.passage.evidence.memory.id, item.unit.span, claims)
        ),
        None,
    )


def _whole_list(best: Scored, credible: Sequence[Scored]) -> list[Scored]:
    """The items of the list that the best item stands in, in their order."""
    items = [unit for unit in best.passage.units if unit.block == best.unit.block]
    scores = {
        item.unit.index: item.score
        for item in credible
        if item.passage.evidence.memory.id == best.passage.evidence.memory.id
    }
    return [Scored(best.passage, unit, scores.get(unit.index, best.score)) for unit in items]


def _sentences(
    chosen: Sequence[Scored], usable: Sequence[Passage], verdict: EvidenceVerdict
) -> tuple[DraftSentence, ...]:
    """One sentence per chosen text, quoting independent witnesses that state the same."""
    sentences: dict[str, DraftSentence] = {}
    for item in chosen:
        quotes = (quote_of(item.passage, item.unit, item.score), *_seconds(item, usable, verdict))
        sentences.setdefault(item.unit.text, DraftSentence(text=item.unit.text, quotes=quotes))
    return tuple(sentences.values())


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


def _claims(verdict: EvidenceVerdict, status: ClaimGroupStatus) -> list[Claim]:
    return [claim for group in claims_by_status(verdict, status) for claim in group]


def _context(passage: Passage, unit: Unit) -> str:
    """Headings above the unit, and the unit before it when both are running text of one block."""
    before = next((other for other in passage.units if other.index == unit.index - 1), None)
    previous = before.text if before is not None and before.kind != "heading" else ""
    return "\n".join((*unit.heading_path, previous))


def _surroundings(passage: Passage) -> str:
    memory = passage.evidence.memory
    return "\n".join(("", memory.title, *memory.heading_path, memory.text_completed))


def _prior(passage: Passage) -> float:
    return log_odds(passage.evidence.candidate.scores.get("relevance", 0.5))
