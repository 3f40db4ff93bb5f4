"""Ringing the doorbell: a job's ids to whichever worker hears them first.

A ring may be lost or doubled without harm: the sweeper rings again, and a claim is one UPDATE. It
sends by task name, so whoever rings never imports the work.
"""

import asyncio
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError

from core.errors import BrokerUnavailable
from core.settings import Settings
from worker.app import BUILD_TASK, celery_app


class Dispatcher:
    """Rings for jobs that are committed; one per process, safe from any task."""

    def __init__(self, settings: Settings) -> None:
        self._app: Celery = celery_app(settings)

    async def ring(self, tenant_id: UUID, job_id: UUID) -> None:
        """Tell the workers about a job. Raises BrokerUnavailable within a few seconds."""
        await asyncio.to_thread(self._publish, tenant_id, job_id)

    async def close(self) -> None:
        """Give the broker connections back."""
        await asyncio.to_thread(self._hang_up)

    def _publish(self, tenant_id: UUID, job_id: UUID) -> None:
        try:
            self._app.send_task(BUILD_TASK, args=(str(tenant_id), str(job_id)))
        except OperationalError as error:
            raise BrokerUnavailable from error

    def _hang_up(self) -> None:
        self._app.producer_pool.force_close_all()  # type: ignore[attr-defined]  # stubs lack it
        self._app.pool.force_close_all()  # type: ignore[attr-defined]
        self._app.close()
