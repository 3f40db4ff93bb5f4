"""Whatever the documents say and whatever is asked, a citation quotes the stored text exactly."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.in_memory import InMemoryStorage
from tests.answering import add, ask

WORDS = st.sampled_from(
    [
        "pump",
        "seal",
        "shaft",
        "torque",
        "Nm",
        "62",
        "4,000",
        "hours",
        "bearing",
        "grease",
        "KX-10",
        "valve",
        "温度",
        "café",
        "naïve",
        "—",
        "“spring”",
        "Straße",
        "½",
        "😀",
        "pressure",
        "bar",
        "not",
        "never",
        "replaced",
        "tightened",
        "المضخة",
    ]
)
SENTENCES = st.lists(WORDS, min_size=3, max_size=12).map(lambda words: " ".join(words) + ".")
DOCUMENTS = st.lists(SENTENCES, min_size=1, max_size=8).map("\n\n".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(DOCUMENTS, min_size=1, max_size=3), SENTENCES)
async def test_every_citation_stands_in_its_version(documents: list[str], question: str) -> None:
    repositories = InMemoryStorage().repositories(uuid4())
    for number, text in enumerate(documents):
        await add(repositories, f"document-{number}", text)

    answer = await ask(repositories, question)

    assert bool(answer.text) == bool(answer.citations)
    for citation in answer.citations:
        text = await repositories.documents.text(citation.version_id)
        assert citation.source_span.of(text) == citation.quote
        assert citation.answer_span.of(answer.text)
