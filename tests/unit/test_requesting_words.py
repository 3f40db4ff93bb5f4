"""Whose words a rewritten query may take."""

from agents.requester.local import feedback_words
from agents.selector import Evidence
from core.schemas.document import Source, TrustClass
from core.schemas.memory import Flag
from tests.builders import make_candidate, make_memory, make_plan

PLAN = make_plan("How tight are the casing nuts?")


FLAG = Flag(code="injection", strong=False, detail="gold")


def find(text: str, who: str, trust: TrustClass, *flags: Flag, fused: float = 1.0) -> Evidence:
    memory = make_memory(text, source=Source(principal=who, origin=who, trust=trust), flags=flags)
    return Evidence(make_candidate(memory, fused=fused), memory)


def test_a_trusted_find_gives_its_telling_words() -> None:
    told = find("Torque the casing nuts with a wrench.", "maker", "owner")
    assert set(feedback_words(PLAN, [told])) == {"torque", "wrench"}


def test_a_stranger_words_no_query_alone() -> None:
    one = find("Casing nuts: buy gold.", "mallory", "crawled")
    again = find("Buy gold for casing nuts now.", "mallory", "crawled")
    assert feedback_words(PLAN, [one, again]) == ()


def test_two_strangers_may() -> None:
    one = find("Casing nuts want a torque.", "ada", "crawled")
    other = find("The torque of casing nuts matters.", "otto", "crawled")
    assert feedback_words(PLAN, [one, other]) == ("torque",)


def test_what_building_flagged_gives_none() -> None:
    told = find("Torque the casing nuts.", "maker", "owner")
    flagged = find("Torque gold wrench.", "maker", "owner", FLAG, fused=9.0)
    assert feedback_words(PLAN, [told, flagged]) == ("torque",)
