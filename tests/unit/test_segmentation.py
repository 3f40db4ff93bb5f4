import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.schemas.outline import Outline, Part, Partition
from evals.measures import window_diff
from tools.cohesion import best_cut, piece_norms
from tools.layout import Breaks, SizeBand, sections, size_of
from tools.loaders.units import DocumentBuilder
from tools.partitions import choose_partition, chunks_of
from tools.segmentation import cohesion, fixed, recursive
from tools.tfidf import unit_vectors

BAND = SizeBand(300, 700)
TOPICS = {
    "pump": ["seal", "impeller", "shaft", "bearing", "flange", "gasket", "vibration", "leak"],
    "money": ["invoice", "account", "discount", "payment", "bank", "credit", "ledger", "refund"],
    "garden": ["rose", "soil", "water", "pruning", "blossom", "compost", "hedge", "seedling"],
}

WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
TEXT = st.lists(WORD, min_size=1, max_size=60).map(" ".join)
ENTRY = st.one_of(
    st.tuples(st.just("heading"), st.integers(1, 4), WORD),
    st.tuples(st.sampled_from(["paragraph", "code"]), st.just(0), TEXT),
    st.tuples(st.sampled_from(["list_item", "table"]), st.integers(1, 6), TEXT),
)


def _units(entries):
    builder = DocumentBuilder()
    for kind, number, text in entries:
        if kind == "heading":
            builder.heading(text, number)
        elif kind == "table":
            builder.table([f"{row} {text}" for row in range(number)])
        elif kind == "list_item":
            for _ in range(number):
                builder.list_item(text)
        else:
            getattr(builder, kind)(text)
    return builder.build("text/plain", "A title").units


def _vectors(units):
    return unit_vectors([unit.text for unit in units])


def _cuts(units):
    heads = frozenset(
        unit.index
        for unit in units
        if unit.kind == "heading" and (unit.index == 0 or units[unit.index - 1].kind != "heading")
    )
    hard = frozenset(index for index in heads if len(units[index].heading_path) <= 2)
    yield fixed(units, BAND)
    yield recursive(units, BAND)
    yield cohesion(units, _vectors(units), BAND, Breaks(hard, heads - hard))


def _stitched(seed, topics=("pump", "money", "garden"), sentences=8):
    draw = random.Random(seed)
    return [
        "The " + " ".join(draw.choices(TOPICS[topic], k=5)) + " item."
        for topic in topics
        for _ in range(sentences)
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=25))
def test_every_cut_tiles_the_units_within_the_size_band(entries):
    units = _units(entries)

    for starts in _cuts(units):
        assert starts[0] == 0
        assert list(starts) == sorted(set(starts))
        assert starts[-1] < len(units)
        for first, stop in zip(starts, [*starts[1:], len(units)], strict=True):
            assert stop - first == 1 or size_of(units, first, stop) <= BAND.maximum


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=25))
def test_a_heading_never_ends_a_chunk_when_its_text_fits(entries):
    units = _units(entries)

    for starts in _cuts(units):
        for start in starts[1:]:
            fits = size_of(units, start - 1, start + 1) <= BAND.maximum
            is_run = units[start].kind == "heading"
            assert units[start - 1].kind != "heading" or not fits or is_run


def test_cohesion_finds_where_the_topic_changes():
    sentences = _stitched(1)
    gains = piece_norms(unit_vectors(sentences), 20)

    assert best_cut(gains, 3) == (0, 8, 16)


def test_cohesion_is_far_better_than_fixed_windows_on_stitched_topics():
    errors = {"cohesion": 0.0, "fixed": 0.0}
    for seed in range(10):
        draw = random.Random(seed)
        lengths = [draw.randint(4, 10) for _ in range(6)]
        texts = [
            text
            for turn, (length, topic) in enumerate(zip(lengths, list(TOPICS) * 2, strict=True))
            for text in _stitched(10 * seed + turn, [topic], length)
        ]
        gold = [sum(lengths[: i + 1]) for i in range(5)]
        even = [round(len(texts) / 6 * i) for i in range(1, 6)]
        found = best_cut(piece_norms(unit_vectors(texts), 20), 6)[1:]
        errors["cohesion"] += window_diff(gold, found, len(texts)) / 10
        errors["fixed"] += window_diff(gold, even, len(texts)) / 10

    assert errors["cohesion"] < 0.15 < errors["fixed"]


