"""When a sentence is carried by its quotes: numbers, names, negation and words. Pure.

Deterministic, and so the last word whoever judged before.
"""

from collections.abc import Sequence

from tools.lexical import content_terms
from tools.values import Value, dates, names, negations, numbers, same_value

CONTAINMENT = 0.8
"""Share of a sentence's content words, values aside, that its quotes must hold."""


def failed_checks(sentence: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """The checks that the sentence fails: number, name, negation, containment; none if carried.

    A sentence that is itself one of the quotes is carried by it. Otherwise every number, date and
    name must stand in the quotes after normalisation, and the negations must match in parity.
    """
    if sentence in quotes:
        return ()
    evidence = "\n".join(quotes)
    failed = []
    if not _all_found(
        (*numbers(sentence), *dates(sentence)), (*numbers(evidence), *dates(evidence))
    ):
        failed.append("number")
    if not _names_found(sentence, evidence):
        failed.append("name")
    if negations(sentence) % 2 != negations(evidence) % 2:
        failed.append("negation")
    if not _is_contained(sentence, evidence):
        failed.append("containment")
    return tuple(failed)


def _all_found(wanted: Sequence[Value], present: Sequence[Value]) -> bool:
    return all(any(same_value(value, other) for other in present) for value in wanted)


def _names_found(sentence: str, evidence: str) -> bool:
    folded = evidence.casefold()
    return all(value.text in folded for value in names(sentence))


def _is_contained(sentence: str, evidence: str) -> bool:
    stated = " ".join(value.surface for value in (*numbers(sentence), *dates(sentence)))
    wanted = set(content_terms(sentence)) - set(content_terms(stated))
    return len(wanted & set(content_terms(evidence))) >= CONTAINMENT * len(wanted)
