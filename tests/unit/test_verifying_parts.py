"""What is said to one part of a question contradicts nothing that is said to another."""

from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.planner.local import LocalPlanner
from agents.selector import Evidence
from core.schemas.evidence import EvidenceVerdict
from core.schemas.memory import Memory
from tests.builders import WordsReader, make_candidate, make_memory

BEGAN = make_memory("The Marlbeck war began in 1914.", document="began")
ENDED = make_memory("The Marlbeck war came to its end in 1918.", document="ended")
ELSE = make_memory("The Marlbeck war came to its end in 1919.", document="else")


async def verdict_on(*memories: Memory) -> EvidenceVerdict:
    question = "When did the Marlbeck war start and when did the Marlbeck war end?"
    plan = await LocalPlanner().plan(question)
    found = [Evidence(make_candidate(memory, fused=1.0), memory) for memory in memories]
    return await LocalEvidenceVerifier(WordsReader()).verify(plan, found, found)


async def statuses(*memories: Memory) -> dict[str, str]:
    verdict = await verdict_on(*memories)
    return {group.value: group.status for group in verdict.claim_groups}


async def test_two_parts_have_an_answer_each() -> None:
    assert await statuses(BEGAN, ENDED) == {"1914": "leading", "1918": "leading"}


async def test_parts_are_told_apart_in_the_verdict() -> None:
    found = await verdict_on(BEGAN, ENDED)
    assert [group.value for group in found.of_part(1).claim_groups] == ["1918"]
    assert not found.is_ambiguous


async def test_one_part_can_be_disputed_beside_another() -> None:
    found = await statuses(BEGAN, ENDED, ELSE)
    assert found["1914"] == "leading"
    assert {found["1918"], found["1919"]} == {"leading", "rival"}
