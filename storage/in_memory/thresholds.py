"""Thresholds of collections in a dictionary."""

from core.schemas.audit import FittedThresholds, Thresholds
from core.schemas.job import Lease
from storage.in_memory.shelf import Shelf, now


class InMemoryThresholds:
    """The thresholds of one tenant."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def keep(
        self, collection: str, thresholds: Thresholds, lease: Lease | None = None
    ) -> None:
        """From now on these hold."""
        if lease is not None:
            self._shelf.held(lease)
        fitted = FittedThresholds(collection=collection, made_at=now(), thresholds=thresholds)
        self._shelf.thresholds[collection] = fitted

    async def of(self, collection: str) -> Thresholds | None:
        """Those that hold; None where none were fitted."""
        fitted = self._shelf.thresholds.get(collection)
        return None if fitted is None else fitted.thresholds

    async def list(self) -> tuple[FittedThresholds, ...]:
        """Those that hold, by collection."""
        return tuple(self._shelf.thresholds[name] for name in sorted(self._shelf.thresholds))
