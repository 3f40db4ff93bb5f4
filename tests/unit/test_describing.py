import pytest

from core.schemas.outline import Chunk, Outline, Part
from tools.describing import describe_chunks, settled
from tools.loaders.units import DocumentBuilder
from tools.phrases import key_phrases


def _manual():
    builder = DocumentBuilder()
    builder.heading("Seals", 1)
    builder.paragraph(
        "The mechanical seal keeps water in the casing. A mechanical seal of type QP-SE-12 lasts "
        "8,000 hours. It is checked monthly."
    )
    builder.heading("Replacing the impeller", 1, page=2)
    builder.paragraph(
        "Drain the casing. Remove the impeller nut. Install the new impeller.", page=2
    )
    builder.heading("Prices", 1)
    builder.table(["Part: QP-SE-12 | Price: 410 EUR", "Part: QP-IM-200 | Price: 95 EUR"])
    return builder.build("text/plain", "HP-200 manual").units


def _described(units, starts):
    stops = [*starts[1:], len(units)]
    ranges = list(zip(starts, stops, strict=True))
    parts = tuple(
        Part(index=i, title=units[a].text, question=f"Question {i}?", first=a, stop=b)
        for i, (a, b) in enumerate(ranges)
    )
    chunks = [Chunk(index=i, first=a, stop=b, part=i) for i, (a, b) in enumerate(ranges)]
    outline = Outline(parts=parts, method="headings")
    return describe_chunks("HP-200 manual", units, chunks, outline)


def _starts(units):
    return [unit.index for unit in units if unit.kind == "heading"]


def test_the_core_is_a_verbatim_unit_and_never_a_heading():
    units = _manual()

    for description in _described(units, _starts(units)):
        assert description.core in {unit.text for unit in units if unit.kind != "heading"}


def test_the_core_of_a_table_is_its_first_row():
    units = _manual()

    assert _described(units, _starts(units))[2].core == "Part: QP-SE-12 | Price: 410 EUR"


def test_predicted_questions_find_their_own_chunk_and_do_not_repeat_the_main_one():
    units = _manual()
    described = _described(units, _starts(units))

    assert "How does one replace the impeller?" in described[1].questions
    assert all(d.question not in d.questions for d in described)


def test_the_question_is_that_of_the_part_and_the_page_that_of_the_first_unit():
    units = _manual()
    described = _described(units, _starts(units))

    assert described[1].question == "Question 1?"
    assert described[1].page == 2
    assert described[1].heading_path == ("Replacing the impeller",)


def test_later_chunks_of_one_part_ask_about_their_own_words():
    units = _manual()
    part = Part(index=0, title="Seals", question="All?", first=0, stop=len(units))
    chunks = [
        Chunk(index=0, first=0, stop=2, part=0),
        Chunk(index=1, first=2, stop=len(units), part=0),
    ]
    outline = Outline(parts=(part,), method="headings")
    first, second = describe_chunks("HP-200 manual", units, chunks, outline)

    assert first.question == "All?"
    assert second.question.startswith("What does Seals say about ")


def test_key_phrases_set_a_text_apart_from_the_others():
    groups = [
        ["The mechanical seal leaks.", "A mechanical seal needs water."],
        ["The motor needs power.", "The motor needs air."],
    ]

    seals, motors = key_phrases(groups, limit=2)
    assert seals[0] == "mechanical seal"
    assert "needs" not in motors[:1]


def test_a_document_of_stop_words_is_still_described():
    builder = DocumentBuilder()
    builder.paragraph("It is what it is.")
    units = builder.build("text/plain", "").units

    (description,) = _described(units, [0])
    assert description.core == "It is what it is."
    assert description.keywords == ()


def _twins():
    """Two chunks on one heading's words, of which only the second is about it."""
    builder = DocumentBuilder()
    builder.heading("Seal care", 1)
    builder.paragraph("Wipe the ring before it is used. It must stay dry in its box.")
    builder.heading("Storage", 1)
    builder.paragraph("Seal care, seal care, and seal care again: care of the seal is dull.")
    builder.heading("Motor", 1)
    builder.paragraph("The motor has a fan and a plate.")
    return builder.build("text/plain", "Manual").units


def test_a_question_that_finds_another_chunk_first_is_left_in_doubt():
    units = _twins()
    described = _described(units, _starts(units))
    (doubt,) = described[0].doubts

    assert doubt.question not in described[0].questions
    assert "Wipe the ring" in doubt.own
    assert "dull" in doubt.rival
    assert not any(each.questions and each.doubts for each in described)


@pytest.mark.parametrize(("own", "kept"), [(0.9, True), (0.46, True), (0.4, False)])
def test_a_doubt_is_settled_by_whether_the_own_text_reads_as_well(own, kept):
    units = _twins()
    described = _described(units, _starts(units))[0]
    after = settled(described, [(own, 0.5)])

    assert (described.doubts[0].question in after.questions) == kept
    assert after.doubts == ()
