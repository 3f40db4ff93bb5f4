from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from cli.client import Client
from cli.demo import CorpusDocument, DemoQuestion, expectations, in_waves, is_exact, load_script
from cli.memory import Process, instance_processes, process_name
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation
from core.schemas.document import Source, Span

DEMO = Path(__file__).parents[2] / "demo"


def make_citation(external_id: str = "manual", quote: str = "The nut takes 62 Nm.") -> Citation:
    return Citation(
        number=1,
        answer_span=Span(start=0, end=20),
        memory_id=uuid4(),
        document_id=uuid4(),
        version_id=uuid4(),
        version_number=1,
        external_id=external_id,
        title="Manual",
        page=None,
        source_span=Span(start=5, end=25),
        quote=quote,
        quote_sha256=sha256_of(quote),
        verified=True,
        source=Source(principal="maria", origin="example.org"),
    )


def make_answer(text: str, *citations: Citation, outcome: str = "answered") -> Answer:
    return Answer.model_validate(
        {
            "run_id": uuid4(),
            "question": "How tight?",
            "outcome": outcome,
            "text": text,
            "citations": citations,
            "confidence": 0.5,
        }
    )


QUESTION = DemoQuestion(
    text="How tight?",
    kind="plain",
    expect="answered",
    answer_contains=("62 nm",),
    must_not_contain=("95 Nm",),
    cites=("manual", "procedure"),
)


def met(answer: Answer) -> list[bool]:
    return [check.met for check in expectations(QUESTION, answer)]


def test_a_good_answer_meets_every_expectation() -> None:
    assert met(make_answer("The nut takes 62  Nm.", make_citation())) == [True] * 4


@pytest.mark.parametrize(
    ("answer", "missed"),
    [
        (make_answer("62 Nm.", make_citation(), outcome="partial"), 0),
        (make_answer("It is tight.", make_citation()), 1),
        (make_answer("62 Nm or 95 Nm.", make_citation()), 2),
        (make_answer("62 Nm.", make_citation("forum")), 3),
        (make_answer("62 Nm."), 3),
    ],
)
def test_each_expectation_can_fail(answer: Answer, missed: int) -> None:
    assert met(answer) == [index != missed for index in range(4)]


def test_only_what_must_never_be_said_is_vital() -> None:
    checks = expectations(QUESTION, make_answer("95 Nm."))
    assert [check.vital for check in checks] == [False, False, True, False]


def test_a_process_is_called_by_what_it_runs() -> None:
    def name(*arguments: str) -> str:
        return process_name(Process(1, 0, arguments))

    assert name("/bin/python", "-m", "celery", "-A", "worker.app:app", "") == "celery"
    assert name("/usr/bin/postgres", "-D", "/data", "") == "postgres"
    assert name("postgres: quaestor-1: checkpointer", "") == "postgres: quaestor-1: checkpointer"
    assert name() == ""


@pytest.mark.parametrize("stored", ["The nut takes 62 Nm.", "The nut takes 95 Nm."])
def test_a_citation_is_exact_when_the_stored_text_is_the_quote(stored: str) -> None:
    citation = make_citation()

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/v1/versions/{citation.version_id}/text"
        assert dict(request.url.params) == {"start": "5", "end": "25"}
        return httpx.Response(200, json={"text": stored})

    client = Client("http://test", "key", transport=httpx.MockTransport(handler))
    assert is_exact(client, citation) == (stored == citation.quote)


def test_a_second_version_waits_for_the_first() -> None:
    def entry(name: str) -> CorpusDocument:
        return CorpusDocument(
            path=f"{name}.md", external_id=name, principal="p", origin="o", trust="owner"
        )

    waves = in_waves([entry("a"), entry("b"), entry("a"), entry("c")])
    assert [[item.external_id for item in wave] for wave in waves] == [["a", "b"], ["a", "c"]]


def test_the_script_of_the_demo_can_be_read() -> None:
    script = load_script(DEMO)
    known = {document.external_id for document in script.documents}
    assert len(script.questions) >= 8
    assert {question.kind for question in script.questions} >= {
        "plain",
        "table",
        "two_document",
        "superseded",
        "attacked",
        "injected",
        "unanswerable",
    }
    assert all(set(question.cites) <= known for question in script.questions)


def test_memory_is_summed_over_the_supervisor_its_children_and_its_postgres() -> None:
    found = [
        Process(10, 1, ("python", "-m", "cli", "up")),
        Process(11, 10, ("python", "-m", "api")),
        Process(12, 11, ("loader",)),
        Process(20, 1, ("/bin/postgres", "-D", "/data/postgres", "")),
        Process(21, 20, ("postgres: checkpointer",)),
        Process(30, 1, ("/bin/postgres", "-D", "/other/postgres", "")),
        Process(31, 30, ("postgres: checkpointer",)),
    ]
    assert instance_processes(found, 10, Path("/data/postgres")) == {10, 11, 12, 20, 21}
