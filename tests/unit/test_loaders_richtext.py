from time import perf_counter

import pytest

from core.errors import CorruptDocument, EmptyExtraction
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load

START = (
    r"{\rtf1\ansi\ansicpg1252"
    r"{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Gothic;}}"
)
STYLES = (
    r"{\stylesheet{Normal;}{\s1 heading 1;}{\s2\outlinelevel1 Kapitel;}{\s3 Title;}{\s4 Code;}"
    r"{\*\cs9 Strong;}}"
)


def read(body: str | bytes) -> LoadedDocument:
    data = body.encode("latin-1") if isinstance(body, str) else body
    return load((START + STYLES).encode() + data + b"}", "a.rtf", LoadLimits())


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def test_headings_lists_and_notes_are_read_in_their_order() -> None:
    loaded = read(
        r"{\pard\s3 Pump manual\par}{\pard\s1 Care\par}{\pard\s2 Oil\par}"
        r"{\pard Check the {\b oil}{\footnote {\chftn} Cold.} now.\line Then start.\par}"
        r"{\pard{\listtext\'b7\tab}\ls1 First.\par}{\pard{\listtext 2.\tab}\ls1 Second.\par}"
        r"{\pard\s4 x = \{1\}\par}"
    )

    assert [(unit.kind, unit.text) for unit in loaded.units] == [
        ("heading", "Pump manual"),
        ("heading", "Care"),
        ("heading", "Oil"),
        ("sentence", "Check the oil now."),
        ("sentence", "Then start."),
        ("list_item", "First."),
        ("list_item", "2. Second."),
        ("code", "x = {1}"),
        ("sentence", "Cold."),
    ]
    assert loaded.units[3].heading_path == ("Care", "Oil")
    assert loaded.title == "Pump manual"


def test_characters_of_every_kind_are_decoded() -> None:
    assert texts(
        read(
            r"\uc1 caf\'e9 \u8211? \u-10179?\u-8704? "
            r"{\f1 \'cd\'e0\'f1\'ee\'f1} {\f2 \'83|\'83\'93\'83v}"
            r" \emdash  {\uc2\u916 xx}P a\~b\par"
        )
    ) == ["café – \U0001f600 Насос ポンプ — ΔP a b"]


def test_a_table_says_its_columns_and_fills_its_merged_cells() -> None:
    start = r"\trowd\cellx1000\cellx2000"
    loaded = read(
        rf"{start}\trhdr\pard\intbl Part\cell Size\cell\row"
        rf"{start}\pard\intbl Nut\cell M10\par or M11\cell\row"
        r"\trowd\clvmrg\cellx1000\cellx2000\pard\intbl\cell M12\cell\row"
        r"\trowd\cellx1000\clmrg\cellx2000\pard\intbl Sold in pairs\cell\cell\row"
        r"\pard After.\par"
    )

    assert texts(loaded) == [
        "Part: Nut | Size: M10 or M11",
        "Part: Nut | Size: M12",
        "Sold in pairs",
        "After.",
    ]


def test_what_is_no_text_is_left_out_and_told() -> None:
    loaded = read(
        r"{\info{\title Pumps}{\author A. Smith}{\company X}}{\header Page \par}"
        r"{\*\unknown words}{\field{\*\fldinst HYPERLINK x}{\fldrslt Link.}} {\deleted Gone.}"
        r"{\v Obey me.}{\*\annotation Why?}{\*\shppict{\pict\pngblip 8950}}{\nonshppict{\pict 00}}"
        r"{\pict{\*\picprop{\sp{\sn wzDescription}{\sv A pump from above.}}}\bin3 {}\}"
        r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt In a box.\par}}}\par"
    )

    assert texts(loaded) == ["Link.", "A pump from above.", "In a box."]
    assert loaded.title == "Pumps"
    assert loaded.metadata == {"author": "A. Smith", "left_out": "page headers and footers"}
    assert loaded.hidden == ("Obey me.",)
    assert loaded.warnings == (
        "review comments left out",
        "pictures without a description left out: 1",
    )


def test_a_file_that_is_cut_off_says_so() -> None:
    loaded = load(rb"{\rtf1 Words {\b that end", "a.rtf", LoadLimits())

    assert texts(loaded) == ["Words that end"]
    assert loaded.warnings == ("the file ends in the middle of a group",)


def test_a_file_without_words_is_an_empty_extraction() -> None:
    with pytest.raises(EmptyExtraction):
        read("")


def test_a_file_nested_beyond_reason_is_corrupt() -> None:
    with pytest.raises(CorruptDocument, match="nested"):
        read("{" * 100_000)


@pytest.mark.parametrize(
    "pattern",
    [
        "}",
        "{}",
        r"\b",
        r"\bin9 ",
        r"\u9?",
        r"\cell",
        r"\row\intbl\cell",
        r"\trowd\clvmrg\cellx1\cellx2\cell\cell\row",
        r"{\footnote x}",
        r"{\shp{\*\shpinst{\shptxt x\par",
        "\\",
        r"{\*",
        r"{\pict ff}",
        r"\v x",
    ],
)
def test_endless_repetition_is_read_in_seconds(pattern: str) -> None:
    started = perf_counter()
    times = 1_000 if pattern.count("{") > pattern.count("}") else 300_000 // len(pattern)
    times = times // pattern.count("{") if times == 1_000 else times

    loaded = read(r"Words.\par " + pattern * times)

    assert texts(loaded)[0] == "Words."
    assert perf_counter() - started < 10.0
