"""How sure an answer is: laws that hold whatever the fitted line is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.answer import DraftSentence, Grounds, Quote
from core.schemas.document import Span
from core.schemas.evidence import ClaimGroup, ClaimGroupStatus, EvidenceVerdict
from core.schemas.memory import Memory
from graphs.answering.confidence import confidence_of, grounds_of, log_odds, strength_of
from tests.builders import make_candidate, make_memory

RED, BLUE = make_memory("It is red."), make_memory("It is blue.")
CHANCE = st.floats(0, 1)


def sentence(memory: Memory, *scores: float) -> DraftSentence:
    text = memory.text_original
    quotes = [
        Quote(
            memory_id=memory.id,
            document_id=memory.document_id,
            version_id=memory.version_id,
            span=Span(start=0, end=len(text)),
            text=text,
            score=score,
        )
        for score in scores
    ]
    return DraftSentence(text=text, quotes=tuple(quotes))


def group(
    memory: Memory,
    weight: float,
    status: ClaimGroupStatus = "leading",
    witnesses: int = 1,
    bearer: int = 0,
) -> ClaimGroup:
    return ClaimGroup(
        value=memory.core,
        kind="name",
        memory_ids=(memory.id,),
        witnesses=witnesses,
        weight=weight,
        status=status,
        bearer=bearer,
    )


def grounds(strength: float = 0.5, **other: float) -> Grounds:
    known = {"relevance": 0.5, "agreement": 1.0, "witnesses": 1, "rounds": 1}
    return Grounds.model_validate({"strength": strength, **known, **other})


def verdict(*groups: ClaimGroup) -> EvidenceVerdict:
    return EvidenceVerdict(assessments=(), claim_groups=groups)


def test_the_weakest_sentences_best_quote_is_its_strength() -> None:
    assert strength_of([sentence(RED, 0.2, 0.9), sentence(BLUE, 0.4)]) == 0.4
    assert strength_of([]) == 0.0


def test_nothing_said_has_no_grounds_and_no_confidence() -> None:
    assert grounds_of([], [make_candidate(RED)], None, 1) is None
    assert confidence_of(None) == 0.0


def test_grounds_are_read_from_what_is_quoted() -> None:
    selected = [make_candidate(RED, relevance=0.7), make_candidate(BLUE, relevance=0.9)]
    claims = verdict(group(RED, 1.5, witnesses=2), group(BLUE, 0.5, "rival"))

    assert grounds_of([sentence(RED, 0.8)], selected, claims, 2) == Grounds(
        strength=0.8, relevance=0.7, agreement=0.75, witnesses=2, rounds=2
    )


@pytest.mark.parametrize(
    ("groups", "agreement"),
    [
        ((), 1.0),
        ((group(RED, 1.0),), 1.0),
        ((group(RED, 1.0), group(BLUE, 1.0, "rival")), 0.5),
        ((group(RED, 1.0, "rival"), group(BLUE, 3.0)), 0.25),
        ((group(RED, 1.0), group(BLUE, 9.0, "rejected")), 1.0),
        ((group(RED, 1.0), group(BLUE, 9.0, "superseded")), 1.0),
        ((group(BLUE, 1.0),), 1.0),
        ((group(RED, 0.0), group(BLUE, 0.0, "rival")), 1.0),
        ((group(RED, 1.0), group(BLUE, 9.0)), 1.0),
        ((group(RED, 1.0), group(BLUE, 9.0, bearer=1)), 1.0),
        ((group(RED, 1.0), group(BLUE, 9.0).model_copy(update={"part": 1})), 1.0),
    ],
)
def test_agreement_is_the_share_of_the_votes(
    groups: tuple[ClaimGroup, ...], agreement: float
) -> None:
    found = grounds_of([sentence(RED, 0.8)], [], verdict(*groups), 1)

    assert found is not None
    assert found.agreement == agreement


@given(CHANCE, CHANCE, CHANCE, st.integers(1, 10))
def test_confidence_is_a_chance(
    strength: float, relevance: float, agreement: float, rounds: int
) -> None:
    told = grounds(strength, relevance=relevance, agreement=agreement, rounds=rounds)

    assert 0 <= confidence_of(told) <= agreement


@given(CHANCE, CHANCE)
def test_a_stronger_answer_is_no_less_sure(left: float, right: float) -> None:
    weak, strong = sorted((left, right))

    assert confidence_of(grounds(weak)) <= confidence_of(grounds(strong))


@given(CHANCE, CHANCE)
def test_rivals_make_less_sure(left: float, right: float) -> None:
    less, more = sorted((left, right))

    assert confidence_of(grounds(agreement=less)) <= confidence_of(grounds(agreement=more))


def test_log_odds_end_somewhere() -> None:
    assert log_odds(0.0) == -log_odds(1.0)
    assert log_odds(0.5) == 0.0
