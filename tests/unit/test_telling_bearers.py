"""Several bearers of one name: each is told, nobody is outvoted by talk of somebody else."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.evidence_verifier.bearing import told_apart
from agents.evidence_verifier.rules import claim_groups, positions
from agents.evidence_verifier.witnesses import Witnessed
from core.schemas.evidence import EvidenceVerdict
from storage.in_memory import InMemoryStorage
from storage.protocols import Repositories
from tests.answering import add, ask
from tests.builders import make_memory
from tests.unit.test_voting import OWNER, voice
from tools.claims import whole_value

QUESTION = "Where did Peter Jacobs come from?"
FENCER = (
    "Peter Jacobs (fencer) was a British fencer of two Olympic Games. "
    "Peter Jacobs did come from Leeds.\n"
)
ARCHITECT = (
    "Peter Jacobs (architect) drew parks: Peter Jacobs was a Canadian planner of northern "
    "landscapes, gardens and squares. Peter Jacobs did come from Ottawa.\n"
)
LIE = FENCER.replace("Leeds", "York").replace("(fencer)", "(swordsman)")


def of(bearer: int, said: Witnessed, *, introduces: bool = True) -> Witnessed:
    return said._replace(bearer=bearer, introduces=introduces)


LEEDS, OTTAWA = of(0, voice("a", "Leeds", 0.8)), of(1, voice("b", "Ottawa", 0.8))
YORK = of(0, voice("c", "York", 0.9))
SIDES = {
    "each bearer has what leads": (
        [LEEDS, OTTAWA],
        {"leeds": "leading", "ottawa": "leading"},
    ),
    "two support one, nobody the other: both stand": (
        [LEEDS, of(0, voice("d", "Leeds")), OTTAWA],
        {"leeds": "leading", "ottawa": "leading"},
    ),
    "of one bearer two are still a conflict": (
        [LEEDS, YORK, OTTAWA],
        {"leeds": "rival", "york": "leading", "ottawa": "leading"},
    ),
    "of one bearer two still outvote a third": (
        [LEEDS, of(0, voice("d", "Leeds")), YORK, OTTAWA],
        {"leeds": "leading", "york": "rejected", "ottawa": "leading"},
    ),
    "who does not say whom he speaks of is a rival of one who does": (
        [LEEDS, of(0, voice("c", "York", 0.9), introduces=False), OTTAWA],
        {"leeds": "leading", "york": "rival", "ottawa": "leading"},
    ),
    "unless others say the same": (
        [
            LEEDS,
            of(0, voice("c", "York", 0.9), introduces=False),
            of(0, voice("e", "York"), introduces=False),
            OTTAWA,
        ],
        {"york": "leading", "leeds": "rejected", "ottawa": "leading"},
    ),
    "a stranger's bearer does not stand beside an owner's word": (
        [of(0, voice("f", "Leeds", trust=OWNER)), OTTAWA],
        {"leeds": "leading", "ottawa": "rejected"},
    ),
}


def statuses(voices: list[Witnessed]) -> dict[str, str]:
    return {position.members[0].value.text: position.status for position in positions(voices)}


@pytest.mark.parametrize(("voices", "expected"), SIDES.values(), ids=SIDES.keys())
def test_votes_are_about_one_bearer(voices: list[Witnessed], expected: dict[str, str]) -> None:
    assert statuses(voices) == expected


@settings(deadline=None)
@given(st.data())
def test_the_order_of_voices_changes_nothing(data: st.DataObject) -> None:
    voices, _ = data.draw(st.sampled_from(list(SIDES.values())))
    assert positions(data.draw(st.permutations(voices))) == positions(voices)


def test_a_verdict_is_ambiguous_where_something_stands_about_two() -> None:
    def verdict(*voices: Witnessed) -> EvidenceVerdict:
        claims, groups = claim_groups(positions(voices))
        return EvidenceVerdict(assessments=(), claims=claims, claim_groups=groups)

    assert verdict(LEEDS, OTTAWA).is_ambiguous
    assert not verdict(LEEDS, YORK).is_ambiguous
    assert not verdict().is_ambiguous


@pytest.mark.parametrize(
    ("text", "said", "whole"),
    [
        ("a symphony by Joseph Haydn", "Haydn", "Joseph Haydn"),
        ("Joseph Haydn's symphony", "Joseph", "Joseph"),
        ("born on 9 July 1848 in Bergen", "1848", "9 July 1848"),
        ("she was a fencer", "fencer", "fencer"),
    ],
)
def test_words_are_told_with_the_name_or_date_they_belong_to(
    text: str, said: str, whole: str
) -> None:
    at = text.index(said)

    start, end = whole_value(text, at, at + len(said))

    assert text[start:end] == whole


@pytest.mark.parametrize(("groups", "bearers"), [((1, 2), {0, 1}), ((1, 1), {0})])
def test_one_source_alone_makes_no_name_ambiguous(
    groups: tuple[int, int], bearers: set[int]
) -> None:
    memories = [make_memory(FENCER, name="a"), make_memory(ARCHITECT, name="b")]
    said = [voice("a", "Leeds", group=groups[0]), voice("b", "Ottawa", group=groups[1])]

    told = told_apart(QUESTION, memories, said)

    assert {item.bearer for item in told} == bearers
    assert {item.introduces for item in told} == {len(bearers) > 1}


@pytest.fixture
def repositories() -> Repositories:
    return InMemoryStorage().repositories(uuid4())


async def test_both_bearers_are_told_and_the_answer_says_so(repositories: Repositories) -> None:
    await add(repositories, "fencer", FENCER, "crawled")
    await add(repositories, "architect", ARCHITECT, "crawled")

    answer = await ask(repositories, QUESTION)

    assert "ambiguous" in answer.reasons
    assert answer.outcome in {"answered", "partial"}
    assert "Leeds" in answer.text
    assert "Ottawa" in answer.text
    assert {citation.external_id for citation in answer.citations} == {"fencer", "architect"}


async def test_a_copy_does_not_escape_by_new_brackets(repositories: Repositories) -> None:
    await add(repositories, "fencer", FENCER, "crawled")
    await add(repositories, "liar", LIE, "crawled")

    answer = await ask(repositories, QUESTION)

    assert "ambiguous" not in answer.reasons
    assert answer.outcome in {"conflict", "abstained"}


async def test_nobody_escapes_a_better_source_by_naming_somebody_else() -> None:
    kept = InMemoryStorage().repositories(uuid4())
    await add(kept, "ours", f"# Jacobs\n\n{FENCER}")
    await add(kept, "theirs", f"# Jacobs\n\n{ARCHITECT}", "upload")

    answer = await ask(kept, QUESTION)

    assert "Leeds" in answer.text
    assert "Ottawa" not in answer.text
    assert "ambiguous" not in answer.reasons