@pytest.mark.parametrize("count", [1, 2, 5, 24])
def test_the_wanted_number_of_pieces_is_met(count):
    assert len(best_cut(piece_norms(unit_vectors(_stitched(2)), 24), count)) == count


def test_norms_over_block_borders_equal_direct_sums():
    rows = unit_vectors(_stitched(3, sentences=100))
    norms = piece_norms(rows, 10)

    for first in (0, 250, 255, 256, 290):
        size = min(10, rows.height - first)
        whole = float((rows.dense(first, first + size).sum(axis=0) ** 2).sum() ** 0.5)
        assert norms[first, size] == pytest.approx(whole, rel=1e-5)


def test_a_small_section_joins_its_next_sibling_but_not_its_aunt():
    long = "The pump is checked by the shift before every start. " * 5
    entries = [
        ("heading", 1, "A"),
        ("paragraph", 0, long),
        ("heading", 2, "One"),
        ("paragraph", 0, "Short."),
        ("heading", 2, "Two"),
        ("paragraph", 0, "Also short."),
        ("heading", 1, "B"),
        ("paragraph", 0, "Somewhere else."),
    ]
    units = _units(entries)
    hard = {unit.index for unit in units if unit.kind == "heading"}
    one, aunt = len(units) - 6, len(units) - 2

    assert sections(units, hard, BAND) == [(0, one), (one, aunt), (aunt, len(units))]


def test_a_lead_in_stays_with_its_list():
    filler = "The pump is checked by the shift before every start of the plant. " * 6
    builder = DocumentBuilder()
    builder.paragraph(filler)
    builder.paragraph("Bring these tools:")
    for tool in ("A torque wrench", "A feeler gauge", "Two straps"):
        builder.list_item(tool)
    builder.paragraph(filler)
    units = builder.build("text/plain", "T").units
    lead_in = next(unit.index for unit in units if unit.text.endswith(":"))

    for starts in _cuts(units):
        assert lead_in + 1 not in starts


def test_rows_of_a_table_are_grouped_near_the_target():
    units = _units([("table", 200, "Part QP-1 | Seal ring | 12 EUR")])

    sizes = [
        size_of(units, a, b)
        for starts in _cuts(units)
        for a, b in zip(starts, [*starts[1:], len(units)], strict=True)
    ]
    assert min(sizes) >= BAND.minimum
    assert max(sizes) <= BAND.maximum


def test_twenty_thousand_units_take_seconds():
    units = _units([("paragraph", 0, f"Pump {n} needs part {n % 97}.") for n in range(20_000)])
    started = time.perf_counter()

    starts = cohesion(units, _vectors(units), SizeBand(900, 2_000))

    assert len(starts) > 300
    assert time.perf_counter() - started < 30


def _partition(name, chunks, **scores):
    return Partition(name=name, starts=tuple(range(chunks)), scores=scores)


def test_the_default_is_kept_unless_a_sound_rival_is_clearly_clearer():
    default = _partition("a", 10, clarity=0.5, size_deviation=0.2, weak_starts=0.1)
    near = _partition("b", 10, clarity=0.51, size_deviation=0.2, weak_starts=0.1)
    low = _partition("c", 10, clarity=0.2, size_deviation=0.2, weak_starts=0.1)
    clear = _partition("d", 10, clarity=0.9, size_deviation=0.1, weak_starts=0.0)
    fine = _partition("e", 20, clarity=0.95, size_deviation=0.1, weak_starts=0.0)
    weak = _partition("f", 10, clarity=0.95, size_deviation=0.1, weak_starts=0.3)

    assert choose_partition([default]) is default
    assert choose_partition([default, near, low]) is default
    assert choose_partition([default, clear, low]) is clear
    assert choose_partition([default, fine, weak]) is default


def test_chunks_belong_to_the_part_of_their_first_unit():
    parts = tuple(
        Part(index=i, title=str(i), question="?", first=first, stop=stop)
        for i, (first, stop) in enumerate([(0, 3), (3, 9)])
    )
    chunks = chunks_of(
        Partition(name="x", starts=(0, 2, 5)), Outline(parts=parts, method="headings"), 9
    )

    assert [(c.first, c.stop, c.part) for c in chunks] == [(0, 2, 0), (2, 5, 0), (5, 9, 1)]
