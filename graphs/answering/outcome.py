"""From the last state of a run to the answer that leaves: only supported sentences, all cited.

A citation is made only of a quote that stands in the stored text; the answer verifier compared
it, and sentences it did not confirm are not here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from core.ids import sha256_of
from core.recording import now
from core.schemas.answer import (
    Answer,
    Citation,
    DraftSentence,
    Outcome,
    Quote,
    Sentence,
    ShortAnswer,
)
from core.schemas.document import Document, Span, Version
from core.schemas.evidence import EvidenceVerdict
from core.schemas.memory import Memory
from core.sufficiency import LOW_TRUST
from graphs.answering.confidence import confidence_of, grounds_of, strength_of
from graphs.answering.kept_out import kept_out_of, nearest_to
from graphs.answering.state import AnswerContext, AnswerState
from storage.protocols import Place

WEAK = 0.25
"""An answer that is likelier wrong than right by three to one says so."""


class Cited(NamedTuple):
    """What a citation needs to name besides the quote."""

    memory: Memory
    document: Document
    version: Version


async def compose_answer(state: AnswerState, context: AnswerContext) -> Answer:
    """The outcome of the run."""
    sentences = supported_sentences(state)
    quotes = [quote for sentence in sentences for quote in sentence.quotes]
    cited = {place_of(quote): await _cited(place_of(quote), context) for quote in quotes}
    outcome, reasons = decide_outcome(state, sentences)
    grounds = grounds_of(sentences, state.selected, state.verdict, state.spent.rounds)
    seconds = (await now() - datetime.fromisoformat(state.started_at)).total_seconds()
    return Answer(
        run_id=context.journal.run_id,
        question=state.question,
        outcome=outcome,
        text=" ".join(sentence.text for sentence in sentences),
        sentences=place_sentences(sentences),
        citations=make_citations(sentences, cited),
        reasons=reasons,
        confidence=confidence_of(grounds),
        grounds=grounds,
        claim_groups=state.verdict.claim_groups if state.verdict else (),
        filtered=await kept_out_of(state, context),
        nearest=() if sentences else await nearest_to(state, reasons, context),
        tried=tuple(state.tried),
        rounds=state.spent.rounds,
        seconds=seconds,
    )


def supported_sentences(state: AnswerState) -> tuple[DraftSentence, ...]:
    """The draft without the sentences that the verifier did not confirm; what follows from all of
    them is told only with all of them.

    Nothing is left where that is one side of a conflict and a source of low trust says it.
    """
    if state.draft is None:
        return ()
    confirmed = {verdict.index for verdict in state.sentence_verdicts if verdict.supported}
    kept = [line for index, line in enumerate(state.draft.sentences) if index in confirmed]
    if state.draft.chosen and len(kept) == len(state.draft.sentences):
        answers = (state.draft.chosen, *kept[0].answers)
        kept[0] = kept[0].model_copy(update={"answers": answers})
    return () if _is_half_a_conflict(state, kept) else tuple(kept)


def _is_half_a_conflict(state: AnswerState, sentences: Sequence[DraftSentence]) -> bool:
    if not _reports_conflict(state) or len(sentences) != 1:
        return False
    weights = {item.memory_id: item.source.weight for item in state.selected}
    return all(weights.get(quote.memory_id, 0.0) < LOW_TRUST for quote in sentences[0].quotes)


def _reports_conflict(state: AnswerState) -> bool:
    return state.sufficiency is not None and state.sufficiency.action == "report_conflict"


def decide_outcome(
    state: AnswerState, sentences: Sequence[DraftSentence]
) -> tuple[Outcome, tuple[str, ...]]:
    """Pure: the outcome and its reason codes."""
    if state.refusal:
        return "abstained", (state.refusal,)
    reason = state.sufficiency.reason if state.sufficiency else "no_candidate"
    action = state.sufficiency.action if state.sufficiency else "abstain"
    if not sentences:
        return "abstained", (reason,) if action == "abstain" else _why_none(state)
    ambiguous = ("ambiguous",) if _is_ambiguous(state, sentences) else ()
    if _reports_conflict(state) and len(sentences) > 1:
        return "conflict", (*ambiguous, reason)
    dropped = state.draft is not None and len(sentences) < len(state.draft.sentences)
    missing = state.draft.missing if state.draft else ()
    partial = [reason] if reason in {"single_low_trust", "rivals"} else []
    partial += ["weak_answer"] if strength_of(sentences) < WEAK else []
    partial += ["unsupported_sentence_dropped"] if dropped else []
    partial += [f"nothing_found_for: {part}" for part in missing]
    if partial:
        return "partial", (*ambiguous, *partial)
    return "answered", (*ambiguous, reason)


def _is_ambiguous(state: AnswerState, sentences: Sequence[DraftSentence]) -> bool:
    """Whether what is said is about several bearers of the name that was asked about."""
    quoted = {quote.memory_id for sentence in sentences for quote in sentence.quotes}
    verdict = state.verdict or EvidenceVerdict(assessments=())
    told = (group for group in verdict.claim_groups if not quoted.isdisjoint(group.memory_ids))
    return verdict.model_copy(update={"claim_groups": tuple(told)}).is_ambiguous


def _why_none(state: AnswerState) -> tuple[str, ...]:
    """Nothing was found to say, nothing of it stood its check, or one side of a conflict alone."""
    if _reports_conflict(state) and any(item.supported for item in state.sentence_verdicts):
        return ("contested",)
    if state.draft is None or not state.draft.sentences:
        return ("no_answer_found",)
    failed = (reason for verdict in state.sentence_verdicts for reason in verdict.reasons)
    return ("no_supported_sentence", *dict.fromkeys(failed))


def place_sentences(sentences: Sequence[DraftSentence]) -> tuple[Sentence, ...]:
    """Pure: each sentence and its short answers, placed in the answer's text."""
    placed: list[Sentence] = []
    position = 0
    for sentence in sentences:
        span = Span(start=position, end=position + len(sentence.text))
        found = [_place(answer, sentence, position) for answer in sentence.answers]
        spans = tuple(place for place in found if place is not None)
        placed.append(Sentence(span=span, answers=sentence.answers, answer_spans=spans))
        position = span.end + 1
    return tuple(placed)


