"""Facts: what sentences say of entities, as questions and answers that the reader agrees with.

Questions are turned out of main clauses, from either end where the grammar allows; the answer is
what the reader points at in the sentence, kept if it thinks it right. Reading costs, so only a
share of a document's sentences is asked about: those that name most. A fact keeps the date since
which its sentence says that it holds; which of two holds now is for ``core.validity``.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from core.ids import content_id
from core.schemas.document import Span
from core.schemas.memory import Memory
from core.schemas.network import Direction, Fact, Mention
from tools.dating import valid_from
from tools.lexical import content_terms
from tools.loaders.sentences import sentence_ranges
from tools.naming import key_of, phrases
from tools.predicting_clauses import Clause, clause_of
from tools.predicting_facts import fact_questions
from tools.reader import FoundSpan, Reader, Trial
from tools.values import dates

MEMORIES_PER_QUESTION = 8
"""One question is read for so many memories: a twentieth of what encoding them costs."""

FEWEST_QUESTIONS, MOST_QUESTIONS = 2, 32
"""Read for one version, however short or long it is."""

RIGHT_FROM = 0.5
"""The reader's chance of being right from which an answer is kept."""

ANSWER_LIMIT = 120
"""Characters; a longer answer repeats the sentence."""

_TIME_TERMS = frozenset(content_terms("since until effective current"))


class Asking(NamedTuple):
    """A question that one sentence of a memory should answer."""

    memory: Memory
    span: Span
    """Of the sentence, in the memory's text."""
    entity: str
    """That the question names."""
    question: str
    subject: str
    """Of the sentence's clause: an answer inside it is who or what did it."""
    names: int
    """Entities in the sentence."""

    @property
    def sentence(self) -> str:
        """The text to read."""
        return self.span.of(self.memory.text_original)


async def facts_of(
    memories: Sequence[Memory], mentions: Sequence[Mention], reader: Reader
) -> list[Fact]:
    """What a version's verified memories say, as far as may be read; in their order."""
    verified = [memory for memory in memories if memory.status == "verified"]
    budget = min(MOST_QUESTIONS, max(FEWEST_QUESTIONS, len(verified) // MEMORIES_PER_QUESTION))
    asked = (await asyncio.to_thread(askings, verified, mentions))[:budget]
    found = [(asking, await _read(asking, reader)) for asking in asked]
    answered = [(asking, span) for asking, span in found if span is not None]
    trials = [Trial(asking.question, span.text, asking.sentence) for asking, span in answered]
    chances = await reader.accept(trials)
    named = _by_memory(mentions)
    facts = [
        _fact(asking, span, chance, _entities(named[asking.memory.id]))
        for (asking, span), chance in zip(answered, chances, strict=True)
        if chance >= RIGHT_FROM
    ]
    return list({fact.id: fact for fact in facts}.values())


def askings(memories: Sequence[Memory], mentions: Sequence[Mention]) -> list[Asking]:
    """Every question that may be asked, of the sentences that name most first; one entity at least
    stands in it."""
    named = _by_memory(mentions)
    found = [asking for memory in memories for asking in _of_memory(memory, named[memory.id])]
    return sorted(found, key=lambda asking: -asking.names)


def _of_memory(memory: Memory, mentions: Sequence[Mention]) -> Iterator[Asking]:
    """Of sentences that name something; the others are not even parsed."""
    text, entities = memory.text_original, _entities(mentions)
    placed = [(one.span.start, one.entity) for one in mentions if one.span is not None]
    for start, end in sentence_ranges(text) if placed else ():
        names = {entity for place, entity in placed if start <= place < end}
        clause = clause_of(text[start:end], ()) if names else None
        for question in _questions(clause) if clause else ():
            asked = _named(question, entities)
            if asked is not None and clause and _stands_alone(question, clause, entities):
                span = Span(start=start, end=end)
                yield Asking(memory, span, asked, question, clause.subject, len(names))


def _questions(clause: Clause) -> list[str]:
    """From both ends, as far as the rules turn the clause around."""
    return list(dict.fromkeys(fact_questions(clause)))[:2]


def _stands_alone(question: str, clause: Clause, entities: Mapping[str, str]) -> bool:
    """Whether a question that keeps the subject keeps a name by it: not "the film"."""
    kept = clause.subject.casefold() in question.casefold()
    return not kept or _named(clause.subject, entities) is not None


def _named(question: str, entities: Mapping[str, str]) -> str | None:
    """The entity of the longest name in the question."""
    return next((entities[p.key] for p in phrases(question) if p.key in entities), None)


def _by_memory(mentions: Sequence[Mention]) -> Mapping[UUID, list[Mention]]:
    found: defaultdict[UUID, list[Mention]] = defaultdict(list)
    for mention in mentions:
        found[mention.memory_id].append(mention)
    return found


def _entities(mentions: Sequence[Mention]) -> dict[str, str]:
    """What each name stands for in one memory."""
    return {mention.name: mention.entity for mention in reversed(mentions)}


async def _read(asking: Asking, reader: Reader) -> FoundSpan | None:
    """What the reader points at, if it is an answer and not what the question says already."""
    (reading,) = await reader.read(asking.question, [asking.sentence])
    if not reading.answers or not reading.spans:
        return None
    best = reading.spans[0]
    told = set(content_terms(asking.question))
    is_new = not set(content_terms(best.text)) <= told
    return best if is_new and len(best.text) <= ANSWER_LIMIT else None


def _fact(asking: Asking, span: FoundSpan, chance: float, entities: Mapping[str, str]) -> Fact:
    start = asking.span.start + span.start
    end = asking.span.start + span.end
    return Fact(
        id=content_id("fact", asking.memory.id, asking.question, span.text),
        memory_id=asking.memory.id,
        entity=asking.entity,
        question=asking.question,
        attribute=attribute_of(asking.question),
        answer=span.text,
        answer_entity=_answer_entity(span.text, entities),
        asks=_direction(asking, span),
        span=asking.span,
        answer_span=Span(start=start, end=end),
        chance=min(1.0, chance),
        valid_from=valid_from(asking.sentence),
    )


def _direction(asking: Asking, span: FoundSpan) -> Direction:
    return "subject" if span.text.casefold() in asking.subject.casefold() else "object"


def _answer_entity(answer: str, entities: Mapping[str, str]) -> str | None:
    return entities.get(key_of(answer)) or _named(answer, entities)


def attribute_of(question: str) -> str:
    """The terms of a question without its dates: two with the same ask the same at two times."""
    undated = question
    for date in dates(question):
        undated = undated.replace(date.surface, " ")
    return " ".join(sorted(set(content_terms(undated)) - _TIME_TERMS))
