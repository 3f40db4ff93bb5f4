"""A selector without a language model: what the reader sees, weighed with words and cosines."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from agents.selector import Evidence, worth_reading
from core.schemas.document import Span
from core.schemas.evidence import Plan
from tools.encoder import Encoder
from tools.lexical import content_terms
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked, Measures, Mix, log_odds, parts_asked, type_hit
from tools.passages import passage_of, placed
from tools.ranking import TermWeights
from tools.reader import Reader, Reading
from tools.selecting import Limits, Option, Strategy, elbow

SENTENCE_LIMIT = 4
"""Sentences of one candidate that are encoded: those that share most with the question."""

LIMITS = Limits(min_k=5, max_k=12)
"""What is packed is fewer, so that an exclusion leaves something to read."""

RELEVANCE = Mix(-6.91, Measures(2.28, 2.46, 2.47, 0.38, 1.79, 0.0, 0.0, 0.0))
"""Fitted before there was a reader; a fit with its scores does no better (docs/evals.md)."""


class Seen(NamedTuple):
    """What was seen of one memory for one question."""

    measures: Measures
    answer: Span | None
    """Where the reader would point, in the version's text."""


class LocalSelector:
    """Judges by a fitted mix of reading, sentence and passage measures; a strategy then cuts."""

    def __init__(
        self, reader: Reader, encoder: Encoder | None = None, strategy: Strategy = elbow
    ) -> None:
        self._reader = reader
        self._encoder = encoder
        self._strategy = strategy

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """What the strategy keeps, and the best memory for each part of the question."""
        by_part = await self.measure(plan, pool)
        chances = [
            {key: RELEVANCE.probability(seen.measures) for key, seen in part.items()}
            for part in by_part
        ]
        relevance = {key: max(chance[key] for chance in chances) for key in chances[0]}
        by_id = {evidence.memory.id: evidence for evidence in pool}
        options = options_of(plan, [by_id[key] for key in sorted(relevance)], relevance)
        kept = set(self._strategy(options, LIMITS))
        kept |= {min(chance, key=lambda key: (-chance[key], key)) for chance in chances if chance}
        ranked = sorted(relevance, key=lambda key: (-relevance[key], key))
        return tuple(
            _scored(by_id[key], relevance[key], [part[key].answer for part in by_part])
            for key in ranked
            if key in kept
        )

    async def measure(self, plan: Plan, pool: Sequence[Evidence]) -> list[dict[UUID, Seen]]:
        """The most promising candidates as seen for each part of the question."""
        parts = parts_asked(plan)
        weights = TermWeights(_terms(evidence) for evidence in pool)
        promising = worth_reading(pool)
        sentences = {
            evidence.memory.id: _best_sentences(evidence.memory.text_original, parts, weights)
            for evidence in promising
        }
        cosines = await self._cosines(parts, sentences)
        passages = [passage_of(evidence.memory) for evidence in promising]
        found: list[dict[UUID, Seen]] = []
        for at, part in enumerate(parts):
            readings = await self._reader.read(part.text, passages)
            found.append({})
            for evidence, reading in zip(promising, readings, strict=True):
                key = evidence.memory.id
                by_words = _by_words(part, weights, evidence, sentences[key], cosines[at].get(key))
                found[at][key] = Seen(
                    by_words._replace(
                        relevant=log_odds(reading.relevance),
                        answerable=log_odds(reading.answerable),
                    ),
                    _answer(evidence, reading),
                )
        return found

    async def _cosines(
        self, parts: Sequence[Asked], sentences: Mapping[UUID, Sequence[str]]
    ) -> list[dict[UUID, float]]:
        """Per question, each memory's best sentence; nothing without an encoder."""
        if self._encoder is None or not sentences:
            return [{} for _ in parts]
        texts = [text for group in sentences.values() for text in group]
        vectors = await self._encoder.encode([*(part.text for part in parts), *texts])
        table = vectors[: len(parts)] @ vectors[len(parts) :].T
        found: list[dict[UUID, float]] = [{} for _ in parts]
        start = 0
        for memory_id, group in sentences.items():
            best = np.max(table[:, start : start + len(group)], axis=1)
            for at in range(len(parts)):
                found[at][memory_id] = float(best[at])
            start += len(group)
        return found


def options_of(
    plan: Plan, pool: Sequence[Evidence], relevance: Mapping[UUID, float]
) -> list[Option]:
    """Each candidate as a strategy sees it; a facet is met by the cue terms of its rationale."""
    terms = {evidence.memory.id: _terms(evidence) for evidence in pool}
    return [
        Option(
            key=evidence.memory.id,
            relevance=relevance[evidence.memory.id],
            characters=len(evidence.memory.text_original),
            place=(evidence.memory.version_id, evidence.memory.ordinal),
            facets=tuple(
                len(terms[evidence.memory.id] & set(rationale.cue_terms)) / len(rationale.cue_terms)
                for rationale in plan.rationales
            ),
            risk=1 - evidence.memory.source.weight,
            alike=tuple(
                (key, len(terms[evidence.memory.id] & other) / len(other or {""}))
                for key, other in terms.items()
                if key != evidence.memory.id
            ),
        )
        for evidence in pool
    ]


def _by_words(
    question: Asked,
    weights: TermWeights,
    evidence: Evidence,
    sentences: Sequence[str],
    cosine: float | None,
) -> Measures:
    """The measures that need no reader; its own are left at zero."""
    passage = evidence.candidate.scores.get("vector_chunk")
    best = cosine if cosine is not None else passage or 0.0
    return Measures(
        cosine=best,
        coverage=max(
            weights.coverage(question.terms, frozenset(content_terms(text))) for text in sentences
        ),
        context=weights.coverage(question.terms, _terms(evidence)),
        type_hit=max(type_hit(question, text) for text in sentences),
        prior=passage if passage is not None else best,
        relevant=0.0,
        answerable=0.0,
        behind=0.0,
    )


def _answer(evidence: Evidence, reading: Reading) -> Span | None:
    return next((found.span for found in placed(evidence.memory, reading)), None)


def _best_sentences(text: str, questions: Sequence[Asked], weights: TermWeights) -> list[str]:
    wanted = frozenset(term for question in questions for term in question.terms)
    sentences = [text[start:end] for start, end in sentence_ranges(text)] or [text]
    covered = [weights.coverage(wanted, frozenset(content_terms(s))) for s in sentences]
    order = sorted(range(len(sentences)), key=lambda at: (-covered[at], at))
    return [sentences[at] for at in sorted(order[:SENTENCE_LIMIT])]


def _terms(evidence: Evidence) -> frozenset[str]:
    memory = evidence.memory
    return frozenset(
        content_terms("\n".join((memory.title, *memory.heading_path, memory.text_completed)))
    )


def _scored(evidence: Evidence, relevance: float, answers: Sequence[Span | None]) -> Evidence:
    candidate = evidence.candidate
    update = {
        "scores": {**candidate.scores, "relevance": relevance},
        "answer_spans": tuple(dict.fromkeys(span for span in answers if span is not None)),
    }
    return evidence._replace(candidate=candidate.model_copy(update=update))
