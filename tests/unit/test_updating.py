"""One text at two times: the later takes the place of the earlier, where both are trusted."""

import pytest

from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.evidence_verifier.updating import is_outdated, outdated_claims, still_held, updates
from agents.evidence_verifier.voices import Heard
from core.schemas.document import Span
from core.schemas.memory import Flag
from tests.builders import WordsReader, make_evidence, make_memory, make_plan, make_source
from tools.claims import claimed_value
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


@pytest.mark.parametrize(
    ("question", "older", "newer"),
    [
        (
            QUESTION,
            RULE.format("2,000"),
            RULE.format("900").replace("HP-240", "HP-210"),
        ),
        (
            "How many employees does the Leeds branch of Marlbeck have?",
            "The Leeds branch of Marlbeck has 40 employees.",
            "The York branch of Marlbeck has 40 employees.",
        ),
        (
            "What torque do the casing nuts take?",
            "The casing nuts are tightened to a torque of 70 Nm.",
            "The impeller nuts are tightened to a torque of 70 Nm.",
        ),
        (
            "What torque do the nuts of the pump take?",
            "The casing nuts of the pump take a torque of 70 Nm.",
            "The impeller nuts of the pump take a torque of 90 Nm.",
        ),
        (QUESTION, RULE.format("2,000"), RULE.format("900").replace("The", "The minimum")),
        (QUESTION, RULE.format("2,000"), RULE.format("900").replace("it.", "it in damp rooms.")),
        (
            "What is the limit of the motor?",
            "The limit of the motor is 80 A when it is warm.",
            "The limit of the motor is 80 A when it is cold.",
        ),
    ],
)
def test_what_was_changed_may_be_nothing_but_the_answer(question, older, newer):
    memories = (make_memory(f"As of 2014: {older}"), make_memory(f"As of 2024: {newer}"))
    assert told(*memories, question=question) == []


@pytest.mark.parametrize(("older", "newer"), [("HP-240", "HP-210"), ("Leeds", "York")])
def test_headings_tell_whom_a_text_is_about(older, newer):
    memories = [
        make_memory(f"As of {year}: the limit is {limit} hours.", heading_path=(f"{part} pump",))
        for part, year, limit in ((older, 2014, 80), (newer, 2024, 95))
    ]
    question = f"What is the limit of the {older} pump in hours?"
    assert told(*memories, question=question) == []


def test_who_is_meant_by_it_stands_elsewhere():
    older = make_memory("As of 2014: the HP-240 is small. Its limit is 80 hours.")
    newer = make_memory("As of 2024: the HP-210 is small. Its limit is 95 hours.")
    assert told(older, newer, question="What is the limit of the pump in hours?") == []


def test_texts_that_share_one_sentence_are_no_editions():
    more = " The cellar of the old mill in Marlbeck was flooded by a burst pipe on Monday night."
    other = NEW.model_copy(update={"text_original": NEW.text_original + 3 * more})
    assert told(OLD, other) == []


@pytest.mark.parametrize(
    "question",
    [
        "What was the regreasing interval of the HP-240 in 2014?",
        "What was the regreasing interval of the HP-240 before the last change?",
        "What was the regreasing interval of the HP-240 originally?",
    ],
)
def test_who_asks_of_a_time_may_ask_for_what_held_then(question):
    assert told(OLD, NEW, question=question) == []


def test_the_latest_of_three_takes_the_place_of_both():
    last = text("As of 2024: ", "3,000")
    assert sorted(told(last, OLD, NEW), key=str) == sorted([(OLD, last), (NEW, last)], key=str)


def test_who_is_suspected_updates_nothing():
    assert updates(asked(make_plan(QUESTION)), [OLD, NEW], {NEW.id}) == ()


def test_many_sentences_with_a_word_of_the_question_hide_no_update():
    crowd = [
        make_memory(
            "As of 2020: all is well. "
            + " ".join(f"The HP-240 has a part called piece {page} {at}." for at in range(20))
        )
        for page in range(80)
    ]
    assert told(OLD, NEW, *crowd) == [(OLD, NEW)]


