"""Type, intents and names of a chunk, form by form."""

import pytest

from tools.loaders.units import DocumentBuilder
from tools.metadata import content_type_of, entities_of, intents_of


def _units(text, kind="paragraph", heading=None):
    builder = DocumentBuilder()
    if heading:
        builder.heading(heading, 1)
    if kind == "table":
        builder.table(text.split("\n"))
    elif kind == "list_item":
        for item in text.split("\n"):
            builder.list_item(item, marker="1.")
    else:
        getattr(builder, kind)(text)
    return builder.build("text/plain", "Manual").units


CASES = {
    "plain": (("The seal keeps water in.",), "concept", ()),
    "steps": (("Press the red key.\nWait a minute.", "list_item"), "procedure", ("how_to",)),
    "told steps": (("First, drain the casing. Then remove the nut.",), "procedure", ("how_to",)),
    "one imperative": (("Use a gauge. The gap is small. It is kept so.",), "concept", ()),
    "how-to heading": (
        ("It takes long.", "paragraph", "Fitting a seal"),
        "procedure",
        ("how_to",),
    ),
    "warning": (("Warning: hot surface.",), "warning", ("debug",)),
    "caution in capitals": (("CAUTION! Do not run dry.",), "warning", ("debug",)),
    "note": (("Note: the valve must stay open.",), "warning", ("debug",)),
    "no label": (("Notes are kept in the log.",), "concept", ()),
    "table": (("Part: QP | Price: 4\nPart: QR | Price: 5", "table"), "reference", ("reference",)),
    "signature": (("def load(path):\n    return path", "code"), "reference", ("reference",)),
    "code": (("x = load()\nprint(x)", "code"), "example", ()),
    "for example": (("A unit, for example bar, is named.",), "example", ()),
    "comparison": (
        ("Ball bearings run cool compared with others.",),
        "concept",
        ("compare",),
    ),
    "versus": (("Grease vs. oil is an old question.",), "concept", ("compare",)),
    "trouble": (("The shaft is bent.", "paragraph", "Troubleshooting"), "concept", ("debug",)),
    "fault table": (
        ("Symptom: noise | Cause: air | Remedy: bleed it", "table"),
        "reference",
        ("debug", "reference"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_form_and_cue_words_decide_type_and_intents(case):
    text, content_type, intents = CASES[case]
    units = _units(*text)

    assert content_type_of(units) == content_type
    assert intents_of(content_type, units) == intents


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Drain the casing. Order QP-SE-12.", "paragraph", ("QP-SE-12",)),
        ("The plant of Marie Curie has an NPSH limit.", "paragraph", ("Marie Curie", "NPSH")),
        ("Call load_file or readLine first.", "paragraph", ("load_file", "readLine")),
        ("value = load_file(name)", "code", ("load_file",)),
        ("It is red.", "paragraph", ()),
    ],
)
def test_names_codes_and_identifiers_are_entities_and_openings_of_sentences_are_not(
    text, kind, names
):
    assert set(entities_of(_units(text, kind))) == set(names)
