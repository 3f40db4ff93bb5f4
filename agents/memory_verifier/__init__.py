"""Memory verifier: whether what the completer added is stated where it says it is."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.document import Unit
from core.schemas.memory import Insertion, InsertionVerdict
from core.schemas.outline import Chunk


class MemoryVerifier(Protocol):
    """Judges insertions; fails closed: whatever it cannot confirm is reverted."""

    async def verify(
        self, units: Sequence[Unit], chunk: Chunk, insertions: Sequence[Insertion]
    ) -> tuple[InsertionVerdict, ...]:
        """One verdict per insertion, in order."""
        ...
