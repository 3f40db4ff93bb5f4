"""What is packed of evidence: all of the best, of background what tells, one line of the rest."""

from typing import Any

import pytest

from core.schemas.evidence import ClaimGroup, EvidenceVerdict, Packed
from graphs.answering.packing import extract_of, packed_of, passages_of
from tests.builders import make_evidence, make_memory, make_plan, make_units

PLAN = make_plan("What torque do the casing nuts take?")
BEST = make_memory(
    "The casing nuts take a torque of 62 Nm. " + "They are tightened crosswise. " * 3
)
NEXT = make_memory("The casing nuts take 62 Nm, says the report. " + "It goes on at length. " * 5)
LAST = make_memory("The casing nuts take 62 Nm. " + "That was measured at the works. " * 4)
BACKGROUND = make_memory(
    "The nuts are cast. They are fine old nuts. Ada drew them. The yard lies by the river."
)
RELEVANCE = {BEST: 0.9, NEXT: 0.6, LAST: 0.5, BACKGROUND: 0.2}
NAMES = {BEST.id: "best", NEXT.id: "next", LAST.id: "last", BACKGROUND.id: "background"}
NOTHING = EvidenceVerdict(assessments=())


class KeptDocuments:
    """Each memory is all of its version."""

    async def units(self, version_id: Any) -> Any:
        (text,) = (m.text_original for m in RELEVANCE if m.version_id == version_id)
        return make_units(text)


DOCUMENTS: Any = KeptDocuments()


async def packed(limit: int, verdict: EvidenceVerdict = NOTHING) -> dict[str, Packed]:
    found = [make_evidence(memory, relevance=chance) for memory, chance in RELEVANCE.items()]
    items = await packed_of(PLAN, found, verdict, limit, DOCUMENTS)
    return {NAMES[item.memory_id]: item for item in items}


async def test_of_background_what_can_be_spared_is_left_out():
    found = await packed(1_500)

    assert {name: item.form for name, item in found.items()} == {
        "best": "telling",
        "next": "telling",
        "last": "telling",
        "background": "compressed",
    }
    assert found["background"].units == (0, 2)
    assert list(found)[-1] == "background"


async def test_what_an_answer_may_rest_on_is_no_background():
    claims = ClaimGroup(
        value="62 nm",
        kind="number",
        memory_ids=(BACKGROUND.id,),
        witnesses=1,
        weight=1.0,
        status="leading",
    )

    found = await packed(1_500, EvidenceVerdict(assessments=(), claim_groups=(claims,)))

    assert found["background"].form == "telling"
    assert found["background"].units == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (420, {"best": 4, "next": 5, "last": 4, "background": ("compressed", 2)}),
        (400, {"best": 4, "next": 5, "last": 4, "background": ("gist", 1)}),
        (120, {"best": 1, "next": 1, "last": 1}),
        (60, {"best": 1, "background": 1}),
    ],
)
async def test_what_does_not_fit_is_told_in_one_line(limit, told):
    found = await packed(limit)
    assert {
        name: len(item.units) if item.form == "telling" else (item.form, len(item.units))
        for name, item in found.items()
    } == told


def test_background_that_has_much_to_protect_is_told_like_any_other_passage():
    text = " ".join(f"In 19{at} Ada sold {at} pumps to Basel, and she was glad." for at in range(9))
    evidence = make_evidence(make_memory(text), relevance=0.2)

    found = extract_of(PLAN, evidence, make_units(text), 300, 0.2)

    assert found.form == "telling"
    assert found.units == extract_of(PLAN, evidence, make_units(text), 300, None).units
    assert len(found.units) > 1


async def test_the_answerer_reads_the_units_that_were_packed():
    found = await packed(1_500)
    selected = {memory.id: make_evidence(memory) for memory in RELEVANCE}
    read = [selected[item.memory_id] for item in found.values()]

    passages = await passages_of(found.values(), read, DOCUMENTS)

    assert [NAMES[passage.evidence.memory.id] for passage in passages] == list(found)
    assert [unit.text for unit in passages[-1].units] == ["The nuts are cast.", "Ada drew them."]
