"""Texts taken as far as completion by the local engine's own agents and the graph's own rounds."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agents.completer.local import LocalCompleter
from agents.memory_verifier.local import LocalMemoryVerifier
from agents.outliner.local import LocalOutliner
from agents.reviewer.local import LocalReviewer
from agents.segmenter.local import LocalSegmenter
from core.completing import sound_review
from core.errors import EmptyDocument, EmptyExtraction, NotFound
from core.schemas.document import Unit
from core.schemas.memory import Gap, Insertion, Rejection
from core.schemas.outline import Chunk
from core.settings import Settings
from core.spans import span_of_units
from evals.data import read_rows
from graphs.building.completing import complete_all, review_all, verify_all
from tools.loaders import LoadLimits, load
from tools.partitions import choose_partition, chunks_of

FILES = (
    "chunking_eval.docs",
    "covidqa.docs",
    "cranfield.docs",
    "docs_books",
    "docs_peps",
    "financebench.docs",
    "graphrag_medical.docs",
    "leval7.docs",
    "locomo.docs",
    "multihop_2wiki101.docs",
    "multihop_hotpot100.docs",
    "multihop_hotpot24_cognee.docs",
    "multihop_musique100.docs",
    "poison_tesla_docs",
    "pubmedqa.docs",
    "qmsum.docs",
    "squad_articles.docs",
    "tulving20.docs",
)
"""Every public file of whole documents."""


class Source(NamedTuple):
    """One document as its file has it."""

    file: str
    id: str
    title: str
    text: str


class Completed(NamedTuple):
    """A document after the last round."""

    source: Source
    text: str
    """Normalised; spans refer to it."""
    units: tuple[Unit, ...]
    chunks: tuple[Chunk, ...]
    gaps: tuple[Gap, ...]
    """Raised in any round, and in the first review where no completion was needed."""
    insertions: tuple[Insertion, ...]
    rejections: tuple[Rejection, ...]

    def original(self, chunk: Chunk) -> str:
        """What is quoted of a chunk."""
        return span_of_units(self.units, chunk.first, chunk.stop).of(self.text)

    def inserted(self, chunk: Chunk) -> list[Insertion]:
        """What stands in front of a chunk."""
        return [insertion for insertion in self.insertions if insertion.chunk == chunk.index]


def sources(data: Path, part: str, files: tuple[str, ...] = FILES) -> Iterator[Source]:
    """Documents of every file that is there, in order."""
    for file in files:
        try:
            for row in read_rows(data, file, part):
                yield Source(file, row["doc_id"], row.get("title") or row["doc_id"], row["text"])
        except NotFound:
            continue


class Building:
    """The local agents, in the settings of the environment."""

    def __init__(self, settings: Settings) -> None:
        self._rounds = settings.max_review_rounds
        self._outliner = LocalOutliner()
        self._segmenter = LocalSegmenter(
            target_characters=settings.chunk_target_characters,
            max_characters=settings.chunk_max_characters,
        )
        self._reviewer = LocalReviewer()
        self._completer = LocalCompleter()
        self._verifier = LocalMemoryVerifier()

    async def complete(self, source: Source) -> Completed | None:
        """The document with its insertions; None where there is no word in it."""
        try:
            loaded = load(source.text.encode(), "document.txt", LoadLimits())
        except (EmptyDocument, EmptyExtraction):
            return None
        outline = await self._outliner.outline(source.title, loaded.units)
        partition = choose_partition(await self._segmenter.segment(loaded.units, outline))
        chunks = chunks_of(partition, outline, len(loaded.units))
        return await self._completed(source, loaded.text, loaded.units, chunks)

    async def _completed(
        self, source: Source, text: str, units: tuple[Unit, ...], chunks: tuple[Chunk, ...]
    ) -> Completed:
        gaps = [gap for chunk in chunks for gap in await self._first_gaps(source, units, chunk)]
        insertions: list[Insertion] = []
        rejections: list[Rejection] = []
        waiting = chunks
        for _ in range(self._rounds):
            settled = {insertion.gap_id for insertion in insertions}
            settled |= {rejection.gap_id for rejection in rejections}
            reviews = await review_all(
                self._reviewer, source.title, units, waiting, insertions, settled
            )
            gaps += [gap for review in reviews for gap in review.gaps if gap not in gaps]
            completions = await complete_all(self._completer, units, chunks, reviews)
            verified = await verify_all(self._verifier, units, chunks, completions, insertions)
            insertions += verified.accepted
            rejections += [one for completion in completions for one in completion.rejections]
            rejections += verified.reverted
            again = {completion.chunk for completion in completions if completion.insertions}
            waiting = tuple(chunk for chunk in chunks if chunk.index in again)
        return Completed(
            source, text, units, chunks, tuple(gaps), tuple(insertions), tuple(rejections)
        )

    async def _first_gaps(
        self, source: Source, units: tuple[Unit, ...], chunk: Chunk
    ) -> tuple[Gap, ...]:
        said = await self._reviewer.review(source.title, units, chunk)
        return sound_review(said, units, chunk).gaps
