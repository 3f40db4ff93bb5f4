"""Recurring spans: a phrase that stands in two sentences of an article is its own question.

After Ram et al. 2021, "Few-Shot Question Answering by Pretraining Span Selection": one sentence
becomes a cloze with the phrase masked; the model must point at the phrase in the passage. Here the
cloze takes the place of the question, so that the input has the form of every other example.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.lexical import STOP_WORDS
from tools.loaders.sentences import sentence_ranges
from training.examples import Example

MASK = "[MASK]"
LONGEST = 6
"""Words of a phrase."""
PER_PASSAGE = 6
SHORTEST_CLOZE, LONGEST_CLOZE = 6, 45
"""Words of a sentence that serves as a question."""
QUESTION_FORM = 0.5
"""Share of clozes whose masked phrase is replaced by a question word put in front."""

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_YEAR = re.compile(r"(?:1\d|20)\d\d$")


class Passage(NamedTuple):
    """Running text, and the article whose other passages speak of the same things."""

    article: str
    text: str


class _Place(NamedTuple):
    passage: int
    sentence: int
    start: int
    end: int
    words: int


def recurring_examples(passages: Sequence[Passage], rng: random.Random) -> Iterator[Example]:
    """Clozes over the passages of one article, at most ``PER_PASSAGE`` for each passage."""
    sentences = [sentence_ranges(passage.text) for passage in passages]
    places = _recurring(passages, sentences)
    made: dict[int, int] = defaultdict(int)
    phrases = sorted(places)
    rng.shuffle(phrases)
    for phrase in phrases:
        found = places[phrase]
        target = rng.choice(found)
        asking = [p for p in found if (p.passage, p.sentence) != (target.passage, target.sentence)]
        if not asking or made[target.passage] >= PER_PASSAGE:
            continue
        example = _cloze(passages, sentences, rng.choice(asking), target, rng)
        if example is not None:
            made[target.passage] += 1
            yield example


def _recurring(
    passages: Sequence[Passage], sentences: Sequence[Sequence[tuple[int, int]]]
) -> dict[str, list[_Place]]:
    """Phrases that stand in at least two sentences; none inside a longer one that does too."""
    places: dict[str, list[_Place]] = defaultdict(list)
    for number, passage in enumerate(passages):
        for at, (start, end) in enumerate(sentences[number]):
            words = list(_WORD.finditer(passage.text, start, end))
            for first in range(len(words)):
                for stop in range(first + 1, min(first + LONGEST, len(words)) + 1):
                    if _is_phrase([word.group() for word in words[first:stop]]):
                        place = _Place(
                            number, at, words[first].start(), words[stop - 1].end(), stop - first
                        )
                        key = passage.text[place.start : place.end].casefold()
                        places[key].append(place)
    kept = {
        key: found
        for key, found in places.items()
        if 2 <= len({(place.passage, place.sentence) for place in found}) <= 12
    }
    counts = {key: len(found) for key, found in kept.items()}
    inside = {
        " ".join(words[first:stop])
        for key, count in counts.items()
        for words in [key.split()]
        for first in range(len(words))
        for stop in range(first + 1, len(words) + 1)
        if stop - first < len(words) and counts.get(" ".join(words[first:stop])) == count
    }
    return {key: found for key, found in kept.items() if key not in inside}


def _is_phrase(words: Sequence[str]) -> bool:
    """Begins and ends with a telling word; a single word must be a name, a number or long."""
    outer = (words[0].casefold(), words[-1].casefold())
    if any(word in STOP_WORDS or len(word) < 2 for word in outer):
        return False
    if len(words) > 1:
        return True
    word = words[0]
    return (
        word[0].isupper()
        or bool(_YEAR.match(word))
        or any(c.isdigit() for c in word)
        or len(word) > 6
    )


def _cloze(
    passages: Sequence[Passage],
    sentences: Sequence[Sequence[tuple[int, int]]],
    asking: _Place,
    target: _Place,
    rng: random.Random,
) -> Example | None:
    start, end = sentences[asking.passage][asking.sentence]
    text = passages[asking.passage].text
    before, after = text[start : asking.start].strip(), text[asking.end : end].strip()
    if not SHORTEST_CLOZE <= len(f"{before} {after}".split()) <= LONGEST_CLOZE:
        return None
    passage, span = passages[target.passage].text, (target.start, target.end)
    if asking.passage == target.passage:
        passage, span = _without(passage, (start, end), span)
    return Example(
        "recurring",
        _asked(before, after, passage[slice(*span)], rng),
        passage,
        span=span,
        relevance=1.0,
    )


def _without(
    text: str, hole: tuple[int, int], span: tuple[int, int]
) -> tuple[str, tuple[int, int]]:
    """The text without the asking sentence, and where the span then stands."""
    shorter = text[: hole[0]] + text[hole[1] :].lstrip()
    moved = len(text) - len(shorter) if span[0] >= hole[1] else 0
    return shorter, (span[0] - moved, span[1] - moved)


def _asked(before: str, after: str, phrase: str, rng: random.Random) -> str:
    """The cloze, or the same words behind a question word that fits the phrase's look."""
    if rng.random() > QUESTION_FORM:
        return f"{before} {MASK} {after}".strip()
    word = "what"
    if _YEAR.match(phrase):
        word = rng.choice(("when", "what year"))
    elif phrase[0].isdigit():
        word = "how many"
    elif phrase[0].isupper():
        word = rng.choice(("who", "what", "where", "which"))
    ending = after.rstrip(".!?;: ")
    body = rng.choice((f"{ending} {before}", f"{before} {ending}"))
    return f"{word} {body}".strip() + "?"
