"""The Celery tasks and the life of their process: sync shells, nothing else.

Only a worker imports this module; whoever wants work done rings through ``worker.dispatch``.
"""

import logging
from uuid import UUID

from celery import shared_task
from celery.exceptions import WorkerShutdown
from celery.signals import setup_logging, worker_ready, worker_shutdown, worker_shutting_down

from core.logs import configure_logging
from core.settings import Settings
from worker.app import JOB_TASK
from worker.process import current_process


@shared_task(name=JOB_TASK)
def do(tenant_id: str, job_id: str) -> None:
    """Do one job, of whatever kind its row says."""
    current_process().work(UUID(tenant_id), UUID(job_id))


@setup_logging.connect
def _log(**_: object) -> None:
    configure_logging(Settings().log_level)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # every ring, twice, is no news


@worker_ready.connect
def _start(**_: object) -> None:
    current_process().start()


@worker_shutting_down.connect
def _drain(how: str, **_: object) -> None:
    process = current_process()
    process.drain()
    if how == "Warm":
        # Celery would look for its stop flag only after two polls of two seconds each.
        raise WorkerShutdown(int(process.failed))


@worker_shutdown.connect
def _close(**_: object) -> None:
    current_process().close()
