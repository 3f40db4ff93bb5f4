"""Other people's splitters on our data, each asked for chunks of a mean size, with our encoder.

They are the optional extra ``evals``. All hand back pieces of text; where those stand is told by
counting the characters that are not white space, never by searching: a text that occurs twice
would be found at its first place. A splitter that changes, drops or repeats one is an error.
"""

import asyncio
import importlib.util
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.cuts import Cut, Material
from tools.encoder import Encoder
from tools.layout import SizeBand

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to rows, from any thread, at once."""

Splitter = Callable[[str, SizeBand, Embed], list[str]]
"""The pieces of a text, in order, without overlap; of about the band's target in characters."""

MINIMUM_EVERY = 400
"""Characters for each of Chonkie's candidate boundaries; the search over sizes sets it right."""


class Peer(NamedTuple):
    """A splitter of another project."""

    module: str
    """What must be importable."""
    split: Splitter


def langchain_recursive(text: str, band: SizeBand, embed: Embed) -> list[str]:
    """Paragraphs, lines, words: the first separator that gives pieces below the size."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=band.target, chunk_overlap=0, strip_whitespace=False
    )
    return list(splitter.split_text(text))


def langchain_semantic(text: str, band: SizeBand, embed: Embed) -> list[str]:
    """The steepest turns between groups of three sentences; it knows no largest size."""
    from langchain_experimental.text_splitter import SemanticChunker

    class Embeddings:
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return list(embed(texts).tolist())

    wanted = max(1, round(len(text) / band.target))
    return list(SemanticChunker(Embeddings(), number_of_chunks=wanted).split_text(text))


def llamaindex_semantic(text: str, band: SizeBand, embed: Embed) -> list[str]:
    """The same idea with another tokenizer of sentences; it knows no largest size either."""
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.node_parser import SemanticSplitterNodeParser
    from llama_index.core.schema import Document

    class Embedding(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return list(embed([text])[0].tolist())

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return list(embed(texts).tolist())

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    parser = SemanticSplitterNodeParser(embed_model=Embedding(embed_batch_size=2048))
    turns = len(parser.sentence_splitter(text)) - 1
    cuts = min(turns, round(len(text) / band.target) - 1)
    # declared as whole percents, which would be 40 chunks a step: any number serves
    parser.breakpoint_percentile_threshold = 100 * (1 - cuts / max(1, turns))
    return [node.text for node in parser.get_nodes_from_documents([Document(text=text)])]


def chonkie_semantic(text: str, band: SizeBand, embed: Embed) -> list[str]:
    """The lowest valleys of a smoothed likeness; what is larger than allowed is packed anew."""
    from chonkie import SemanticChunker
    from chonkie.embeddings import BaseEmbeddings

    class Embeddings(BaseEmbeddings):
        def embed(self, text: str) -> Any:
            return embed([text])[0]

        def embed_batch(self, texts: list[str]) -> list[Any]:
            return list(embed(texts))

        @property
        def dimension(self) -> int:
            return len(embed([""])[0])

        def get_tokenizer(self) -> str:
            return "character"

    chunker = SemanticChunker(
        Embeddings(),
        threshold=min(0.999, MINIMUM_EVERY / band.target),
        chunk_size=band.maximum,
    )
    return [chunk.text for chunk in chunker.chunk(text)]


PEERS: Mapping[str, Peer] = {
    "langchain_recursive": Peer("langchain_text_splitters", langchain_recursive),
    "langchain_semantic": Peer("langchain_experimental", langchain_semantic),
    "chonkie_semantic": Peer("chonkie", chonkie_semantic),
    "llamaindex_semantic": Peer("llama_index", llamaindex_semantic),
}


def installed() -> dict[str, Peer]:
    """The peers that are here, in order."""
    return {name: peer for name, peer in PEERS.items() if importlib.util.find_spec(peer.module)}


def blocking(encoder: Encoder) -> Embed:
    """The encoder for callers that cannot wait, inside a running loop or not."""

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, encoder.encode(texts)).result()

    return embed


def character_cut(peer: Peer, text: str, embed: Embed) -> Cut:
    """A cut of this text whose chunks begin at characters, not at units."""
    return lambda _, band: first_characters(text, peer.split(text, band, embed))


def unit_cuts(embed: Embed) -> dict[str, Cut]:
    """The installed peers as cuts between units: a chunk begins at the unit nearest its start."""
    return {name: partial(_at_units, peer, embed) for name, peer in installed().items()}


def _at_units(peer: Peer, embed: Embed, of: Material, band: SizeBand) -> tuple[int, ...]:
    ends = list(accumulate(len(unit.text) + 1 for unit in of.units))
    starts = [0, *ends[:-1]]
    text = "\n".join(unit.text for unit in of.units)
    first = first_characters(text, peer.split(text, band, embed))
    return tuple(sorted({0, *(_nearest(starts, start) for start in first)}))


def _nearest(starts: Sequence[int], wanted: int) -> int:
    after = min(bisect_left(starts, wanted), len(starts) - 1)
    before = max(after - 1, 0)
    return min(before, after, key=lambda at: abs(starts[at] - wanted))


def first_characters(text: str, pieces: Sequence[str]) -> tuple[int, ...]:
    """Where each piece begins: at its first character that is not white space.

    Raises ValueError where the pieces are not the text, white space apart.
    """
    at = [place for place, character in enumerate(text) if not character.isspace()]
    letters = ["".join(piece.split()) for piece in pieces]
    if "".join(letters) != "".join(text.split()):
        raise ValueError("the pieces are not the text that was split")
    passed = [0, *accumulate(len(one) for one in letters if one)]
    return tuple(at[count] for count in passed[:-1])
