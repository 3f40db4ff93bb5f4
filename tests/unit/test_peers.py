"""Other people's splitters: their pieces stand exactly where they were cut from the text."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schemas.document import Unit
from evals import peers
from evals.peers import PEERS, Peer, blocking, character_cut, first_characters, installed
from evals.segmentation_data import Piece, lay_out
from tests.builders import HashingEncoder
from tools.cuts import Material, cut_into
from tools.layout import SizeBand
from tools.rows import DenseRows
from tools.tfidf import unit_vectors

TOPICS = ("The seal of the pump is rubber.", "An invoice is paid in May.", "Roses need sun!")
SENTENCES = [sentence for topic in TOPICS for sentence in [topic] * 6]
TEXT = "\n\n".join("  ".join(SENTENCES[at : at + 3]) for at in range(0, len(SENTENCES), 3))


def material(units: tuple[Unit, ...]) -> Material:
    texts = [unit.text for unit in units]
    return Material(
        units, unit_vectors(texts), DenseRows(asyncio.run(HashingEncoder().encode(texts)))
    )


@given(st.lists(st.text(st.sampled_from("ab.\u00e9 \n\t"), min_size=1), min_size=1), st.data())
def test_pieces_of_a_text_are_found_by_counting(pieces: list[str], data: st.DataObject) -> None:
    """Whatever white space a splitter drops or adds, and however often a piece occurs."""
    spaces = st.sampled_from(["", " ", "\n"])
    given_back = [data.draw(spaces) + piece.strip() + data.draw(spaces) for piece in pieces]

    starts = first_characters("".join(pieces), given_back)

    offsets = [sum(map(len, pieces[:at])) for at in range(len(pieces))]
    assert list(starts) == [
        offset + len(piece) - len(piece.lstrip())
        for offset, piece in zip(offsets, pieces, strict=True)
        if piece.strip()
    ]


@pytest.mark.parametrize(
    "pieces", [["The pump"], ["The pump is new.", "new."], ["The pomp is new."]]
)
def test_pieces_that_are_not_the_text_are_an_error(pieces: list[str]) -> None:
    with pytest.raises(ValueError, match="not the text"):
        first_characters("The pump is new.", pieces)


def test_a_peer_among_units_begins_chunks_at_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A piece that begins in the middle of a unit has to begin before or after it."""
    units = lay_out([Piece("First one."), Piece("Second."), Piece("Third.")])
    cut_at = Peer("re", lambda text, band, embed: [text[:13], text[13:22], text[22:]])
    monkeypatch.setattr(peers, "installed", lambda: {"ours": cut_at})

    cut = peers.unit_cuts(blocking(HashingEncoder()))["ours"]

    assert cut(material(units), SizeBand(10, 20)) == (0, 1, 2)


def test_an_encoder_can_be_waited_for_inside_a_running_loop() -> None:
    async def inside() -> int:
        return len(blocking(HashingEncoder())(["a", "b"]))

    assert asyncio.run(inside()) == 2


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_peer_tiles_the_text_in_about_as_many_chunks_as_asked_for(name: str) -> None:
    peer = installed().get(name)
    if peer is None:
        pytest.skip("the extra evals is not installed")
    cut = character_cut(peer, TEXT, blocking(HashingEncoder()))
    units = lay_out([Piece(sentence) for sentence in SENTENCES])

    starts = cut_into(cut, material(units), 3, 400)

    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert 2 <= len(starts) <= 4
    assert not any(TEXT[start].isspace() for start in starts)
    assert all(TEXT[:start].endswith((" ", "\n")) for start in starts[1:])
