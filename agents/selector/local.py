"""A selector without a language model: words, values and cosines of the best sentence decide."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np

from agents.selector import Evidence, by_fused
from core.schemas.evidence import Plan
from tools.encoder import Encoder
from tools.lexical import content_terms
from tools.loaders.sentences import sentence_ranges
from tools.matching import Asked, Measures, Mix, all_asked, type_hit
from tools.ranking import TermWeights, cut

READ_LIMIT = 24
"""Candidates, best fused score first, that are read sentence by sentence."""

SENTENCE_LIMIT = 4
"""Sentences of one candidate that are encoded: those that share most with the question."""

MIN_K, MAX_K = 5, 12
"""Clamps of the elbow: what is packed is fewer, so that an exclusion leaves something to read."""

RELEVANCE = Mix(-6.91, Measures(2.28, 2.46, 2.47, 0.38, 1.79))
"""Fitted on 300 questions over 12 SQuAD articles, each asked of its own article and of all twelve,
and on 144 questions asked where their article was missing; see docs/evals.md."""


class LocalSelector:
    """Judges by a fitted mix of sentence and passage measures, and cuts at the elbow."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The elbow's share of the pool, and the best memory for each part of the question."""
        by_question = await self.measure(plan, pool)
        chances = [
            {key: RELEVANCE.probability(seen) for key, seen in measured.items()}
            for measured in by_question
        ]
        relevance = {key: max(chance[key] for chance in chances) for key in chances[0]}
        ranked = sorted(relevance, key=lambda key: (-relevance[key], key))
        kept = set(ranked[: cut([relevance[key] for key in ranked], MIN_K, MAX_K)])
        kept |= {min(chance, key=lambda key: (-chance[key], key)) for chance in chances if chance}
        by_id = {evidence.memory.id: evidence for evidence in pool}
        return tuple(_scored(by_id[key], relevance[key]) for key in ranked if key in kept)

    async def measure(self, plan: Plan, pool: Sequence[Evidence]) -> list[dict[UUID, Measures]]:
        """The measures of the most promising candidates, once per question and subquestion."""
        questions = all_asked(plan)
        weights = TermWeights(_terms(evidence) for evidence in pool)
        promising = sorted(pool, key=by_fused)[:READ_LIMIT]
        sentences = {
            evidence.memory.id: _best_sentences(evidence.memory.text_original, questions, weights)
            for evidence in promising
        }
        cosines = await self._cosines(questions, sentences)
        return [
            {
                evidence.memory.id: _measures(
                    question,
                    weights,
                    evidence,
                    sentences[evidence.memory.id],
                    cosines[at].get(evidence.memory.id),
                )
                for evidence in promising
            }
            for at, question in enumerate(questions)
        ]

    async def _cosines(
        self, questions: Sequence[Asked], sentences: Mapping[UUID, Sequence[str]]
    ) -> list[dict[UUID, float]]:
        """Per question, each memory's best sentence; nothing without an encoder."""
        if self._encoder is None or not sentences:
            return [{} for _ in questions]
        texts = [text for group in sentences.values() for text in group]
        vectors = await self._encoder.encode([*(question.text for question in questions), *texts])
        table = vectors[: len(questions)] @ vectors[len(questions) :].T
        found: list[dict[UUID, float]] = [{} for _ in questions]
        start = 0
        for memory_id, group in sentences.items():
            best = np.max(table[:, start : start + len(group)], axis=1)
            for at in range(len(questions)):
                found[at][memory_id] = float(best[at])
            start += len(group)
        return found


def _measures(
    question: Asked,
    weights: TermWeights,
    evidence: Evidence,
    sentences: Sequence[str],
    cosine: float | None,
) -> Measures:
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
    )


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


def _scored(evidence: Evidence, relevance: float) -> Evidence:
    candidate = evidence.candidate
    scores = {**candidate.scores, "relevance": relevance}
    return evidence._replace(candidate=candidate.model_copy(update={"scores": scores}))
