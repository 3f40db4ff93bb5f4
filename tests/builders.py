"""Small real things for tests: sources, units, memories, candidates, encoder and reader."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

import numpy as np

from agents.answerer import Passage
from agents.selector import Evidence
from core.ids import sha256_of
from core.schemas.document import Source, Span, TrustClass, Unit, UnitKind
from core.schemas.evidence import Candidate, Plan
from core.schemas.memory import Flag, Memory
from tools.asking import answer_type, cue_terms, question_type, subquestions
from tools.encoder import Vectors
from tools.lexical import content_terms, tokens
from tools.loaders.sentences import sentence_ranges
from tools.reader import FoundSpan, Judgement, Pair, Reading, Trial
from tools.reader_files import chance
from tools.reader_spans import NO_SPAN_MARGIN, TOP_SPANS
from tools.values import negations

NAMESPACE = UUID("00000000-0000-4000-8000-000000000000")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class HashingEncoder:
    """Stems hashed to signed places: texts that share words are near, and always the same."""

    id = "hashing-64"
    dimensions = 64

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in order."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in content_terms(text):
                digest = hashlib.sha256(term.encode()).digest()
                row[digest[0] % self.dimensions] += 1.0 if digest[1] % 2 else -1.0
            length = float(np.linalg.norm(row))
            if length:
                row /= length
        return rows.astype(np.float16).astype(np.float32)


class WordsReader:
    """Reads by shared stems: no model, always the same.

    A passage is relevant by its share of the question's terms; a sentence answers with its longest
    run of words that the question lacks; a claim is refuted where numbers or negations differ.
    """

    id = "words-1"

    async def rank(self, question: str, passages: Sequence[str]) -> tuple[float, ...]:
        """The share of the question's terms that each passage has."""
        return tuple(shared(question, passage) for passage in passages)

    async def read(self, question: str, passages: Sequence[str]) -> tuple[Reading, ...]:
        """One span per sentence, sure when the sentence has all of the question's terms."""
        return tuple(self._reading(question, passage) for passage in passages)

    async def judge(self, pairs: Sequence[Pair]) -> tuple[Judgement, ...]:
        """Supported or refuted by the share of the claim's terms; the rest is neutral."""
        return tuple(self._judgement(*pair) for pair in pairs)

    async def accept(self, trials: Sequence[Trial]) -> tuple[float, ...]:
        """As relevant as the passage is, if the answer stands in it."""
        return tuple(
            shared(trial.question, trial.passage) if trial.answer in trial.passage else 0.0
            for trial in trials
        )

    def _reading(self, question: str, passage: str) -> Reading:
        spans = []
        for start, end in sentence_ranges(passage):
            found = unasked_run(question, passage[start:end])
            if found:
                first, last = start + found[0], start + found[1]
                score = 8 * shared(question, passage[start:end]) - 4
                spans.append(FoundSpan(first, last, passage[first:last], score))
        best = tuple(sorted(spans, key=lambda span: -span.score)[:TOP_SPANS])
        margin = best[0].score if best else NO_SPAN_MARGIN
        answerable = chance(margin, (1.0, 0.0))
        return Reading(best, margin, answerable, answerable >= 0.5, shared(question, passage))

    def _judgement(self, claim: str, evidence: str) -> Judgement:
        told, known = (
            {term for term in content_terms(text) if term[0].isdigit()}
            for text in (claim, evidence)
        )
        share = shared(claim, evidence)
        if negations(claim) % 2 != negations(evidence) % 2 or (known and told - known):
            return Judgement(0.0, share, 1 - share)
        return Judgement(share, 0.0, 1 - share)


def shared(left: str, right: str) -> float:
    """The share of the left text's terms that the right one has."""
    asked = set(content_terms(left))
    return len(asked & set(content_terms(right))) / len(asked) if asked else 0.0


def unasked_run(question: str, sentence: str) -> tuple[int, int] | None:
    """Where the longest run of words stands that bring a term the question lacks."""
    asked = set(content_terms(question))
    runs: list[tuple[int, int]] = []
    follows = False
    for token in tokens(sentence):
        new = set(content_terms(sentence[token.start : token.end])) - asked
        if new:
            runs.append((runs.pop()[0] if follows else token.start, token.end))
        follows = bool(new)
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def make_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE, name)


def make_source(
    principal: str = "works", trust: TrustClass = "owner", origin: str | None = None
) -> Source:
    """A source whose origin is its own unless given."""
    return Source(principal=principal, origin=origin or f"{principal}.example", trust=trust)


def make_unit(
    text: str,
    *,
    index: int = 0,
    start: int = 0,
    kind: UnitKind = "sentence",
    heading_path: tuple[str, ...] = (),
    block: int = 0,
) -> Unit:
    """A unit that stands at ``start``."""
    return Unit(
        index=index,
        kind=kind,
        start=start,
        end=start + len(text),
        text=text,
        heading_path=heading_path,
        block=block,
    )


def make_units(
    text: str, *, kind: UnitKind = "sentence", heading_path: tuple[str, ...] = (), start: int = 0
) -> tuple[Unit, ...]:
    """The sentences of ``text`` as units that stand from ``start`` on."""
    return tuple(
        make_unit(text[a:b], index=index, start=start + a, kind=kind, heading_path=heading_path)
        for index, (a, b) in enumerate(sentence_ranges(text))
    )


def make_memory(
    text: str,
    *,
    name: str | None = None,
    document: str | None = None,
    source: Source | None = None,
    title: str = "",
    heading_path: tuple[str, ...] = (),
    start: int = 0,
    flags: tuple[Flag, ...] = (),
    batch: str | None = None,
) -> Memory:
    """A verified memory; its name, and so its id, is its text unless given."""
    key = name or text
    return Memory(
        id=make_id(f"memory {key}"),
        document_id=make_id(f"document {document or key}"),
        version_id=make_id(f"version {document or key}"),
        ordinal=0,
        status="verified",
        title=title,
        heading_path=heading_path,
        span=Span(start=start, end=start + len(text)),
        page=None,
        text_original=text,
        text_completed=text,
        text_sha256=sha256_of(text),
        core=text.split(". ")[0],
        question="",
        content_type="concept",
        unit_first=0,
        unit_stop=max(1, len(sentence_ranges(text))),
        flags=flags,
        source=source or make_source(),
        batch=make_id(f"batch {batch or key}"),
        collection="default",
        created_at=MOMENT,
    )


def make_candidate(memory: Memory, **scores: float) -> Candidate:
    """A candidate that refers to the memory."""
    return Candidate(
        memory_id=memory.id,
        document_id=memory.document_id,
        version_id=memory.version_id,
        text_sha256=memory.text_sha256,
        source=memory.source,
        batch=memory.batch,
        created_at=memory.created_at,
        scores=scores or {"fused": 1.0},
    )


def make_evidence(memory: Memory, **scores: float) -> Evidence:
    """The memory as retrieved."""
    return Evidence(make_candidate(memory, **scores), memory)


def make_passage(evidence: Evidence) -> Passage:
    """The memory with its sentences as units."""
    memory = evidence.memory
    units = make_units(
        memory.text_original, heading_path=memory.heading_path, start=memory.span.start
    )
    return Passage(evidence, units)


def make_plan(question: str) -> Plan:
    """The plan that the rules make of a question."""
    return Plan(
        question=question,
        type=question_type(question),
        answer_type=answer_type(question),
        subquestions=subquestions(question),
        cue_terms=cue_terms(question),
    )