def test_what_no_longer_holds_is_a_superseded_claim_at_its_place():
    found = updates(asked(make_plan(QUESTION)), [OLD, NEW])
    (claim,), (group,) = outdated_claims(found, {OLD.id: 0, NEW.id: 1})

    assert (group.status, group.valid_from, group.memory_ids) == ("superseded", "2014", (OLD.id,))
    assert claim.span == Span(start=50, end=50 + len(OLD.text_original))
    assert is_outdated(found, OLD.id, Span(start=60, end=61))
    assert not is_outdated(found, NEW.id, Span(start=60, end=61))


def test_what_was_read_in_an_outdated_sentence_is_not_held():
    found = updates(asked(make_plan(QUESTION)), [OLD, NEW])
    value = claimed_value("2,000 hours", OLD.text_original.index("2,000"))

    assert still_held(Heard(OLD, 0.9, (value,)), found).values == ()
    assert still_held(Heard(NEW, 0.9, (value,)), found).values == (value,)


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


async def judge(*memories, question=QUESTION):
    pool = [make_evidence(memory) for memory in memories]
    return await LocalEvidenceVerifier(WordsReader()).verify(make_plan(question), pool, pool)


@pytest.mark.parametrize("strong", [True, False])
async def test_a_page_with_instructions_makes_nothing_out_of_date(strong):
    flags = (Flag(code="injection", strong=strong, detail="override"),)
    edition = text("As of 2024: ", "9,000")
    other = make_memory(
        "As of 2024: for the HP-240 a regreasing interval of 9,000 hours holds.",
        source=make_source("other", "upload"),
    )
    for page in (edition, other):
        verdict = await judge(OLD, page.model_copy(update={"flags": flags}))
        assert "superseded" not in {group.status for group in verdict.claim_groups}
        assert "2000 hours" in {g.value for g in verdict.claim_groups if g.status == "leading"}


@pytest.mark.parametrize(
    "question",
    [
        "List the members of the board of Marlbeck.",
        "Who are the members of the board of Marlbeck?",
        "Who is on the board of Marlbeck?",
        "Which members does the board of Marlbeck have?",
    ],
)
async def test_a_later_one_of_many_joins_the_others(question):
    verdict = await judge(
        make_memory("As of 2014: Ada Smith is on the board of Marlbeck, of many members."),
        make_memory("As of 2024: Bob Jones is on the board of Marlbeck, of many members."),
        question=question,
    )
    assert "superseded" not in {s.code for item in verdict.assessments for s in item.signals}


async def groups_by_part(question, *memories):
    assert len(make_plan(question).subquestions) == 2
    verdict = await judge(*memories, question=question)
    return [verdict.of_part(part).claim_groups for part in (0, 1)]


async def test_each_part_of_a_question_knows_what_is_out_of_date_for_it():
    question = (
        "What is the torque of the casing nuts of the HP-240, and "
        "what is the regreasing interval of the HP-240?"
    )

    first, second = await groups_by_part(question, OLD, NEW)

    assert "superseded" in {group.status for group in second}
    assert "superseded" not in {group.status for group in first}


async def test_a_part_about_the_past_is_answered_with_what_held_then():
    question = (
        "What was the regreasing interval of the HP-240 in 2014, and "
        "what is the regreasing interval of the HP-240 today?"
    )

    past, _ = await groups_by_part(question, OLD, NEW)

    assert "2000 hours" in {group.value for group in past}


async def test_only_the_part_whose_answer_changed_is_out_of_date():
    rule = "The HP-240 has a regreasing interval of 2,000 hours and a torque limit of {} Nm."
    question = (
        "What is the regreasing interval of the HP-240, and what is the torque limit of the HP-240?"
    )
    editions = (f"As of 2014: {rule.format(62)}", f"As of 2024: {rule.format(95)}")

    interval, limit = await groups_by_part(question, *map(make_memory, editions))

    assert "superseded" not in {group.status for group in interval}
    assert "superseded" in {group.status for group in limit}
