"""What every answer verifier promises."""

import pytest

from agents.answerer.rules import quote_of
from core.schemas.answer import Draft, DraftSentence, ShortAnswer
from core.schemas.document import Span
from tests.answering_roles import MANUAL, STORED, TORQUE
from tests.builders import make_evidence, make_passage, make_plan

ABSENT = "absent words"


def draft_of(text: str, *, start: int = 0, answer: str = "62 Nm") -> Draft:
    """One sentence that quotes the manual, its answer being words of the quote unless absent."""
    passage = make_passage(make_evidence(MANUAL))
    unit = passage.units[1]
    quote = quote_of(passage, unit, 0.9).model_copy(
        update={"span": Span(start=unit.start + start, end=unit.end + start)}
    )
    place = unit.start + max(0, unit.text.find(answer))
    found = ShortAnswer(
        version_id=quote.version_id, span=Span(start=place, end=place + len(answer)), text=answer
    )
    return Draft(sentences=(DraftSentence(text=text, quotes=(quote,), answers=(found,)),))


SAID = "The tightening torque of the casing nuts on the HP-240 is 62 Nm."


async def test_a_verbatim_sentence_with_an_answer_is_supported(answer_verifier):
    (verdict,) = await answer_verifier.check(make_plan(TORQUE), draft_of(SAID), STORED)
    assert verdict.supported
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("draft", "texts", "reason"),
    [
        (draft_of(SAID, start=1), STORED, "quote_mismatch"),
        (draft_of(SAID), {}, "quote_mismatch"),
        (draft_of(SAID, answer=ABSENT), STORED, "answer_mismatch"),
        (draft_of(SAID.replace("62", "95")), STORED, "number"),
        (draft_of(SAID.replace(" is ", " is not ")), STORED, "negation"),
        (draft_of(SAID.replace("HP-240", "HP-260")), STORED, "name"),
        (draft_of("Use oil on every thread."), STORED, "containment"),
    ],
)
async def test_an_unconfirmed_sentence_fails_closed(answer_verifier, draft, texts, reason):
    (verdict,) = await answer_verifier.check(make_plan(TORQUE), draft, texts)
    assert not verdict.supported
    assert reason in verdict.reasons


async def test_words_that_do_not_answer_are_not_accepted(answer_verifier):
    plan = make_plan("Who won the chess championship in Reykjavik?")
    (verdict,) = await answer_verifier.check(plan, draft_of(SAID), STORED)
    assert verdict.reasons == ("not_accepted",)


async def test_a_sentence_without_an_answer_is_accepted_only_where_none_is_due(answer_verifier):
    (sentence,) = draft_of(SAID).sentences
    draft = Draft(sentences=(sentence.model_copy(update={"answers": ()}),))
    (short,) = await answer_verifier.check(make_plan(TORQUE), draft, STORED)
    (whole,) = await answer_verifier.check(make_plan("How do I fit the nuts?"), draft, STORED)
    assert short.reasons == ("not_accepted",)
    assert whole.supported
