"""Every cut by name: what a cut promises, whatever the units and the vectors."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.schemas.document import Unit
from tools.cohesion import best_cut, piece_pairs
from tools.cuts import CUTS, INTENT_CUTS, Cut, Material, cut_into
from tools.layout import Breaks, SizeBand, size_of
from tools.loaders.units import DocumentBuilder
from tools.rows import BothRows, DenseRows
from tools.tfidf import unit_vectors

WORD = st.text("abcdefgh", min_size=1, max_size=8)
TEXT = st.lists(WORD, min_size=1, max_size=40).map(" ".join)
ENTRY = st.tuples(st.sampled_from(["heading", "paragraph", "list_item", "table"]), TEXT)
BAND = st.tuples(st.integers(1, 400), st.integers(0, 500)).map(lambda t: SizeBand(t[0], sum(t)))

EVERY = {**CUTS, **INTENT_CUTS}
by_name = pytest.mark.parametrize("cut", EVERY.values(), ids=EVERY)


def material(entries: Sequence[tuple[str, str]], seed: int = 0) -> Material:
    builder = DocumentBuilder()
    for number, (kind, text) in enumerate(entries):
        if kind == "heading":
            builder.heading(text, 1 + number % 3)
        elif kind == "table":
            builder.table([text, f"{text} again"])
        else:
            getattr(builder, kind)(text)
    units = builder.build("text/plain", "A title").units
    return of_units(units, seed)


def of_units(units: Sequence[Unit], seed: int = 0) -> Material:
    vectors = np.random.default_rng(seed).normal(size=(len(units), 384)).astype(np.float32)
    heads = frozenset(unit.index for unit in units if unit.kind == "heading")
    words = unit_vectors([unit.text for unit in units])
    rows = DenseRows(vectors).of_length_one()
    return Material(units, words, rows, Breaks(soft=heads), questions=rows.slice(0, 3))


def pump(sentences: int) -> Material:
    return material(
        [("paragraph", f"Pump {n} needs part {n % 7} today.") for n in range(sentences)]
    )


@by_name
@settings(max_examples=40, deadline=None)
@given(entries=st.lists(ENTRY, min_size=1, max_size=20), band=BAND, seed=st.integers(0, 9))
@example(entries=[("heading", "a"), ("table", "a")], band=SizeBand(9, 9), seed=0)
def test_a_cut_tiles_the_units_within_its_band(
    cut: Cut, entries: list[tuple[str, str]], band: SizeBand, seed: int
) -> None:
    of = material(entries, seed)

    starts = cut(of, band)

    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert starts[-1] < len(of.units)
    for first, stop in zip(starts, [*starts[1:], len(of.units)], strict=True):
        assert stop - first == 1 or size_of(of.units, first, stop) <= band.maximum


@by_name
@settings(max_examples=20, deadline=None)
@given(entries=st.lists(ENTRY, min_size=1, max_size=20), band=BAND)
def test_a_cut_is_the_same_every_time(
    cut: Cut, entries: list[tuple[str, str]], band: SizeBand
) -> None:
    assert cut(material(entries), band) == cut(material(entries), band)


@by_name
def test_a_document_of_one_unit_is_one_chunk(cut: Cut) -> None:
    assert cut(pump(1), SizeBand(10, 20)) == (0,)


@by_name
@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_wanted_count_is_searched(cut: Cut, count: int) -> None:
    """Prices cannot reach every count: on vectors at random a piece or two may be amiss."""
    of = pump(40)

    found = cut_into(cut, of, count, maximum=of.units[-1].end)

    assert len(found) == pytest.approx(count, abs=max(1, count // 4))


@by_name
def test_a_count_out_of_reach_is_missed_and_the_bound_kept(cut: Cut) -> None:
    of = pump(40)

    starts = cut_into(cut, of, 2, maximum=300)

    sizes = [size_of(of.units, a, b) for a, b in zip(starts, [*starts[1:], 40], strict=True)]
    assert max(sizes) <= 300


@pytest.mark.parametrize("name", sorted(CUTS.keys() - {"fixed", "recursive"}))
def test_cuts_that_read_begin_chunks_where_topics_do(name: str) -> None:
    topics = [("seal ring leak", 0), ("bank invoice credit", 1), ("rose soil hedge", 2)]
    lengths = (7, 3, 5)
    texts = [t for (t, _), n in zip(topics, lengths, strict=True) for _ in range(n)]
    of = material([("paragraph", f"About the {text} here.") for text in texts])
    meanings = np.repeat(np.eye(3, dtype=np.float32), lengths, axis=0)

    found = cut_into(CUTS[name], of._replace(meanings=DenseRows(meanings)), 3, maximum=400)

    assert found == (0, 7, 10)


def test_a_head_of_unrelated_pieces_is_not_one_chunk() -> None:
    """Where no reward is positive yet, the reference points all pieces back to the first."""
    of = pump(40)
    vectors = np.eye(40, dtype=np.float32)
    vectors[20:] = vectors[20]
    alike_at_the_end = of._replace(meanings=DenseRows(vectors))
    band = SizeBand(120, 240)

    starts = CUTS["encoder_cluster"](alike_at_the_end, band)

    edges = zip(starts, [*starts[1:], 40], strict=True)
    assert max(size_of(of.units, first, stop) for first, stop in edges) <= band.maximum


def test_pairs_are_worth_what_they_exceed_the_mean_by() -> None:
    rows = DenseRows(np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32))
    unit = rows.of_length_one().vectors.astype(np.float64)
    products = unit @ unit.T
    upper = np.triu_indices(9, 1)
    excess = products - products[upper].mean()

    gains = piece_pairs(rows, 9)

    wanted = np.array([excess[2:7, 2:7][np.triu_indices(5, 1)].sum(), excess[0, 1]])
    found = np.array([gains[2, 5], gains[0, 2]])
    assert found / found[0] == pytest.approx(wanted / wanted[0], rel=1e-4)
    assert best_cut(gains, 1) == (0,)


def test_rows_of_both_kinds_multiply_to_the_mean_of_both() -> None:
    of = pump(12)
    both = BothRows(of.words, of.meanings).slice(2, 11).grouped([0, 4, 5])

    products = [block @ block.T for block in (r.dense(0, 3) for r in (both, both.one, both.other))]

    assert both.height == 3
    assert products[0] == pytest.approx((products[1] + products[2]) / 2, abs=1e-5)
