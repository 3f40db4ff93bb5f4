"""Integrity reviewer: what a chunk lacks for a reader who sees nothing else."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.document import Unit
from core.schemas.memory import Insertion, Review
from core.schemas.outline import Chunk


class Reviewer(Protocol):
    """Judges whether a chunk can be understood alone."""

    async def review(
        self, title: str, units: Sequence[Unit], chunk: Chunk, inserted: Sequence[Insertion] = ()
    ) -> Review:
        """Gaps of the chunk, each with its surface form in it and evidence units outside it.

        ``inserted`` is what an earlier round put in front of it: what it says is no longer missing.
        """
        ...
