"""Ringing again for jobs whose ring was lost, whose retry is due, or whose worker fell silent.

A sweeper rings for about as many jobs as its process could start at once, not for all that wait:
a long queue is no sign of a lost ring, but an idle worker beside waiting jobs is.
"""

import logging

from storage.database import Database
from storage.sweeping import due_jobs, mark_rung
from worker.dispatch import Dispatcher

logger = logging.getLogger(__name__)

RINGS_PER_FREE_THREAD = 4
"""Short jobs end long before the next sweep; these keep a thread busy until then."""


async def sweep(
    database: Database, dispatcher: Dispatcher, *, forgotten_seconds: float, free_threads: int
) -> None:
    """Ring for due jobs, the longest waiting first. Raises Unavailable.

    A job is marked before it is rung, so that two sweepers seldom ring for the same one; if its
    ring then fails, its turn comes again.
    """
    if free_threads <= 0:
        return
    due = await due_jobs(database, forgotten_seconds, limit=free_threads * RINGS_PER_FREE_THREAD)
    await mark_rung(database, due)
    for job in due:
        await dispatcher.ring(job.tenant_id, job.job_id)
    if due:
        logger.info("jobs rung again", extra={"jobs": len(due)})
