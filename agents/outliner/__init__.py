"""Outliner: which questions a document answers, and over which units."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.document import Unit
from core.schemas.outline import Outline


class Outliner(Protocol):
    """Judges what a document is about, in order."""

    async def outline(self, title: str, units: Sequence[Unit]) -> Outline:
        """The parts of the document; together they tile its units. At least one part."""
        ...
