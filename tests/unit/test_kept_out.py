"""Why a candidate was kept out, and why what came near was no answer."""

import pytest

from core.schemas.answer import Draft, DraftSentence, Quote, SentenceVerdict
from core.schemas.document import Span
from core.schemas.evidence import Assessment, Signal
from core.schemas.memory import Memory
from graphs.answering.kept_out import failures, reasons_against
from graphs.answering.state import AnswerState
from tests.builders import make_memory

RED, BLUE = make_memory("It is red."), make_memory("It is blue.")


def signal(code: str, value: float, *, hard: bool = False) -> Signal:
    known = {"code": code, "memory_id": RED.id, "value": value, "hard": hard}
    return Signal.model_validate(known)


@pytest.mark.parametrize(
    ("signals", "reasons"),
    [
        ((), ("outvoted",)),
        ((signal("echo", 0.7), signal("conflict", 0.9)), ("conflict", "echo")),
        ((signal("echo", 0.7, hard=True), signal("conflict", 0.9)), ("echo", "conflict")),
        ((signal("echo", 0.7), signal("echo", 0.9)), ("echo",)),
    ],
)
def test_reasons_are_the_weightiest_signals_first(
    signals: tuple[Signal, ...], reasons: tuple[str, ...]
) -> None:
    item = Assessment(memory_id=RED.id, group=0, risk=0.9, action="exclude", signals=signals)

    assert reasons_against(item) == reasons


def test_what_was_in_quarantine_before_says_so() -> None:
    item = Assessment(memory_id=RED.id, group=-1, risk=1.0, action="quarantine")

    assert reasons_against(item) == ("in_quarantine",)


def drafted(memory: Memory) -> DraftSentence:
    text = memory.text_original
    quote = Quote(
        memory_id=memory.id,
        document_id=memory.document_id,
        version_id=memory.version_id,
        span=Span(start=0, end=len(text)),
        text=text,
    )
    return DraftSentence(text=text, quotes=(quote,))


def test_a_memory_failed_by_the_first_check_of_its_sentence() -> None:
    state = AnswerState(
        question="What colour?",
        draft=Draft(sentences=(drafted(RED), drafted(BLUE))),
        sentence_verdicts=[
            SentenceVerdict(index=0, supported=False, reasons=("number", "refuted")),
            SentenceVerdict(index=1, supported=True),
        ],
    )

    assert failures(state) == {RED.id: "number"}
    assert failures(AnswerState(question="What colour?")) == {}
