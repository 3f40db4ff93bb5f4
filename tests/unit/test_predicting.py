"""Questions that plain rules read out of a text, and which of them are kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.lexical import content_terms
from tools.loaders.units import DocumentBuilder
from tools.predicting import predicted_questions, proposed_questions


def _units(*sentences, heading=None):
    builder = DocumentBuilder()
    if heading:
        builder.heading(heading, 1)
    for sentence in sentences:
        builder.paragraph(sentence)
    return builder.build("text/plain", "Manual").units


def _asked(sentence, **kwargs):
    return [question.text for question in predicted_questions("Manual", _units(sentence, **kwargs))]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("A purge valve is a valve that lets air out.", "What is a purge valve?"),
        ("Suction head refers to the height of the column.", "What is Suction head?"),
        ("Marie Curie was a physicist of Polish birth.", "Who was Marie Curie?"),
        ("The plant was built in 1962 by two brothers.", "When was the plant built?"),
        ("In 1998, the firm moved to Leeds.", "When did the firm move to Leeds?"),
        (
            "Since 2008, all pumps have carried a plate.",
            "Since when have all pumps carried a plate?",
        ),
        ("The casing has 12 sealed bolts.", "How many sealed bolts does the casing have?"),
        (
            "The impeller nut is tightened to 90 Nm on every model.",
            "To what torque is the impeller nut tightened?",
        ),
        ("The tower is 30 metres tall.", "How tall is the tower?"),
        (
            "The bearing must be greased every 6 months.",
            "How often must the bearing be greased?",
        ),
        ("If the seal leaks, the pump must be stopped.", "When must the pump be stopped?"),
        ("The bridge was designed by Thomas Telford.", "Who was the bridge designed by?"),
        ("The committee was founded in Geneva.", "Where was the committee founded?"),
        ("The motor was replaced because it was hot.", "Why was the motor replaced?"),
        ("A feeler gauge is used to check the gap.", "What is a feeler gauge used for?"),
        ("The city was formerly known as Eboracum.", "What was the city known as?"),
        ("The capital of France is Paris.", "What is the capital of France?"),
        ("The casing contains a ring of bronze.", "What does the casing contain?"),
        ("It needs Net Positive Suction Head (NPSH).", "What does NPSH stand for?"),
        ("The reform led to a shorter week.", "What did the reform lead to?"),
    ],
)
def test_each_form_of_a_fact_has_its_question(sentence, question):
    assert question in [asked.text for asked in proposed_questions("Manual", _units(sentence))]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built in 1962 by two brothers.",
        "This valve was replaced in 1998.",
        "When was the plant built in 1962?",
        "We founded the plant in 1962.",
        "The data collected in 1998 showed a rise.",
        "Built in 1962, of brick.",
        "The pump was not replaced in 1998.",
        "Nobody has ever seen 12 bolts.",
        "It was made by a firm of that town (HPX).",
    ],
)
def test_what_could_not_stand_alone_is_not_asked(sentence):
    assert _asked(sentence) == []


def test_entries_of_a_glossary_are_asked_for():
    assert "What is Duty point?" in _asked(
        "Duty point: where both curves meet.", heading="Glossary"
    )


def test_a_heading_without_a_subject_is_asked_of_the_text():
    found = predicted_questions("", _units("It takes 45 Nm.", heading="Torque values"))

    assert found[0].text == "What does the text say about torque values?"


def test_headings_are_asked_at_their_place():
    units = _units("It takes an hour.", heading="Replacing the seal")
    found = predicted_questions("Manual", units)

    assert [(question.text, question.unit) for question in found] == [
        ("How does one replace the seal?", 0)
    ]


def test_the_second_of_two_that_ask_the_same_is_dropped():
    units = _units(
        "The plant was built in 1962 by two brothers.",
        "The plant was built in 1962 of brick.",
        "The seal contains a ring of bronze.",
    )
    found = predicted_questions("Manual", units)

    assert [question.unit for question in found] == [0, 2]


def test_a_question_that_does_not_find_its_passage_is_dropped():
    filler = ["The plant was built and built again, a plant built on a plant. " * 14] * 4
    units = _units(*filler, "The plant was built in 1962 after a long and very bitter quarrel.")
    proposed = {question.text for question in proposed_questions("Manual", units)}

    assert "When was the plant built?" in proposed
    assert "When was the plant built?" not in {q.text for q in predicted_questions("Manual", units)}


SENTENCES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "The plant was built in 1962 by Ann Lee.",
                "A purge valve is a valve that lets air out.",
                "The casing has 12 sealed bolts, and it is red.",
                "In 1998, the firm moved to Leeds.",
            ]
        ),
        st.text(max_size=60),
    ),
    max_size=15,
)


@settings(max_examples=60, deadline=None)
@given(sentences=SENTENCES)
def test_any_text_gives_placed_distinct_questions_in_its_own_words(sentences):
    units = _units(*sentences)
    found = predicted_questions("", units)

    assert [question.unit for question in found] == sorted(question.unit for question in found)
    assert len({question.text for question in found}) == len(found)
    for question in found:
        assert question.text.endswith("?")
        said = set(content_terms(units[question.unit].text))
        assert said & set(content_terms(question.text))
