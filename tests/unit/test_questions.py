import pytest

from tools.questions import plain_heading, question_of, what_is


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("3.1 Replacing the mechanical seal", "How does one replace the mechanical seal?"),
        ("Setting the clearance", "How does one set the clearance?"),
        ("Install the pump", "How does one install the pump?"),
        ("How to bleed the casing", "How does one bleed the casing?"),
        ("Why does it leak?", "Why does it leak?"),
        ("Introduction", "What is the HP-200 manual about?"),
        ("Use cases", "What does the HP-200 manual say about use cases?"),
        ("NPSH margin", "What does the HP-200 manual say about NPSH margin?"),
    ],
)
def test_the_form_of_a_heading_decides_its_question(heading, question):
    assert question_of(heading, "the HP-200 manual") == question


def test_without_a_subject_the_text_is_asked():
    assert question_of("Torque values", "") == "What does the text say about torque values?"


def test_numbers_and_markup_are_no_part_of_a_heading():
    assert plain_heading("## 2.3 **Seals**:") == "Seals"
    assert plain_heading("Appendix B: Spare parts") == "Spare parts"


def test_plural_headings_are_asked_in_the_plural():
    assert what_is("Torque values") == "What are torque values?"
    assert what_is("Priming") == "What is priming?"
