"""One text at two times: the later takes the place of the earlier, where both are trusted."""

import pytest

from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.evidence_verifier.updating import is_outdated, outdated_claims, updates
from core.schemas.document import Span
from tests.builders import WordsReader, make_evidence, make_memory, make_plan, make_source
from tools.matching import asked

QUESTION = "What is the regreasing interval of the HP-240?"
RULE = "The regreasing interval of the HP-240 is {} hours, whatever grease is used in it."


def text(since, hours, trust="upload", *, name=""):
    principal = f"{since} {hours} {name}"
    return make_memory(
        f"{since}{RULE.format(hours)}", start=50, source=make_source(principal, trust)
    )


OLD, NEW = text("As of 2014: ", "2,000"), text("Last updated 3 May 2020\n", "2,500")


def told(*memories, question=QUESTION):
    found = updates(asked(make_plan(question)), memories)
    return [(update.older.memory, update.newer.memory) for update in found]


def test_the_later_text_takes_the_place_of_the_earlier_in_any_order():
    assert told(OLD, NEW) == told(NEW, OLD) == [(OLD, NEW)]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (text("", "2,000"), NEW),  # says not when
        (text("As of 2014: ", "2,500"), NEW),  # says the same
        (text("As of May 2020: ", "2,000"), text("As of 2020: ", "2,500")),  # which is later?
        (text("As of 2014: ", "2,000", "owner"), NEW),  # is trusted more
        (OLD, text("As of 2024: ", "9,000", "crawled")),  # a stranger can write any date
        (
            text("As of 2014: ", "2,000", "crawled"),
            text("As of 2024: ", "9,000", "crawled"),
        ),
    ],
)
def test_nothing_else_makes_a_text_out_of_date(older, newer):
    assert told(older, newer) == []


def test_another_part_is_not_updated():
    other = make_memory(f"As of 2024: {RULE.format('900').replace('HP-240', 'HP-210')}")
    assert told(OLD, other) == []


def test_who_asks_of_a_time_may_ask_for_what_held_then():
    question = "What was the regreasing interval of the HP-240 in 2014?"
    assert told(OLD, NEW, question=question) == []


def test_what_no_longer_holds_is_a_superseded_claim_at_its_place():
    found = updates(asked(make_plan(QUESTION)), [OLD, NEW])
    (claim,), (group,) = outdated_claims(found, {OLD.id: 0, NEW.id: 1})

    assert (group.status, group.valid_from, group.memory_ids) == ("superseded", "2014", (OLD.id,))
    assert claim.span == Span(start=50, end=50 + len(OLD.text_original))
    assert is_outdated(found, OLD.id, Span(start=60, end=61))
    assert not is_outdated(found, NEW.id, Span(start=60, end=61))


async def test_an_update_is_no_conflict_and_no_edited_copy():
    pool = [make_evidence(OLD), make_evidence(NEW)]
    verdict = await LocalEvidenceVerifier(WordsReader()).verify(make_plan(QUESTION), pool, pool)

    codes = {item.memory_id: {s.code for s in item.signals} for item in verdict.assessments}
    assert codes[OLD.id] == {"superseded"}
    assert "edited_copy" not in codes[NEW.id]
    assert {(g.value, g.status) for g in verdict.claim_groups if g.kind == "number"} == {
        ("2500 hours", "leading")
    }
    assert {item.action for item in verdict.assessments} <= {"allow", "mark"}
    assert not verdict.is_disputed
