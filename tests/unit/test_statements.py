import pytest

from tests.builders import make_memory, make_plan
from tools.claims import claimed_value
from tools.lexical import content_terms
from tools.matching import asked
from tools.ranking import TermWeights
from tools.statements import (
    conflict,
    later,
    read_conflict,
    read_statement,
    same_subject,
    statements_of,
    supersedes,
)

TORQUE = "What is the tightening torque of the casing nuts on the HP-240?"


def statement(text, question=TORQUE, *, document=None, heading_path=()):
    memory = make_memory(text, document=document, heading_path=heading_path, start=100)
    weights = TermWeights([frozenset(content_terms(text)), frozenset({"other"})])
    found = statements_of(memory, asked(make_plan(question)), weights)
    return found[0] if found else None


def test_a_statement_knows_its_value_and_its_place_in_the_version():
    text = "Check the seal. The tightening torque of the casing nuts on the HP-240 is 62 Nm."
    found = statement(text)
    assert found.value.text == "62 nm"
    assert found.span.start == 100 + text.index("The tightening")
    assert found.codes == {"hp-240"}


@pytest.mark.parametrize(
    "text",
    [
        "The casing nuts of the HP-210 are tightened to a torque of 38 Nm.",  # a sibling
        "The pump is painted blue.",
        "What is the tightening torque of the casing nuts on the HP-240?",
    ],
)
def test_other_subjects_and_questions_are_no_statements(text):
    assert statement(text) is None


def test_a_table_row_states_the_cell_of_the_asked_column():
    row = "Tightening torque: Casing nuts | HP-210: 38 Nm | HP-240: 62 Nm | HP-260: 140 Nm"
    assert statement(row).value.text == "62 nm"


def test_a_change_states_the_new_value():
    text = "The tightening torque of the casing nuts on the HP-240 was changed from 70 Nm to 62 Nm."
    assert statement(text).value.text == "62 nm"


def test_two_documents_with_two_values_for_one_thing_are_in_conflict():
    left = statement("The tightening torque of the casing nuts on the HP-240 is 62 Nm.")
    right = statement("On the HP-240 the casing nuts need a tightening torque of 95 Nm.")
    assert conflict(left, right)
    assert conflict(right, left)


@pytest.mark.parametrize(
    "other",
    [
        "The tightening torque of the casing nuts on the HP-240 is 62 N·m.",  # the same
        "The tightening torque of the casing nuts on the HP-240 is 60 to 65 Nm.",  # includes it
        "Until 2019 the tightening torque of the casing nuts on the HP-240 was 95 Nm.",
        "The tightening torque of the casing nuts on the HP-240 with gasket GX-7 and bolts "
        "of class A4-80 is 95 Nm.",
        "The impeller nut on the HP-240 has a tightening torque of 95 Nm.",
    ],
    ids=["same", "range", "past", "other part numbers", "other part"],
)
def test_what_is_no_conflict(other):
    left = statement(
        "The tightening torque of the casing nuts on the HP-240 with O-ring OR-2 is 62 Nm."
    )
    right = statement(other)
    assert right is None or not conflict(left, right)


def test_one_document_does_not_contradict_itself():
    left = statement(
        "The tightening torque of the casing nuts on the HP-240 is 62 Nm.", document="d"
    )
    right = statement(
        "The tightening torque of the casing nuts on the HP-240 is 95 Nm.", document="d"
    )
    assert not same_subject(left, right)
    assert not conflict(left, right)


def test_yes_and_no_are_in_conflict():
    question = "Can the HP-260 be ordered with oil lubrication?"
    left = statement("The HP-260 can be ordered with oil lubrication.", question)
    right = statement("The HP-260 can not be ordered with oil lubrication.", question)
    assert conflict(left, right)


def test_a_statement_of_a_change_supersedes_the_old_value():
    question = "How often is the S5 seal of the HP-240 replaced?"
    old = statement("The S5 seal of the HP-240 is replaced every 4,000 hours.", question)
    new = statement(
        "The S5 seal of the HP-240 is replaced every 3,000 hours instead of 4,000 hours.", question
    )
    assert supersedes(new, old)
    assert not supersedes(old, new)
    assert not conflict(old, new)


