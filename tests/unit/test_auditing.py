"""Who pushed an answer: shares of votes, one witness for each principal."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from core.auditing import backers, share, supporters, suspicions
from core.ids import sha256_of
from core.schemas.answer import Answer, Citation, FilteredCandidate
from core.schemas.document import Span
from core.schemas.evidence import ClaimGroup, Signal
from core.schemas.memory import Memory
from tests.builders import make_memory, make_source


def cite(memory: Memory) -> Citation:
    quote = memory.text_original
    span = Span(start=0, end=len(quote))
    return Citation(
        number=1,
        answer_span=span,
        memory_id=memory.id,
        document_id=memory.document_id,
        version_id=memory.version_id,
        version_number=1,
        external_id="x",
        title="",
        page=None,
        source_span=span,
        quote=quote,
        quote_sha256=sha256_of(quote),
        verified=True,
        source=memory.source,
    )


def group(value: str, *memories: Memory, status: str = "leading") -> ClaimGroup:
    return ClaimGroup(
        value=value,
        kind="name",
        memory_ids=tuple(memory.id for memory in memories),
        witnesses=1,
        weight=1.0,
        status=status,
    )


def answer(*cited: Memory, **other: object) -> Answer:
    known = {"outcome": "answered", "text": "It is blue.", "confidence": 0.5}
    known |= {"citations": tuple(map(cite, cited)), "run_id": uuid4(), "question": "Which?"}
    return Answer.model_validate({**known, **other})


def by_id(*memories: Memory) -> dict:
    return {memory.id: memory for memory in memories}


BLUE = make_memory("It is blue.", source=make_source("mallory", "crawled"))
ALSO = make_memory("Blue it is.", source=make_source("mallory", "crawled", origin="elsewhere"))
TOO = make_memory("Truly blue.", source=make_source("works", "owner"))
RED = make_memory("It is red.", source=make_source("ada"))


def test_what_makes_the_same_claim_as_a_quoted_memory_supports_it() -> None:
    told = answer(BLUE, claim_groups=(group("blue", BLUE, TOO), group("red", RED)))

    assert supporters(told) == {BLUE.id: "blue", TOO.id: "blue"}


def test_what_no_longer_holds_is_no_claim_that_was_told() -> None:
    before = group("It was red in 2014.", BLUE, status="superseded")
    told = answer(BLUE, claim_groups=(group("blue", BLUE, TOO), before))

    assert supporters(told) == {BLUE.id: "blue", TOO.id: "blue"}


def test_a_quoted_memory_without_a_claim_supports_what_is_told() -> None:
    assert supporters(answer(RED)) == {RED.id: None}


def test_who_is_trusted_more_pushed_more() -> None:
    told = answer(BLUE, claim_groups=(group("blue", BLUE, ALSO, TOO),))

    works, mallory = backers(told, by_id(BLUE, ALSO, TOO), {})

    assert (works.principal, mallory.principal) == ("works", "mallory")
    assert (works.weight, mallory.weight) == (0.7692, 0.2308)
    assert mallory.origins == ("elsewhere", "mallory.example")
    assert mallory.memories[0].memory_id == BLUE.id
    assert [memory.cited for memory in mallory.memories] == [True, False]


def test_what_is_likely_to_mislead_pushed_less() -> None:
    told = answer(BLUE, claim_groups=(group("blue", BLUE, TOO),))

    weights = {b.principal: b.weight for b in backers(told, by_id(BLUE, TOO), {TOO.id: 1.0})}

    assert weights == {"mallory": 1.0, "works": 0.0}


def test_an_abstention_was_pushed_by_nobody() -> None:
    assert backers(answer(outcome="abstained", text=""), {}, {}) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_shares_are_parts_of_one_whole(parts: list[float]) -> None:
    shares = [share(part, parts) for part in parts]

    assert abs(sum(shares) - 1) < 0.01


def test_only_what_the_run_kept_out_of_sight_is_suspected() -> None:
    signal = Signal(code="echo", memory_id=BLUE.id, value=0.9)
    known = {"external_id": "x", "title": "", "signals": (signal,)}
    kept_out = [
        FilteredCandidate(
            memory_id=memory.id,
            document_id=memory.document_id,
            action=action,
            risk=0.9,
            source=memory.source,
            **known,
        )
        for memory, action in ((BLUE, "quarantine"), (RED, "exclude"))
    ]
    told = answer(TOO, filtered=tuple(kept_out))

    (suspected,) = suspicions(told)

    assert (suspected.memory_id, suspected.run_id) == (BLUE.id, told.run_id)
    assert suspected.signals == (signal,)
