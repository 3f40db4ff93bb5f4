"""Opens what one tenant keeps in Postgres."""

from uuid import UUID

from storage.audits import PostgresAudits
from storage.database import Database
from storage.documents import PostgresDocuments
from storage.jobs import PostgresJobs
from storage.memories import PostgresMemories
from storage.network import PostgresNetwork
from storage.protocols import Repositories
from storage.runs import PostgresRuns
from storage.thresholds import PostgresThresholds


def open_repositories(
    database: Database, tenant_id: UUID, *, max_attempts: int = 5
) -> Repositories:
    """The repositories of one tenant; ``max_attempts`` is given to the jobs they create."""
    return Repositories(
        documents=PostgresDocuments(database, tenant_id, max_attempts=max_attempts),
        memories=PostgresMemories(database, tenant_id),
        network=PostgresNetwork(database, tenant_id),
        jobs=PostgresJobs(database, tenant_id),
        runs=PostgresRuns(database, tenant_id),
        audits=PostgresAudits(database, tenant_id, max_attempts=max_attempts),
        thresholds=PostgresThresholds(database, tenant_id),
    )
