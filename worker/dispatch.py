"""Ringing the doorbell: a job's ids to whichever worker hears them first.

A ring may be lost or doubled without harm: the sweeper rings again, and a claim is one UPDATE. It
sends by task name, so whoever rings never imports the work.
"""

import asyncio
from uuid import UUID

import psycopg
from kombu.exceptions import OperationalError

from core.errors import BrokerUnavailable
from core.settings import Settings
from worker.app import BUILD_TASK, celery_app

MAX_CONNECTIONS = 2
"""To the broker. Rings are short; more of them wait their turn."""


class Dispatcher:
    """Rings for jobs that are committed; one per process, safe from any task."""

    def __init__(self, settings: Settings) -> None:
        self._app = celery_app(settings)
        # A pool of its own: those of Celery are shared by every app of the process.
        connection = self._app.connection_for_write()
        self._connections = connection.Pool(limit=MAX_CONNECTIONS)
        self._failures: tuple[type[BaseException], ...] = (
            OperationalError,
            psycopg.Error,
            *connection.channel_errors,
        )

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Tell the workers about a job. Raises BrokerUnavailable within a few seconds, whether the
        broker is away or refuses; the job waits for a sweeper then."""
        await asyncio.to_thread(self._publish, tenant_id, job_id)

    async def check(self) -> None:
        """Raises BrokerUnavailable unless the broker knows, or accepts, the queue."""
        await asyncio.to_thread(self._declare)

    async def close(self) -> None:
        """Give the broker connections back; the dispatcher cannot ring any more."""
        await asyncio.to_thread(self._connections.force_close_all)

    def _declare(self) -> None:
        queue = self._app.amqp.queues[self._app.conf.task_default_queue]
        try:
            with self._connections.acquire(block=True) as connection:
                queue(connection.default_channel).declare()
        except self._failures as error:
            raise BrokerUnavailable from error

    def _publish(self, tenant_id: UUID, job_id: UUID) -> None:
        ids = (str(tenant_id), str(job_id))
        try:
            with self._connections.acquire(block=True) as connection:
                self._app.send_task(BUILD_TASK, args=ids, connection=connection)
        except self._failures as error:
            raise BrokerUnavailable from error
