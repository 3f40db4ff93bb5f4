"""Ringing the doorbell: a job's ids to whichever worker hears them first.

A ring may be lost or doubled without harm: the sweeper rings again, and a claim is one UPDATE. It
sends by task name, so whoever rings never imports the work.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import psycopg
from kombu import Connection
from kombu.exceptions import OperationalError

from core.errors import BrokerUnavailable
from core.settings import Settings
from worker.app import JOB_TASK, celery_app

MAX_CONNECTIONS = 2
"""To the broker, each with a thread of its own. Rings are short; more of them wait their turn."""

PATIENCE_SECONDS = 6.0
"""How long a ring may take, its turn included, before the broker counts as away."""

CLOSE_SECONDS = 0.1
"""How long a broker may take to say goodbye."""


class Dispatcher:
    """Rings for jobs that are committed; one per process, safe from any task."""

    def __init__(self, settings: Settings) -> None:
        self._app = celery_app(settings)
        # Threads of its own: a broker that falls silent must not hold those of everybody.
        self._threads = ThreadPoolExecutor(MAX_CONNECTIONS, thread_name_prefix="doorbell")
        # A pool of its own: those of Celery are shared by every app of the process.
        connection = self._app.connection_for_write()
        self._connections = connection.Pool(limit=MAX_CONNECTIONS)
        self._failures: tuple[type[BaseException], ...] = (
            OperationalError,
            psycopg.Error,
            *connection.connection_errors,
            *connection.channel_errors,
        )

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Tell the workers about a job. Raises BrokerUnavailable within a few seconds, whether the
        broker is away, refuses or says nothing; the job waits for a sweeper then."""
        await self._in_time(lambda: self._publish(tenant_id, job_id))

    async def check(self) -> None:
        """Raises BrokerUnavailable unless the broker knows, or accepts, the queue."""
        await self._in_time(self._declare)

    async def close(self) -> None:
        """Give the broker connections back; the dispatcher cannot ring any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._connections.force_close_all)

    async def _in_time(self, work: Callable[[], None]) -> None:
        """Do it on a thread of the doorbell; one that has not begun in time never begins."""
        working = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            await asyncio.wait_for(working, PATIENCE_SECONDS)
        except TimeoutError as error:
            raise BrokerUnavailable("the message broker does not answer") from error

    def _declare(self) -> None:
        queue = self._app.amqp.queues[self._app.conf.task_default_queue]
        with self._connected() as connection:
            queue(connection.default_channel).declare()

    def _publish(self, tenant_id: UUID, job_id: UUID) -> None:
        ids = (str(tenant_id), str(job_id))
        with self._connected() as connection:
            self._app.send_task(JOB_TASK, args=ids, connection=connection)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection of the pool; there are as many as threads, so nobody waits for one."""
        with self._connections.acquire() as connection:
            try:
                yield connection
            except self._failures as error:
                # An answer that comes late must not be taken for that to the next question.
                connection.collect(CLOSE_SECONDS)
                raise BrokerUnavailable from error
