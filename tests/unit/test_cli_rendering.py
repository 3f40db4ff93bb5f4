from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cli.rendering import answer_view, duration, plain, with_markers
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, FilteredCandidate, Sentence
from core.schemas.document import Source, Span
from core.schemas.evidence import Signal

SOURCE = Source(principal="maria", origin="example.org", trust="owner")


def make_citation(number: int, span: Span, quote: str = "The nut takes 62 Nm.") -> Citation:
    return Citation(
        number=number,
        answer_span=span,
        memory_id=uuid4(),
        document_id=uuid4(),
        version_id=uuid4(),
        version_number=1,
        external_id="manual",
        title="Manual",
        page=3,
        source_span=Span(start=0, end=len(quote)),
        quote=quote,
        quote_sha256=sha256_of(quote),
        verified=True,
        source=SOURCE,
    )


def make_answer(**changes: object) -> Answer:
    fields = {
        "run_id": uuid4(),
        "question": "How tight?",
        "outcome": "answered",
        "text": "The nut takes 62 Nm.",
        "citations": (make_citation(1, Span(start=0, end=20)),),
        "confidence": 0.9,
    }
    return Answer.model_validate({**fields, **changes})


def shown(answer: Answer) -> str:
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(answer_view(answer))
    console.file.close()
    return console.export_text()


def test_each_sentence_carries_the_numbers_of_its_citations() -> None:
    citations = [
        make_citation(1, Span(start=0, end=4)),
        make_citation(2, Span(start=0, end=4)),
        make_citation(3, Span(start=5, end=9)),
    ]
    answer = make_answer(text="One. Two.", citations=tuple(citations))
    assert with_markers(answer).plain == "One. [1][2] Two. [3]"


def test_without_citations_the_text_is_unchanged() -> None:
    assert with_markers(make_answer(text="One. Two.", citations=())).plain == "One. Two."


def test_the_short_answer_is_in_bold() -> None:
    sentence = Sentence(span=Span(start=0, end=20), answer_spans=(Span(start=14, end=19),))
    marked = with_markers(make_answer(sentences=(sentence,)))
    assert marked.plain == "The nut takes 62 Nm. [1]"
    assert [marked.plain[s.start : s.end] for s in marked.spans if s.style == "bold"] == ["62 Nm"]


@given(st.text())
def test_nothing_from_outside_commands_the_terminal(text: str) -> None:
    seen = plain(text).plain
    assert not any(ord(c) < 32 and c not in "\n\t" for c in seen)
    assert not any(0x7F <= ord(c) < 0xA0 for c in seen)
    assert "\u202e" not in seen


def test_markup_in_a_document_is_shown_as_it_is() -> None:
    assert "[red]boo[/red]" in shown(make_answer(text="[red]boo[/red]", citations=()))


def test_an_answer_shows_its_quote_its_place_and_what_was_filtered() -> None:
    memory_id = uuid4()
    signal = Signal(code="conflict", memory_id=memory_id, value=0.8, detail="95 Nm against 62 Nm")
    filtered = FilteredCandidate(
        memory_id=memory_id,
        document_id=uuid4(),
        external_id="forum",
        title="Forum",
        action="exclude",
        risk=0.7,
        signals=(signal,),
        source=Source(principal="rick", origin="forum.example", trust="anonymous"),
    )
    view = shown(make_answer(filtered=(filtered,), reasons=("enough_support",)))
    assert "The nut takes 62 Nm. [1]" in view
    assert "page 3" in view
    assert "“The nut takes 62 Nm.”" in view
    assert "forum" in view
    assert "conflict 0.80" in view
    assert "the evidence supports it" in view


def test_an_abstention_says_why() -> None:
    view = shown(make_answer(outcome="abstained", text="", citations=(), reasons=("no_candidate",)))
    assert "No answer can be given." in view
    assert "nothing in this collection matches" in view


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0123, "12 ms"), (2.34, "2.3 s"), (125, "2 min 5 s"), (None, "")]
)
def test_durations_are_readable(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
