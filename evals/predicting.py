"""Predicted questions beside those that people asked of the same articles (SQuAD).

How many there are and survive, how often the one nearest to a person's question is about the same
paragraph, and what they add to a search for paragraphs: as more words, and as vectors of their own.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from core.schemas.outline import PlacedQuestion
from core.settings import Settings
from evals.intervals import Estimate, bootstrap
from evals.retrieval_memories import Text, locate
from evals.retrieval_sets import Collection, squad
from tools.bm25 import Bm25
from tools.encoder import Encoder
from tools.encoder_models import configured_encoder
from tools.lexical import term_counts
from tools.loaders import LoadLimits, load
from tools.predicting import predicted_questions, proposed_questions

SAMPLE = 1_500
"""Questions of people, drawn evenly."""
_SEED = 5
_WORDS, _MEANING, _QUESTIONS = 1.5, 1.0, 0.3
"""What one standard deviation is worth; the first two are the product's, the third was chosen on
articles of the training data."""


class Paragraph(NamedTuple):
    """One paragraph of an article, with the questions predicted from it."""

    article: str
    start: int
    text: str
    predicted: tuple[str, ...]


class Yield(NamedTuple):
    """What one article gave."""

    units: int
    proposed: int
    kept: int


def evaluate(data: Path, part: str) -> dict[str, JsonValue]:
    """Metrics of the configured encoder. Raises NotFound for data that are not there."""
    (collection,) = squad(data, part).collections
    metrics = asyncio.run(measured(collection, configured_encoder(Settings())))
    return {"metrics": {name: estimate._asdict() for name, estimate in metrics.items()}}


async def measured(collection: Collection, encoder: Encoder) -> dict[str, Estimate]:
    """Every metric of one collection of articles."""
    paragraphs, yields = predicted_in(collection.texts)
    asked = random.Random(_SEED).sample(collection.wanted, min(SAMPLE, len(collection.wanted)))
    place = {(one.article, one.start): at for at, one in enumerate(paragraphs)}
    wanted = [place[one.spans[0].text_id, one.spans[0].start] for one in asked]
    groups = [one.group for one in asked]
    right = await _right(paragraphs, [one.question for one in asked], wanted, encoder)
    found = {
        name: bootstrap(np.mean, groups, column).in_percent() for name, column in right.items()
    }
    return {**_yielded(yields), **found}


def predicted_in(texts: Sequence[Text]) -> tuple[list[Paragraph], list[Yield]]:
    """The paragraphs of all texts, and what each text gave."""
    paragraphs: list[Paragraph] = []
    yields: list[Yield] = []
    for text in texts:
        units = load(text.text.encode(), "document.txt", LoadLimits()).units
        kept = predicted_questions(text.title, units)
        places = locate(units, text.text)
        by_paragraph = _by_paragraph(text, kept, [start for start, _ in places])
        stops = [*text.starts[1:], len(text.text)]
        for start, stop in zip(text.starts, stops, strict=True):
            body = text.text[start:stop]
            paragraphs.append(Paragraph(text.id, start, body, tuple(by_paragraph[start])))
        yields.append(Yield(len(units), len(proposed_questions(text.title, units)), len(kept)))
    return paragraphs, yields


def _by_paragraph(
    text: Text, questions: Sequence[PlacedQuestion], begins: Sequence[int]
) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for question in questions:
        found[max(s for s in text.starts if s <= begins[question.unit])].append(question.text)
    return found


def _yielded(yields: Sequence[Yield]) -> dict[str, Estimate]:
    columns = np.array(yields, np.float64).T
    articles = range(len(yields))
    return {
        "kept_per_1000_units": bootstrap(
            lambda units, kept: 1_000 * kept.sum() / units.sum(), articles, columns[0], columns[2]
        ),
        "kept_of_proposed": bootstrap(
            lambda all_, kept: kept.sum() / all_.sum(), articles, columns[1], columns[2]
        ).in_percent(),
    }


async def _right(
    paragraphs: Sequence[Paragraph], asked: Sequence[str], wanted: Sequence[int], encoder: Encoder
) -> dict[str, list[float]]:
    """Per question and way, whether the paragraph it was asked of comes first."""
    owners = np.array([at for at, one in enumerate(paragraphs) for _ in one.predicted])
    predicted = [text for one in paragraphs for text in one.predicted]
    questions = await encoder.encode(asked)
    near = questions @ (await encoder.encode(predicted)).T
    meaning = questions @ (await encoder.encode([one.text for one in paragraphs])).T
    articles = np.array([one.article for one in paragraphs])
    plain = Bm25([term_counts(one.text) for one in paragraphs])
    wider = Bm25([term_counts("\n".join((one.text, *one.predicted))) for one in paragraphs])
    right: defaultdict[str, list[float]] = defaultdict(list)
    for row, (question, gold) in enumerate(zip(asked, wanted, strict=True)):
        inside = articles[owners] == articles[gold]
        nearest = owners[int(np.argmax(np.where(inside, near[row], -2)))]
        right["nearest_in_paragraph"].append(float(nearest == gold))
        right["nearest_by_chance"].append(np.mean(owners[inside] == gold))
        right["paragraph_has_one"].append(float(gold in owners))
        layer = meaning[row].astype(np.float64)
        np.maximum.at(layer, owners, near[row])
        terms = term_counts(question)
        words, more = _standard(plain.scores(terms)), _standard(wider.scores(terms))
        vectors, layer = _standard(meaning[row]), _standard(layer)
        ways = {
            "r1_words_vectors": _WORDS * words + _MEANING * vectors,
            "r1_with_question_words": _WORDS * more + _MEANING * vectors,
            "r1_with_question_vectors": _WORDS * words + _MEANING * vectors + _QUESTIONS * layer,
            "r1_vectors": vectors,
            "r1_vectors_or_questions": layer,
        }
        for name, scores in ways.items():
            right[name].append(float(np.argmax(scores) == gold))
    for name in ("question_words", "question_vectors"):
        pairs = zip(right[f"r1_with_{name}"], right["r1_words_vectors"], strict=True)
        right[f"r1_gain_of_{name}"] = [one - other for one, other in pairs]
    return right


def _standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = scores.std()
    standard: NDArray[np.float64] = (scores - scores.mean()) / (spread if spread > 1e-12 else 1.0)
    return standard
