"""What every answerer promises."""

from core.checking import answer_stands
from core.schemas.answer import Draft
from core.schemas.evidence import Assessment, EvidenceVerdict
from tests.answering_roles import (
    HIDDEN,
    MANUAL,
    NOTHING,
    PROCEDURE,
    RIVAL,
    STORED,
    STRANGER,
    TORQUE,
    passages,
    pool,
)
from tests.builders import make_passage, make_plan


async def test_answer_is_a_verbatim_unit_with_its_exact_span(answerer):
    packed = passages(MANUAL, STRANGER)
    draft = await answerer.answer(make_plan(TORQUE), packed, NOTHING)
    (sentence,) = draft.sentences
    quote = sentence.quotes[0]
    assert sentence.text == quote.text
    assert "62 Nm" in quote.text
    start = quote.span.start - MANUAL.span.start
    assert MANUAL.text_original[start : start + len(quote.text)] == quote.text


async def test_the_short_answer_stands_inside_the_quote(answerer):
    draft = await answerer.answer(make_plan(TORQUE), passages(), NOTHING)
    for sentence in draft.sentences:
        (answer,) = sentence.answers
        assert answer.version_id == sentence.quotes[0].version_id
        assert answer_stands(answer, sentence.quotes, STORED[answer.version_id])
    assert draft.sentences


async def test_a_procedure_has_no_short_answer(answerer):
    plan = make_plan("How do I tighten the casing nuts on the HP-240?")
    draft = await answerer.answer(plan, passages(PROCEDURE), NOTHING)
    assert draft.sentences
    assert all(sentence.answers == () for sentence in draft.sentences)


async def test_kept_out_evidence_never_speaks(answerer):
    packed = passages(HIDDEN, STRANGER)
    verdict = EvidenceVerdict(
        assessments=(Assessment(memory_id=HIDDEN.id, group=0, risk=0.9, action="quarantine"),)
    )
    draft = await answerer.answer(make_plan(TORQUE), packed, verdict)
    quoted = {quote.memory_id for s in draft.sentences for quote in s.quotes}
    assert HIDDEN.id not in quoted


async def test_without_an_answer_there_is_no_sentence_and_the_question_is_missing(answerer):
    draft = await answerer.answer(make_plan(TORQUE), passages(STRANGER), NOTHING)
    assert draft == Draft(sentences=(), missing=(TORQUE,))
    assert (await answerer.answer(make_plan(TORQUE), [], NOTHING)).sentences == ()


async def test_a_sibling_part_number_is_not_answered_for_another(answerer):
    plan = make_plan("What is the tightening torque of the casing nuts on the HP-310?")
    draft = await answerer.answer(plan, passages(MANUAL, PROCEDURE), NOTHING)
    assert draft.sentences == ()


async def test_independent_witnesses_are_quoted_together(answerer, evidence_verifier):
    found = pool(MANUAL, PROCEDURE)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    draft = await answerer.answer(make_plan(TORQUE), [make_passage(e) for e in found], verdict)
    (sentence,) = draft.sentences
    assert {quote.memory_id for quote in sentence.quotes} == {MANUAL.id, PROCEDURE.id}


async def test_both_sides_of_a_conflict_are_told(answerer, evidence_verifier):
    found = pool(MANUAL, RIVAL)
    verdict = await evidence_verifier.verify(make_plan(TORQUE), found, found)
    draft = await answerer.answer(make_plan(TORQUE), [make_passage(e) for e in found], verdict)
    text = " ".join(sentence.text for sentence in draft.sentences)
    assert "62 Nm" in text
    assert "80 Nm" in text


async def test_two_parts_get_a_sentence_each(answerer):
    plan = make_plan(
        "What torque do the casing nuts of the HP-240 need, and what does the canteen serve?"
    )
    draft = await answerer.answer(plan, passages(MANUAL, STRANGER), NOTHING)
    text = " ".join(sentence.text for sentence in draft.sentences)
    assert "62 Nm" in text
    assert "soup" in text
    assert draft.missing == ()


async def test_answer_does_not_depend_on_the_order_of_passages(answerer):
    packed = passages()
    plan = make_plan(TORQUE)
    expected = await answerer.answer(plan, packed, NOTHING)
    assert await answerer.answer(plan, packed[::-1], NOTHING) == expected
