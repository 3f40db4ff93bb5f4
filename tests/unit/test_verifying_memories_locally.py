import random
import re

import pytest

from agents.memory_verifier.local import LocalMemoryVerifier
from agents.memory_verifier.rules import failed_checks
from core.schemas.memory import Insertion
from core.schemas.outline import Chunk
from tools.loaders.units import DocumentBuilder

PLACES = ("Marlbeck", "Tarnford", "Oxley Works", "Hartwell", "Kestrel Bay", "Dunmore", "Ashby Yard")
MAKERS = ("Harrow", "Sulzberg", "Pell Brothers", "Ostrander", "Vidal", "Thornquist", "Lumley")
SHAPES = (
    "The {part} delivered by {maker} for {place} is replaced after {n} operating hours.",
    "In {year} the site at {place} was given a new {part} by {maker}.",
    "Every {part} in {place} has a nominal width of {n} mm and weighs {m} kg.",
    "{maker} recommends that the {part} at {place} can run at {n} bar for {m} minutes.",
    "Since {year} technicians from {place} have checked the {part} of {maker} every {m} weeks.",
    "The torque of the {part} was set to {n} Nm by {maker} before it left {place}.",
)
PARTS = (
    "seal",
    "impeller",
    "bearing",
    "coupling",
    "wear ring",
    "gland",
    "shaft sleeve",
    "strainer",
)


def _sentences():
    draw = random.Random(5)
    return [
        SHAPES[i % len(SHAPES)].format(
            part=PARTS[i % len(PARTS)],
            maker=draw.choice(MAKERS),
            place=draw.choice(PLACES),
            n=draw.randint(12, 9_000),
            m=draw.randint(2, 90),
            year=draw.randint(1990, 2024),
        )
        for i in range(160)
    ]


def _with_number_changed(sentence, draw):
    return re.sub(r"\d+", lambda m: str(int(m.group()) + draw.randint(1, 9)), sentence, count=1)


def _with_name_swapped(sentence, draw):
    old = next(name for name in (*PLACES, *MAKERS) if name in sentence)
    others = PLACES if old in PLACES else MAKERS
    return sentence.replace(old, draw.choice([name for name in others if name != old]))


def _negated(sentence, draw):
    return re.sub(r"\b(is|was|has|can|have)\b", r"\1 not", sentence, count=1)


def _with_words_dropped(sentence, draw):
    kept = [w for w in sentence.split() if not (w.islower() and draw.random() < 0.2)]
    return " ".join(kept)


def _rejected(corrupt):
    sentences, draw = _sentences(), random.Random(11)
    rejected = 0
    for index, sentence in enumerate(sentences):
        window = sentences[max(0, index - 1) : index + 2]
        rejected += bool(failed_checks(corrupt(sentence, draw), [sentence], window))
    return rejected / len(sentences)


@pytest.mark.parametrize(
    ("corrupt", "at_least"),
    [(_with_number_changed, 0.95), (_with_name_swapped, 0.85), (_negated, 0.85)],
)
def test_corrupted_statements_are_rejected(corrupt, at_least):
    assert _rejected(corrupt) >= at_least


@pytest.mark.parametrize("keep", [lambda sentence, draw: sentence, _with_words_dropped])
def test_true_statements_are_seldom_rejected(keep):
    assert _rejected(keep) <= 0.04


def test_a_sentence_from_elsewhere_is_not_covered():
    assert "coverage" in failed_checks(
        "Invoices are paid monthly.", ["The seal leaks."], ["The seal leaks."]
    )


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("5 V is the maximum supply voltage.", "15 V is the maximum supply voltage."),
        ("suitable for petrol pumps", "Unsuitable for petrol pumps."),
        ("The limit is 1", "The limit is 1.5 bar."),
    ],
)
def test_part_of_a_word_or_number_is_no_copy(statement, cited):
    assert failed_checks(statement, [cited], [cited])
    assert not failed_checks(cited, [cited], [cited])


def test_a_gloss_is_not_held_to_the_polarity_of_its_sentence():
    cited = ["The net positive suction head (NPSH) must not fall."]

    assert failed_checks("NPSH = net positive suction head", cited, cited) == ()
    assert "negation" in failed_checks("NPSH = net suction head", cited, cited)


def _document():
    builder = DocumentBuilder()
    builder.paragraph("The QP-200 pump moves brine.")
    builder.paragraph("It is primed by hand before the first start of the day.")
    builder.paragraph("The canteen opens at noon.")
    units = builder.build("text/plain", "Manual").units
    return units, Chunk(index=0, first=1, stop=2, part=0)


def _insertion(units, source, text, name="i"):
    return Insertion(
        id=name, chunk=0, gap_id="g", text=text, sources=(source,), span=units[source].span
    )


async def test_a_verbatim_neighbour_is_accepted():
    units, chunk = _document()
    insertion = _insertion(units, 0, units[0].text)

    (verdict,) = await LocalMemoryVerifier().verify(units, chunk, [insertion])
    assert verdict.accepted
    assert verdict.reasons == ()


async def test_a_sentence_that_shares_nothing_with_the_chunk_is_out_of_scope():
    units, _ = _document()
    far = Chunk(index=0, first=0, stop=1, part=0)
    insertion = _insertion(units, 2, units[2].text)

    (verdict,) = await LocalMemoryVerifier().verify(units, far, [insertion])
    assert verdict.reasons == ("scope",)


async def test_insertions_that_would_bury_the_chunk_are_reverted():
    units, chunk = _document()
    twice = [_insertion(units, 0, units[0].text, name) for name in ("first", "second")]

    first, second = await LocalMemoryVerifier().verify(units, chunk, twice)
    assert first.accepted
    assert second.reasons == ("preservation",)


async def test_a_source_that_does_not_exist_is_reverted():
    units, chunk = _document()
    insertion = Insertion(
        id="i", chunk=0, gap_id="g", text="The pump.", sources=(99,), span=units[0].span
    )

    (verdict,) = await LocalMemoryVerifier().verify(units, chunk, [insertion])
    assert not verdict.accepted