SAFE = "Is the HP-260 safe to use with sea water?"


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The HP-260 is safe to use with sea water.", "yes"),
        ("The HP-260 is safe to use with sea water and does not need a filter.", "yes"),
        ("The HP-260 is safe to use with sea water and needs no water filter.", "yes"),
        ("Without a filter, the HP-260 is safe to use with sea water.", "yes"),
        ("The HP-260 is not safe to use with sea water.", "no"),
        ("The HP-260 is not, whatever others say, safe to use with sea water.", "no"),
        ("The HP-260 is never not safe to use with sea water.", None),
    ],
)
def test_yes_or_no_is_told_by_the_clause_that_speaks_to_the_question(text, polarity):
    found = statement(text, SAFE)
    assert (found.value and found.value.text) == polarity
    assert found.negated is (polarity == "no")


def test_a_negation_about_something_else_is_no_conflict():
    left = statement("The HP-260 is safe to use with sea water.", SAFE)
    right = statement("The HP-260 is safe to use with sea water and does not need a filter.", SAFE)
    assert not conflict(left, right)


def test_weeks_against_months_are_in_conflict():
    question = "How often is the seal of the HP-240 replaced?"
    left = statement("The seal of the HP-240 is replaced every 4 weeks.", question)
    right = statement("The seal of the HP-240 is replaced every 6 months.", question)
    assert conflict(left, right)


def test_a_spaced_dash_is_a_range_and_no_conflict():
    question = "What is the working pressure of the HP-240?"
    left = statement("The working pressure of the HP-240 is 5 – 10 bar.", question)
    right = statement("The working pressure of the HP-240 is 5 to 10 bar.", question)
    assert left.value.text == right.value.text == "5..10 bar"
    assert not conflict(left, right)


def read(text, surface, *, document=None, question=TORQUE):
    memory = make_memory(text, document=document, start=100)
    weights = TermWeights([frozenset(content_terms(text)), frozenset({"other"})])
    value = claimed_value(surface, text.index(surface))
    return read_statement(memory, asked(make_plan(question)), weights, value)


def test_what_is_read_is_a_statement_at_its_sentence():
    text = "Check the seal. On the HP-240 the nuts take 62 Nm. Go on."
    found = read(text, "62 Nm")
    assert found.text == "On the HP-240 the nuts take 62 Nm."
    assert found.text[found.value.start : found.value.end] == "62 Nm"
    assert found.span.start == 100 + text.index("On the")


@pytest.mark.parametrize(
    "text", ["Do the nuts of the HP-240 take 62 Nm?", "On the HP-210 the nuts take 62 Nm."]
)
def test_questions_and_other_part_numbers_are_no_answer(text):
    assert read(text, "62 Nm") is None


def test_answers_of_two_documents_conflict_but_for_other_times_and_parts():
    left = read("On the HP-240 the nuts take 62 Nm.", "62 Nm")
    assert read_conflict(left, read("The HP-240 needs 95 Nm.", "95 Nm"))
    assert not read_conflict(left, read("Formerly the HP-240 took 95 Nm.", "95 Nm"))
    assert not read_conflict(left, left)


OLD = "As of 2014: the tightening torque of the casing nuts on the HP-240 is 70 Nm."
NEW = "Since May 2020 the tightening torque of the casing nuts on the HP-240 is 62 Nm."


def test_of_two_dated_statements_one_is_later():
    assert (statement(OLD).valid_from, statement(NEW).valid_from) == ("2014", "2020-05")
    assert later(statement(NEW), statement(OLD))
    assert not later(statement(OLD), statement(NEW))
    assert not later(statement(NEW), statement(OLD.removeprefix("As of 2014: ")))


def test_the_date_that_opens_a_text_holds_for_what_follows():
    text = (
        "As of 2014: prices vary. The tightening torque of the casing nuts on the HP-240 is 70 Nm."
    )
    assert statement(text).valid_from == "2014"


@pytest.mark.parametrize(
    "question",
    [
        "What was the tightening torque of the casing nuts on the HP-240 in 2014?",
        "Since when is the tightening torque of the casing nuts on the HP-240 62 Nm?",
    ],
)
def test_a_question_about_a_time_asks_for_what_held_then(question):
    assert statement(NEW, question).valid_from is None
