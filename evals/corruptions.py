"""Sentences of a document made false on purpose, and true ones changed harmlessly. Pure, seeded.

The kinds are those by which checks of an insertion are compared: what must be rejected, and what
must not. Sentences are real, corruption is not: a model's own mistakes are harder to see.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from core.schemas.document import Unit
from tools.values import names

WORDS = range(8, 41)
"""How long a sentence is that can be corrupted."""
DROPPED = 0.2
NEIGHBOURS = 1

_NEGATION = re.compile(r"not|no|never|neither|nor|none|without|cannot|nobody|nothing|\w+n['’]t")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|must|does|did|do)\b"
)
_MODALS = (("must", "may"), ("may", "must"), ("can", "must"), ("should", "must"), ("will", "may"))


class Elsewhere(NamedTuple):
    """What other documents say."""

    names: Sequence[str]
    sentences: Sequence[str]


class Place(NamedTuple):
    """A sentence, and what may stand in its place."""

    sentence: str
    others: Sequence[str]
    """Names of its own document that it does not hold."""
    elsewhere: Elsewhere
    chance: random.Random


class Case(NamedTuple):
    """A statement to be judged against what it cites."""

    kind: str
    document: str
    statement: str
    cited: str
    window: tuple[str, ...]
    """The cited sentence with its neighbours."""


Change = Callable[[Place], str | None]
"""The changed sentence; None where it cannot be changed so."""


def cases(
    document: str, units: Sequence[Unit], elsewhere: Elsewhere, *, most: int, seed: int = 5
) -> Iterator[Case]:
    """Every kind of change of up to ``most`` sentences of a document."""
    chance = random.Random(f"{seed}:{document}")
    usable = [unit for unit in units if is_usable(unit)]
    known = sorted({name for unit in usable for name in names_in(unit.text)})
    for unit in sorted(chance.sample(usable, min(most, len(usable))), key=lambda u: u.index):
        near = units[max(0, unit.index - NEIGHBOURS) : unit.index + NEIGHBOURS + 1]
        others = [name for name in known if name.casefold() not in unit.text.casefold()]
        place = Place(unit.text, others, elsewhere, chance)
        for kind, change in CHANGES.items():
            changed = change(place)
            if changed is not None:
                yield Case(kind, document, changed, unit.text, tuple(one.text for one in near))


def is_usable(unit: Unit) -> bool:
    """Whether it is a sentence of usual length."""
    return unit.kind == "sentence" and len(unit.text.split()) in WORDS


def names_in(sentence: str) -> list[str]:
    """Names as written, but for one that a capital at the start may only seem to be."""
    return [name.surface for name in names(sentence) if name.start > 0]


def _verbatim(place: Place) -> str:
    return place.sentence


def _words_dropped(place: Place) -> str:
    return _thinned(place, lambda word: not _NEGATION.fullmatch(word.strip(",.;:")))


def _words_and_negations_dropped(place: Place) -> str:
    return _thinned(place, lambda word: True)


def _thinned(place: Place, may_go: Callable[[str], bool]) -> str:
    words = place.sentence.split()
    kept = [w for w in words if not (w.islower() and may_go(w) and place.chance.random() < DROPPED)]
    return " ".join(kept)


def _number_changed(place: Place) -> str | None:
    found = re.search(r"(?<![\w.-])\d+(?![\w-])", place.sentence)
    if found is None:
        return None
    other = str(int(found.group()) + place.chance.randint(1, 9))
    return place.sentence[: found.start()] + other + place.sentence[found.end() :]


def _name_of_another_document(place: Place) -> str | None:
    return _renamed(place, place.elsewhere.names)


def _name_swapped(place: Place) -> str | None:
    return _renamed(place, place.others)


def _renamed(place: Place, pool: Sequence[str]) -> str | None:
    own = names_in(place.sentence)
    others = [name for name in pool if name.casefold() not in place.sentence.casefold()]
    if not own or not others:
        return None
    return place.sentence.replace(place.chance.choice(own), place.chance.choice(others), 1)


def _names_exchanged(place: Place) -> str | None:
    """A acquired B: B acquired A."""
    own = list(dict.fromkeys(names_in(place.sentence)))
    pairs = [(a, b) for a, b in pairwise(own) if a not in b and b not in a]
    if not pairs:
        return None
    first, second = place.chance.choice(pairs)
    either = re.compile(rf"\b(?:{re.escape(first)}|{re.escape(second)})\b")
    return either.sub(lambda m: second if m.group() == first else first, place.sentence)


def _negation_added(place: Place) -> str | None:
    if not _AUXILIARY.search(place.sentence):
        return None
    return _AUXILIARY.sub(r"\1 not", place.sentence, count=1)


def _modality_changed(place: Place) -> str | None:
    for old, new in _MODALS:
        if re.search(rf"\b{old}\b", place.sentence):
            return re.sub(rf"\b{old}\b", new, place.sentence, count=1)
    return None


def _sentence_of_another_document(place: Place) -> str | None:
    sentences = place.elsewhere.sentences
    return place.chance.choice(sentences) if sentences else None


CHANGES: dict[str, Change] = {
    "verbatim": _verbatim,
    "words_dropped": _words_dropped,
    "words_and_negations_dropped": _words_and_negations_dropped,
    "number_changed": _number_changed,
    "name_of_another_document": _name_of_another_document,
    "name_swapped": _name_swapped,
    "names_exchanged": _names_exchanged,
    "negation_added": _negation_added,
    "modality_changed": _modality_changed,
    "sentence_of_another_document": _sentence_of_another_document,
}
HARMLESS = ("verbatim", "words_dropped", "words_and_negations_dropped")
"""Kinds that ought to be accepted."""
