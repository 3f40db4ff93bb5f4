"""Questions in hops: which of them can be asked, and which words answer one. Pure.

A hop that needs another's answer holds a placeholder: {1} stands for the answer to the first.
"""

import re
from collections.abc import Iterable, Sequence

from core.schemas.evidence import AnswerType, HopAnswer
from core.schemas.memory import Memory
from tools.asking import answer_type
from tools.lexical import content_terms
from tools.matching import log_odds
from tools.passages import placed
from tools.reader import Reading
from tools.values import dates, names, numbers

LEAST_CHANCE = 0.2
"""A hop that the reader believes less to be answered stays open: a question with a wrong name in it
leads away, where the question as it was asked does not."""

_HOLE = re.compile(r"\{(\d)\}")


def filled(hops: Sequence[str], answers: Sequence[HopAnswer]) -> tuple[str, ...]:
    """The hops with the answers so far put in.

    >>> filled(("Who directed Alien?", "Where was {1} born?"), ())
    ('Who directed Alien?', 'Where was {1} born?')
    """
    found = {str(number): answer.text for number, answer in enumerate(answers, 1)}
    return tuple(_HOLE.sub(lambda hole: found.get(hole[1], hole[0]), hop) for hop in hops)


def can_be_asked(hop: str) -> bool:
    """Whether it waits for no other hop's answer."""
    return _HOLE.search(hop) is None


def hop_answer(question: str, read: Iterable[tuple[Memory, Reading]]) -> HopAnswer | None:
    """The likeliest answer to a hop, of the kind it asks for; None where none is likely enough.

    A passage counts by the reader's odds that it is about the question and that it answers it.
    """
    wanted, known = answer_type(question), frozenset(content_terms(question))
    found = [
        (log_odds(reading.relevance) + log_odds(reading.answerable), answer)
        for memory, reading in read
        if reading.answerable >= LEAST_CHANCE
        for answer in _of_passage(question, wanted, known, memory, reading)
    ]
    best = min(found, key=lambda item: (-item[0], item[1].memory_id), default=None)
    return best[1] if best else None


def _of_passage(
    question: str, wanted: AnswerType, known: frozenset[str], memory: Memory, reading: Reading
) -> list[HopAnswer]:
    """The passage's best span that is of the kind asked for and says more than the question."""
    fitting = [
        HopAnswer(
            question=question,
            text=found.text,
            memory_id=memory.id,
            span=found.span,
            chance=reading.answerable,
        )
        for found in placed(memory, reading)
        if _fits(wanted, found.text) and not known.issuperset(content_terms(found.text))
    ]
    return fitting[:1]


def _fits(wanted: AnswerType, text: str) -> bool:
    match wanted:
        case "name":
            return bool(names(text))
        case "number":
            return bool(numbers(text))
        case "date":
            return bool(dates(text) or numbers(text))
        case _:
            return True
