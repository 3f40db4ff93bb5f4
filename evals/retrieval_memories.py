"""Texts of a data set as the memories that the product would make of them.

Loaded, outlined, cut and described by the local engine's own code; nothing is completed and no
doubtful question settled, for neither is what a ranking is measured on.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from agents.outliner.local import LocalOutliner
from agents.segmenter.local import LocalSegmenter
from core.errors import EmptyDocument, EmptyExtraction
from core.ids import content_id, sha256_of
from core.schemas.document import Document, LoadedDocument, Source, Unit, Version
from core.schemas.memory import Memory
from core.schemas.outline import Partition
from graphs.building.memories import Cut, assemble_memories, describe
from tools.loaders import LoadLimits, load
from tools.partitions import choose_partition, chunks_of

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(principal="eval", origin="eval")


class Text(NamedTuple):
    """One document of a data set."""

    id: str
    title: str
    text: str
    starts: tuple[int, ...] = ()
    """Where its pieces are given to start; without any, the product cuts."""


class Piece(NamedTuple):
    """A range of a document's text, as its file has it."""

    text_id: str
    start: int
    end: int


class Placed(NamedTuple):
    """A memory, and where it stands in the file's text, which loading may have changed."""

    memory: Memory
    piece: Piece


async def memories_of(text: Text) -> list[Placed]:
    """In order; none where the text holds no word."""
    try:
        loaded = load(text.text.encode(), "document.txt", LoadLimits())
    except (EmptyDocument, EmptyExtraction):
        return []
    units = loaded.units
    outline = await LocalOutliner().outline(text.title, units)
    places = locate(units, text.text)
    if text.starts:
        partition = Partition(name="given", starts=_given(text.starts, places))
    else:
        partition = choose_partition(await LocalSegmenter().segment(units, outline))
    cut = Cut(
        document=_document(text),
        version=_version(text, loaded),
        title=text.title,
        text=loaded.text,
        units=units,
        outline=outline,
        chunks=chunks_of(partition, outline, len(units)),
        insertions=(),
    )
    return [
        Placed(memory, _piece(text.id, places[memory.unit_first : memory.unit_stop]))
        for memory in assemble_memories(cut, describe(cut))
    ]


def locate(units: Sequence[Unit], original: str) -> list[tuple[int, int]]:
    """Where each unit stands in the text that was loaded: the same letters, whatever the spaces.

    A unit that is not found there has no length, where the one before it ends.
    """
    at = [place for place, character in enumerate(original) if not character.isspace()]
    squeezed = "".join(original[place] for place in at)
    places: list[tuple[int, int]] = []
    cursor = 0
    for unit in units:
        letters = "".join(unit.text.split())
        found = squeezed.find(letters, cursor)
        if found < 0:
            end = places[-1][1] if places else 0
            places.append((end, end))
            continue
        cursor = found + len(letters)
        places.append((at[found], at[cursor - 1] + 1))
    return places


def _given(starts: Sequence[int], places: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The first unit at or after each start."""
    begins = [start for start, _ in places]
    firsts = {bisect_left(begins, start) for start in starts}
    return tuple(sorted({0, *(first for first in firsts if first < len(places))}))


def _piece(text_id: str, places: Sequence[tuple[int, int]]) -> Piece:
    return Piece(text_id, places[0][0], max(end for _, end in places))


def _document(text: Text) -> Document:
    return Document(
        id=_id("document", text),
        external_id=text.id,
        title=text.title,
        collection="default",
        source=SOURCE,
        active_version_id=None,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def _version(text: Text, loaded: LoadedDocument) -> Version:
    return Version(
        id=_id("version", text),
        document_id=_id("document", text),
        number=1,
        content_sha256=sha256_of(text.text),
        filename="document.txt",
        size=len(text.text),
        source=SOURCE,
        collection="default",
        title=text.title,
        status="active",
        hidden=loaded.hidden,
        batch=_id("batch", text),
        created_at=MOMENT,
    )


def _id(kind: str, text: Text) -> UUID:
    return content_id(kind, text.id)
