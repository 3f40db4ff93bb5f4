"""Segmenter: where a document may be cut so that each chunk holds one topic."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.document import Unit
from core.schemas.outline import Outline, Partition


class Segmenter(Protocol):
    """Judges where topics change."""

    async def segment(self, units: Sequence[Unit], outline: Outline) -> tuple[Partition, ...]:
        """Candidate cuts, the default first. Each starts at unit 0, ascends, and keeps every chunk
        under the size bound (a single longer unit stands alone)."""
        ...
