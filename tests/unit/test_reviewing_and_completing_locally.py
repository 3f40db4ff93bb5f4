import pytest

from agents.completer.local import LocalCompleter
from agents.reviewer.local import LocalReviewer
from agents.reviewer.rules import facts_of, initials_match
from core.completing import completed_text, prefix_of
from core.schemas.memory import Gap, Review
from core.schemas.outline import Chunk
from tools.loaders.units import DocumentBuilder

FILLER = (
    "The supply line of the cooling circuit is flushed with clean water before every start so "
    "that no grit reaches the bearing of the drive end and wears the running surface there."
)


def _document(*paragraphs):
    builder = DocumentBuilder()
    for paragraph in paragraphs:
        if paragraph.startswith("# "):
            builder.heading(paragraph[2:], 1)
        elif paragraph.startswith("- "):
            builder.list_item(paragraph[2:])
        else:
            builder.paragraph(paragraph)
    return builder.build("text/plain", "Manual").units


def _chunk(units, opening):
    first = next(unit.index for unit in units if unit.text.startswith(opening))
    return Chunk(index=0, first=first, stop=len(units), part=0)


async def _judge(units, opening):
    chunk = _chunk(units, opening)
    review = await LocalReviewer().review("Manual", units, chunk)
    return review, await LocalCompleter().complete(units, chunk, review)


async def test_a_pronoun_at_the_start_brings_the_sentence_before_verbatim():
    units = _document("The QP-200 pump moves brine.", "It is primed by hand.", FILLER)
    review, completion = await _judge(units, "It is")

    (gap,) = review.gaps
    assert (gap.kind, gap.evidence, review.needs_completion) == ("reference", (0,), True)
    (insertion,) = completion.insertions
    assert insertion.text == units[0].text
    assert insertion.span == units[0].span


async def test_it_is_important_refers_to_nothing():
    units = _document("The pump moves brine.", "It is important to prime the pump.", FILLER)
    review, _ = await _judge(units, "It is")

    assert review.gaps == ()


async def test_a_sentence_that_leans_itself_explains_nothing():
    units = _document("This is new.", "It is primed by hand.", FILLER)
    _, completion = await _judge(units, "It is")

    assert [(r.reason) for r in completion.rejections] == ["not_explicit"]


async def test_an_abbreviation_spelt_out_elsewhere_is_spelt_out_here():
    units = _document(
        "The net positive suction head (NPSH) must not fall below the limit.",
        FILLER,
        "Measure the NPSH at the inlet.",
        FILLER,
    )
    review, completion = await _judge(units, "Measure")

    assert [gap.surface for gap in review.gaps] == ["NPSH"]
    assert [i.text for i in completion.insertions] == ["NPSH = net positive suction head"]
    assert completion.insertions[0].sources == (0,)


async def test_an_abbreviation_spelt_out_in_the_chunk_is_no_gap():
    units = _document("Measure the net positive suction head (NPSH).", "NPSH matters.", FILLER)
    review, _ = await _judge(units, "Measure")

    assert review.gaps == ()


async def test_a_term_defined_elsewhere_brings_its_definition():
    units = _document(
        "Duty point is defined as the flow and head at which the pump runs.",
        FILLER,
        "Note the duty point in the log.",
        FILLER,
        FILLER,
    )
    _, completion = await _judge(units, "Note")

    assert [i.text for i in completion.insertions] == [units[0].text]


async def test_a_definition_cut_before_a_negation_is_refused():
    long = "Duty point is defined as " + "one of the values in the list " * 5 + "but not the last."
    units = _document(long, FILLER, "Note the duty point in the log.", FILLER, FILLER, FILLER)
    _, completion = await _judge(units, "Note")

    assert completion.insertions == ()
    assert [r.reason for r in completion.rejections] == ["not_explicit"]


async def test_a_list_without_its_lead_in_gets_it():
    units = _document("Check before each start:", f"- Oil level {FILLER}", f"- Seal {FILLER}")
    review, completion = await _judge(units, "Seal")

    assert review.needs_completion
    assert [i.text for i in completion.insertions] == ["Check before each start:"]


