"""What one worker process holds for its life: a loop, a runtime, its active runs, its sweeper.

Tasks are shells around ``WorkerProcess.work``. The runtime is opened when it is first needed, and
tried again when that failed, so a worker may start before its database does.
"""

import asyncio
import logging
import os
import signal
import socket
import threading
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack
from typing import NamedTuple, NoReturn
from uuid import UUID, uuid4

from core.errors import BrokerUnavailable, Unavailable
from core.settings import Settings
from graphs.running import RunControl
from graphs.runtime import Runtime, open_runtime
from storage.sweeping import beat_worker, forget_finished_threads, queue_recalibrations
from worker.app import database_url
from worker.dispatch import Dispatcher
from worker.driving import drive
from worker.loop import LoopThread
from worker.sweeper import sweep

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
"""How long a run may take to reach its next step before it is stopped inside one."""

SWEEPS_PER_TIDYING = 60
"""What finished runs leave behind does no harm for some minutes."""


class Ring(NamedTuple):
    """What a ring says: whose job, and which."""

    tenant_id: UUID
    job_id: UUID


class WorkerProcess:
    """Does jobs for every thread of the process, on one loop."""

    def __init__(self, settings: Settings) -> None:
        self.pid = os.getpid()
        self.name = f"{socket.gethostname()}:{self.pid}:{uuid4().hex[:8]}"
        self._settings = settings
        self._loop = LoopThread("quaestor-worker")
        self._dispatcher = Dispatcher(settings)
        self._resources = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._runtime: Runtime | None = None
        self._sweeping: asyncio.Task[NoReturn] | None = None
        self._active: dict[asyncio.Task[None], tuple[Ring, RunControl]] = {}
        self._left_over: set[Ring] = set()
        self._draining = False
        self.failed = False
        """Whether it ends because it could not do its work, rather than because it was asked."""

    def start(self) -> None:
        """Begin to sweep and to show signs of life."""
        self._loop.run(self._start())

    def work(self, tenant_id: UUID, job_id: UUID) -> None:
        """Do one job, or leave it to others; the calling thread waits."""
        try:
            self._loop.run(self._work(Ring(tenant_id, job_id)))
        except CancelledError:
            logger.info("run stopped inside a step", extra={"job_id": job_id})

    def drain(self) -> None:
        """Ask every run to stop at its next step; safe in a signal handler."""
        self._loop.submit(self._drain())

    def close(self) -> None:
        """Ring for what was left over, and let go of everything; no thread works any more."""
        self._loop.run(self._close())
        self._loop.stop()

    async def _start(self) -> None:
        self._sweeping = asyncio.create_task(self._keep_sweeping())
        self._sweeping.add_done_callback(self._die_with)

    async def _keep_sweeping(self) -> NoReturn:
        sweeps = 0
        while True:
            try:
                await self._sweep()
                if sweeps % SWEEPS_PER_TIDYING == 0:
                    await self._tidy()
            except Unavailable as error:
                logger.warning("sweep skipped", extra={"code": error.code})
            sweeps += 1
            await asyncio.sleep(self._settings.sweep_seconds)

    async def _sweep(self) -> None:
        database = (await self._open()).database
        await beat_worker(database, self.name)
        await sweep(
            database,
            self._dispatcher,
            forgotten_seconds=self._settings.sweep_seconds,
            free_threads=self._settings.worker_threads - len(self._active),
        )

    async def _tidy(self) -> None:
        database = (await self._open()).database
        forgotten = await forget_finished_threads(database)
        if forgotten:
            logger.info("checkpoints of finished runs deleted", extra={"runs": forgotten})
        if self._settings.recalibrate_hours:
            await queue_recalibrations(
                database, self._settings.recalibrate_hours, self._settings.max_attempts
            )

    async def _work(self, ring: Ring) -> None:
        try:
            runtime = await self._open()
        except Unavailable as error:
            logger.warning("job left to the sweeper", extra={"code": error.code})
            return
        if self._draining:
            self._left_over.add(ring)
        else:
            await self._drive(runtime, ring)

    async def _drive(self, runtime: Runtime, ring: Ring) -> None:
        control = RunControl()
        driving = asyncio.create_task(drive(runtime, *ring, owner=self.name, control=control))
        self._active[driving] = (ring, control)
        try:
            await driving
        finally:
            del self._active[driving]

    async def _open(self) -> Runtime:
        async with self._opening:
            if self._runtime is None:
                self._runtime = await self._resources.enter_async_context(
                    open_runtime(self._settings, database_url=database_url(self._settings))
                )
            return self._runtime

    async def _drain(self) -> None:
        self._draining = True
        for ring, control in self._active.values():
            self._left_over.add(ring)
            control.request_drain()
        asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._stop_active)

    def _stop_active(self) -> None:
        for task in self._active:
            task.cancel()

    async def _close(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        try:
            for ring in self._left_over:
                await self._dispatcher.ring(*ring)
        except BrokerUnavailable as error:
            logger.warning("jobs left to other sweepers", extra={"code": error.code})
        await self._resources.aclose()
        await self._dispatcher.close()

    def _die_with(self, sweeping: asyncio.Task[NoReturn]) -> None:
        """A worker that cannot sweep must not look alive: end it in order, and say why."""
        if not sweeping.cancelled():
            logger.critical("sweeper failed", exc_info=sweeping.exception())
            self.failed = True
            os.kill(self.pid, signal.SIGTERM)


_current: WorkerProcess | None = None
_making = threading.RLock()
"""Reentrant, because a signal handler asks for the process too."""


def current_process() -> WorkerProcess:
    """The worker of this process: made at first use, and anew after a fork."""
    global _current
    with _making:
        if _current is None or _current.pid != os.getpid():
            _current = WorkerProcess(Settings())
        return _current
