"""The repositories in dictionaries: for tests and experiments without a database.

They keep the promises of ``storage.protocols`` within one event loop, and nothing after it.
"""

from uuid import UUID

from storage.in_memory.audits import InMemoryAudits
from storage.in_memory.documents import InMemoryDocuments
from storage.in_memory.jobs import InMemoryJobs
from storage.in_memory.memories import InMemoryMemories
from storage.in_memory.network import InMemoryNetwork
from storage.in_memory.runs import InMemoryRuns
from storage.in_memory.shelf import Shelf
from storage.in_memory.thresholds import InMemoryThresholds
from storage.protocols import Repositories


class InMemoryStorage:
    """What all tenants keep, one shelf each."""

    def __init__(self) -> None:
        self._shelves: dict[UUID, Shelf] = {}

    def repositories(self, tenant_id: UUID, *, max_attempts: int = 5) -> Repositories:
        """The repositories of one tenant; asked again, they hold what was put in before."""
        shelf = self._shelves.setdefault(tenant_id, Shelf(tenant_id))
        return Repositories(
            documents=InMemoryDocuments(shelf, max_attempts=max_attempts),
            memories=InMemoryMemories(shelf),
            network=InMemoryNetwork(shelf),
            jobs=InMemoryJobs(shelf),
            runs=InMemoryRuns(shelf),
            audits=InMemoryAudits(shelf, max_attempts=max_attempts),
            thresholds=InMemoryThresholds(shelf),
        )