def _place(answer: ShortAnswer, sentence: DraftSentence, position: int) -> Span | None:
    """Where the words stand in the answer's text: exactly, where the sentence is its quote."""
    quote = sentence.quotes[0]
    at = sentence.text.find(answer.text)
    if sentence.text == quote.text and answer.version_id == quote.version_id:
        at = answer.span.start - quote.span.start
    if not 0 <= at <= len(sentence.text) - len(answer.text):
        return None
    return Span(start=position + at, end=position + at + len(answer.text))


def make_citations(
    sentences: Sequence[DraftSentence], cited: Mapping[Place, Cited]
) -> tuple[Citation, ...]:
    """Pure: citations numbered in the order of the text, each with both of its sides."""
    citations: list[Citation] = []
    position = 0
    for sentence in sentences:
        span = Span(start=position, end=position + len(sentence.text))
        for quote in sentence.quotes:
            citations.append(_citation(len(citations) + 1, span, quote, cited[place_of(quote)]))
        position = span.end + 1
    return tuple(citations)


def _citation(number: int, answer_span: Span, quote: Quote, cited: Cited) -> Citation:
    return Citation(
        number=number,
        answer_span=answer_span,
        memory_id=quote.memory_id,
        document_id=quote.document_id,
        version_id=quote.version_id,
        version_number=cited.version.number,
        external_id=cited.document.external_id,
        title=cited.memory.title,
        page=cited.memory.page,
        source_span=quote.span,
        quote=quote.text,
        quote_sha256=sha256_of(quote.text),
        verified=True,
        source=cited.memory.source,
    )


def place_of(quote: Quote) -> Place:
    """The memory a quote was taken from, in the version it quotes."""
    return Place(quote.version_id, quote.memory_id)


async def _cited(place: Place, context: AnswerContext) -> Cited:
    (memory,) = await context.memories.at([place])
    document = await context.documents.get(memory.document_id)
    return Cited(memory, document, await context.documents.version(memory.version_id))
