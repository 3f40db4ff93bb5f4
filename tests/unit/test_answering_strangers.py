"""Answers from sources of low trust alone, and a loop that nobody ever finds enough for."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.selector import Evidence
from agents.selector.local import LocalSelector
from core.schemas.evidence import Budget, ClaimGroup, EvidenceVerdict, Plan
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import READER, add, ask

MOTOR = "Where did the motor of the old crane come from?"
BASEL = "The motor of the old crane did come from Basel.\n"
BASEL_TOO = (
    "A fitter kept his diary through one wet spring, drew birds and boats in it, and noted what "
    "arrived by rail and by barge, who unloaded crates, and how many pints that took. "
    "The crane motor: Basel.\n"
)
BERN = "The motor of the old crane did come from Bern.\n"
FAINT_BERN = "Clerks of three towns counted every crate in that yard. The crane: Bern.\n"


@pytest.fixture
def repositories() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


async def told_by_strangers(repositories: Repositories, *texts: str) -> None:
    for at, text in enumerate(texts):
        await add(repositories, f"site{at}", text, "crawled")


async def test_two_strangers_that_agree_are_believed_and_a_third_is_filtered(
    repositories: Repositories,
) -> None:
    await told_by_strangers(repositories, BERN, BASEL, BASEL_TOO)
    answer = await ask(repositories, MOTOR)
    assert "Basel" in answer.text
    assert "Bern" not in answer.text
    assert [item.external_id for item in answer.filtered] == ["site0"]


async def test_two_strangers_that_differ_are_both_told_and_said_to_differ(
    repositories: Repositories,
) -> None:
    await told_by_strangers(repositories, BERN, BASEL)
    answer = await ask(repositories, MOTOR)
    assert (answer.outcome, answer.reasons) == ("conflict", ("rivals",))
    assert "Basel" in answer.text
    assert "Bern" in answer.text


async def test_one_stranger_against_a_faint_word_is_not_believed(
    repositories: Repositories,
) -> None:
    await told_by_strangers(repositories, BASEL, FAINT_BERN)
    answer = await ask(repositories, MOTOR)
    assert answer.outcome == "abstained"
    assert answer.text == ""
    assert {group.status for group in answer.claim_groups} == {"rival"}
    assert [item.external_id for item in answer.filtered] == ["site0"]


async def test_one_stranger_alone_is_quoted_with_a_reservation(repositories: Repositories) -> None:
    await told_by_strangers(repositories, BASEL, "The canteen serves soup on Mondays.\n")
    answer = await ask(repositories, MOTOR)
    assert answer.outcome == "partial"
    assert "single_low_trust" in answer.reasons


async def test_an_owner_is_believed_whatever_strangers_say(repositories: Repositories) -> None:
    await add(repositories, "manual", BASEL)
    await told_by_strangers(repositories, BERN)
    answer = await ask(repositories, MOTOR)
    assert answer.outcome == "answered"
    assert "Basel" in answer.text
    assert "Bern" not in answer.text


class NothingIsEnough:
    """An evidence verifier for whom every candidate contradicts all others, in every round."""

    async def verify(
        self, plan: Plan, pool: Sequence[Evidence], selected: Sequence[Evidence]
    ) -> EvidenceVerdict:
        """What the local one finds, and never a leader."""
        verdict = await LocalEvidenceVerifier(READER).verify(plan, pool, selected)
        groups = [
            ClaimGroup(
                value=f"value {at}",
                kind="name",
                memory_ids=(item.memory_id,),
                witnesses=1,
                weight=0.3,
                status="rival",
            )
            for at, item in enumerate(verdict.assessments)
        ]
        return verdict.model_copy(update={"claim_groups": tuple(groups)})


class NothingIsRelevant:
    """A selector for whom nothing is about the question."""

    async def select(self, plan: Plan, pool: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The local one's choice, none of it relevant."""
        return tuple(
            item._replace(
                candidate=item.candidate.model_copy(update={"scores": {"relevance": 0.0}})
            )
            for item in await LocalSelector(READER).select(plan, pool)
        )


@pytest.mark.parametrize("rounds", [1, 2, 3, 10])
@pytest.mark.parametrize(
    "roles",
    [
        {"evidence_verifier": NothingIsEnough()},
        {"selector": NothingIsRelevant()},
        {"evidence_verifier": NothingIsEnough(), "selector": NothingIsRelevant()},
    ],
    ids=["contested", "irrelevant", "both"],
)
async def test_a_judge_for_whom_nothing_is_enough_ends_within_its_budget(
    repositories: Repositories, rounds: int, roles: dict[str, object]
) -> None:
    await told_by_strangers(repositories, BERN, BASEL, BASEL_TOO)
    answer = await ask(repositories, MOTOR, budget=Budget(max_rounds=rounds), **roles)
    assert answer.outcome == "abstained"
    assert answer.rounds <= rounds