async def test_a_cross_reference_is_resolved_to_its_caption():
    units = _document(
        "Table 3: Torques of the casing bolts",
        FILLER,
        "Use the torques of Table 3.",
        FILLER,
    )
    review, completion = await _judge(units, "Use")

    assert [(gap.surface, gap.severity) for gap in review.gaps] == [("Table 3", 1)]
    assert not review.needs_completion
    assert [i.text for i in completion.insertions] == ["Table 3: Torques of the casing bolts"]


async def test_a_caption_that_is_only_its_number_explains_nothing():
    units = _document("Table 3.", FILLER, "Use the torques of Table 3.", FILLER)
    _, completion = await _judge(units, "Use")

    assert [r.reason for r in completion.rejections] == ["not_explicit"]


async def test_an_abbreviation_in_what_was_inserted_is_spelt_out_in_the_next_round():
    units = _document(
        "The net positive suction head (NPSH) must not fall below the limit.",
        "The duty point is defined as the flow at which the NPSH is met.",
        FILLER,
        "Note the duty point in the log.",
        FILLER,
        FILLER,
    )
    chunk = _chunk(units, "Note")
    _, completion = await _judge(units, "Note")
    again = await LocalReviewer().review("Manual", units, chunk, completion.insertions)

    known = {insertion.gap_id for insertion in completion.insertions}
    assert [gap.surface for gap in again.gaps if gap.id not in known] == ["NPSH"]


async def test_a_chunk_that_does_not_name_its_product_gets_the_heading():
    units = _document("# QP-240 service", FILLER, "Replace the filter yearly.", FILLER)
    review, completion = await _judge(units, "Replace")

    assert [(gap.kind, gap.severity) for gap in review.gaps] == [("background", 2)]
    assert completed_text("x", completion.insertions) == "[QP-240 service] x"


async def test_what_follows_a_chunk_is_not_put_in_front_of_it():
    units = _document(FILLER, "The tools are:", "- A wrench")
    chunk = Chunk(index=0, first=0, stop=2, part=0)
    review = await LocalReviewer().review("Manual", units, chunk)
    completion = await LocalCompleter().complete(units, chunk, review)

    assert [gap.evidence for gap in review.gaps] == [(2,)]
    assert [r.reason for r in completion.rejections] == ["not_critical"]


async def test_a_foreign_topic_is_refused():
    units = _document("Lunch is served at noon.", FILLER, "Valves open slowly.", FILLER)
    chunk = _chunk(units, "Valves")
    gap = Gap(
        id="g",
        chunk=0,
        kind="background",
        surface="Valves",
        missing="lunch",
        evidence=(0,),
        severity=2,
    )
    review = Review(chunk=0, gaps=(gap,), needs_completion=True)
    completion = await LocalCompleter().complete(units, chunk, review)

    assert [r.reason for r in completion.rejections] == ["new_topic"]


async def test_the_prefix_never_exceeds_a_quarter_of_the_chunk():
    units = _document(f"{FILLER} {FILLER}", "It stops.")
    _, completion = await _judge(units, "It stops")

    assert completion.insertions == ()
    assert [r.reason for r in completion.rejections] == ["too_long"]
    assert prefix_of(completion.insertions) == ""


@pytest.mark.parametrize(
    ("short", "long", "matches"),
    [
        ("NPSH", "net positive suction head", True),
        ("BOM", "bill of materials", True),
        ("MTBF", "mean time between failures", True),
        ("QP", "the quality plan", False),
        ("AB", "another thing", False),
        ("MMR", "MSI) mismatch repair", False),
    ],
)
def test_a_long_form_must_spell_its_abbreviation(short, long, matches):
    assert initials_match(short, long) is matches


def test_a_caption_number_used_twice_is_no_target():
    units = _document("Table 1: Torques", "Table 1: Prices", "Table 2: Weights")

    assert list(facts_of(units).targets) == [("table", "2")]
