"""Knowledge completer: which gaps to fill, and with which words of the document."""

from collections.abc import Sequence
from typing import Protocol

from core.schemas.document import Unit
from core.schemas.memory import Completion, Review
from core.schemas.outline import Chunk


class Completer(Protocol):
    """Judges the reviewer's gaps by three tests and proposes insertions."""

    async def complete(self, units: Sequence[Unit], chunk: Chunk, review: Review) -> Completion:
        """An insertion or a rejection for every gap; every insertion names its source units."""
        ...
