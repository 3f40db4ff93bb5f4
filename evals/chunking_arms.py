"""What is compared in cutting: our cuts and the installed peers, each with its chunks' places."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from evals import peers
from evals.chunking_data import Text
from evals.chunking_ranking import Chunks
from evals.peers import Embed, Peer
from tools.cuts import Cut, Material, cut_into
from tools.layout import SizeBand

TOLERANCE = 0.005
"""Share of the chunks by which an arm may miss the default's number."""

Arm = Callable[[Text, Material, int, SizeBand], list[range]]
"""About so many chunks of a text, in order: characters of the text."""


def arms(cuts: Mapping[str, Cut], others: Mapping[str, Peer], embed: Embed) -> dict[str, Arm]:
    """By name, the default first."""
    ours: dict[str, Arm] = {name: _ours(cut) for name, cut in cuts.items()}
    return ours | {name: _theirs(peer, embed) for name, peer in others.items()}


def cut_all(
    arm: Arm,
    texts: Sequence[Text],
    materials: Sequence[Material],
    counts: Sequence[int],
    band: SizeBand,
) -> Chunks:
    """The chunks of all texts, in one line."""
    places: list[range] = []
    documents: list[str] = []
    said: list[str] = []
    for text, material, count in zip(texts, materials, counts, strict=True):
        for chunk in arm(text, material, count, band):
            places.append(range(text.offset + chunk.start, text.offset + chunk.stop))
            documents.append(text.id)
            said.append(text.text[chunk.start : chunk.stop])
    return Chunks(tuple(places), tuple(documents), tuple(said))


def _ours(cut: Cut) -> Arm:
    def chunks(text: Text, material: Material, count: int, band: SizeBand) -> list[range]:
        starts = cut_into(cut, material, count, band.maximum, tolerance=TOLERANCE)
        units = text.units
        return [
            range(units[first].start, units[stop - 1].end)
            for first, stop in pairwise([*starts, len(units)])
        ]

    return chunks


def _theirs(peer: Peer, embed: Embed) -> Arm:
    def chunks(text: Text, material: Material, count: int, band: SizeBand) -> list[range]:
        cut = peers.character_cut(peer, text.text, embed)
        starts = cut_into(cut, material, count, band.maximum, tolerance=TOLERANCE)
        return [
            range(start, start + len(text.text[start:stop].rstrip()))
            for start, stop in pairwise([*starts, len(text.text)])
        ]

    return chunks
