"""Which sentence speaks: the best one, unless a claim that carries weight speaks for another."""

import pytest

from agents.answerer.choosing import Scored, choose
from core.schemas.evidence import Claim, ClaimGroup, ClaimGroupStatus, EvidenceVerdict
from tests.answering_roles import MANUAL, TORQUE
from tests.builders import make_evidence, make_id, make_passage, make_plan

PASSAGE = make_passage(make_evidence(MANUAL))
BEST, STATING = (
    Scored(PASSAGE, unit, score) for unit, score in zip(PASSAGE.units[:2], (0.8, 0.6), strict=True)
)
CLAIM = Claim(
    memory_id=MANUAL.id,
    group=0,
    attribute="torque",
    kind="number",
    value="62 nm",
    surface="62 Nm",
    span=STATING.unit.span,
)


def group(status: ClaimGroupStatus, witnesses: int, value: str = "62 nm") -> ClaimGroup:
    held = (MANUAL.id,) if value == CLAIM.value else (make_id("other"),)
    return ClaimGroup(
        value=value,
        kind="number",
        memory_ids=held,
        witnesses=witnesses,
        weight=1.0,
        status=status,
    )


@pytest.mark.parametrize(
    ("groups", "chosen"),
    [
        ((), BEST),
        ((group("leading", 1),), BEST),
        ((group("leading", 2),), STATING),
        ((group("leading", 1), group("rejected", 1, "95 nm")), STATING),
        ((group("leading", 1), group("superseded", 1, "50 nm")), STATING),
    ],
    ids=["nobody claims", "one source", "two sources", "one disputed", "one that took its place"],
)
def test_a_claim_speaks_for_its_sentence_where_it_carries_weight(
    groups: tuple[ClaimGroup, ...], chosen: Scored
) -> None:
    verdict = EvidenceVerdict(assessments=(), claims=(CLAIM,), claim_groups=groups)

    (said, *_) = choose(make_plan(TORQUE), [BEST, STATING], verdict)

    assert said == chosen
