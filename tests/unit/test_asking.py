import pytest

from tools.asking import (
    answer_type,
    cue_terms,
    expected_dimensions,
    question_type,
    subquestions,
)


@pytest.mark.parametrize(
    ("question", "kind", "answer"),
    [
        ("What is the maximum working pressure of the HP-260?", "fact", "number"),
        ("How often is frame F2 regreased?", "fact", "number"),
        ("How much does an impeller cost?", "fact", "number"),
        ("When was pump 22-0418 built?", "fact", "date"),
        ("In which year did it open?", "fact", "date"),
        ("Who supplies the mechanical seals?", "fact", "name"),
        ("Which grease is used on frame F1?", "fact", "span"),
        ("Can the HP-260 be ordered with oil lubrication?", "yes_no", "boolean"),
        ("How do I replace the mechanical seal?", "how_to", "procedure"),
        ("Which models have a flat gasket?", "list", "span"),
        ("What is the difference between S3 and S5?", "compare", "span"),
        ("Summarise the service review.", "summary", "procedure"),
    ],
)
def test_kind_of_question_and_answer(question, kind, answer):
    assert question_type(question) == kind
    assert answer_type(question) == answer


@pytest.mark.parametrize(
    ("question", "dimensions"),
    [
        ("What is the maximum liquid temperature at high pressure?", {"temperature"}),
        ("To what torque are the casing nuts tightened?", {"torque"}),
        ("To how many seconds is the delay set?", {"time"}),
        ("What is the limit in bar?", {"pressure"}),
        ("How often is it greased?", {"time", "calendar"}),
        ("What does the seal kit for hot water cost?", {"euro", "dollar", "sterling"}),
        ("How many people drank hot water?", set()),
        ("Who has the power to decide?", set()),
    ],
)
def test_measure_is_told_by_the_unit_or_noun_asked_for(question, dimensions):
    assert expected_dimensions(question) == dimensions


def test_cue_terms_leave_out_asking_words_and_keep_part_numbers_whole():
    assert cue_terms("How often should the HP-240 be greased?") == ("hp-240", "greas")
    assert cue_terms("How is it?") == ()


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How often is the S5 seal replaced, and to what torque are the nuts tightened?",
            ("How often is the S5 seal replaced?", "to what torque are the nuts tightened?"),
        ),
        (
            "What torque do the casing nuts need and how often are they checked?",
            (
                "What torque do the casing nuts need?",
                "how often are the casing nuts checked?",
            ),
        ),
        (
            "What is the working pressure of the HP-240 and the HP-260?",
            (
                "What is the working pressure of the HP-240?",
                "What is the working pressure of the HP-260?",
            ),
        ),
        (
            "To what torque are the nuts tightened, and how often are the bearings greased?",
            ("To what torque are the nuts tightened?", "how often are the bearings greased?"),
        ),
        (
            "To what torque are the casing nuts tightened, and how often are they checked?",
            (
                "To what torque are the casing nuts tightened?",
                "how often are the casing nuts checked?",
            ),
        ),
        ("Which bed is used and where is it?", ()),
        ("What is tightened, and how often is it checked?", ()),
        ("What is the distance between Paris and London?", ()),
        ("What is the difference in price of S3 and S5?", ()),
        ("What is the population of Trinidad and Tobago?", ()),
        ("What is the maximum working pressure?", ()),
    ],
)
def test_only_safe_splits_are_made(question, parts):
    assert subquestions(question) == parts
