"""Runs one instance: Postgres, the API and a worker, from the first start to the last stop.

It owns the order of things, and starts again what crashes; what the processes do it leaves to
them. Everything they need reaches them through their environment.
"""

import asyncio
import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import httpx
from pydantic import SecretStr

from cli.children import Child
from cli.failures import CommandFailed
from cli.instance import Instance
from cli.migrating import migrate_as_set
from core.errors import StorageUnavailable, Unauthorized
from core.settings import Settings
from storage.database import Database, open_database
from storage.embedded import EmbeddedPostgres, usable_data_dir
from storage.migrating import migrate
from storage.sweeping import live_workers
from storage.tenants import create_key, create_tenant, tenant_of_key
from worker.app import worker_command

TENANT = "default"
READY_SECONDS = 120.0
API_STOP_SECONDS = 5.0
WORKER_STOP_SECONDS = 20.0
"""Runs hand themselves back at their next step; this is for the longest step."""
TEND_SECONDS = 0.5
POSTGRES_CHECK_SECONDS = 1.0

SPARING = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""Makes glibc give back what threads free; a heap for each of them keeps some 80 MB otherwise."""

Report = Callable[[str, float], None]
"""Is told what happened, and how many seconds after the start."""


class Stopped(CommandFailed):
    """Somebody asked for a stop before the instance was ready."""


class DatabaseServer(Protocol):
    """A Postgres that the supervisor keeps running."""

    def is_ready(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Supervisor:
    """One instance; ``stop`` may be called from a signal handler."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self.instance = Instance(settings.data_dir.expanduser().resolve())
        self._settings = settings
        self._report_line = report
        self._clock = time.monotonic()
        self._timings: dict[str, float] = {}
        self._asked_to_stop = threading.Event()
        self._may_interrupt = False
        self._children: list[Child] = []
        self._database_dir: Path | None = None
        """None: the database is not ours."""

    def stop(self) -> None:
        """Ask for a stop in order; asked a second time, end the processes at once.

        Raises Stopped into a wait for Postgres, which may be long.
        """
        if self._asked_to_stop.is_set():
            for child in self._children:
                child.kill()
        self._asked_to_stop.set()
        self._interrupt()

    def run(self, on_ready: Callable[[dict[str, object]], None]) -> None:
        """Start everything, keep it running until asked to stop, and stop it in order."""
        self.instance.logs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(self._alone())
            stack.callback(self._tell, "stopped")
            database_url, server = self._start_database(stack)
            asyncio.run(self._ensure_key(database_url))
            listener = stack.enter_context(self._listen())
            self._start_children(stack, database_url, listener)
            self._await_ready(database_url, listener)
            on_ready(self._write_state(stack, listener))
            self._keep_running(server)
            self._tell("stopping")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One supervisor per data directory."""
        with self.instance.lock_file.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                where = self.instance.state().get("url", "still starting")
                raise CommandFailed(
                    f"an instance of {str(self.instance.data_dir)!r} runs already ({where})"
                ) from error
            yield

    def _start_database(self, stack: ExitStack) -> tuple[str, DatabaseServer | None]:
        """The URL of the application role; of our own Postgres when no other is set."""
        given = self._settings.database_url
        owner = self._settings.database_owner_url
        if given is not None:
            if owner is not None:
                migrate_as_set(self._settings, owner.get_secret_value())
            return given.get_secret_value(), None
        self._database_dir = usable_data_dir(self.instance.data_dir)
        server = EmbeddedPostgres(self._database_dir)
        stack.callback(_stop_server, server)
        with self._interruptible():
            server.start()
        self._step("postgres")
        migrate(server.owner_url, queue=self._settings.broker_url is None)
        self._step("tables")
        return server.app_url, server

    async def _ensure_key(self, database_url: str) -> None:
        """The default tenant, and a key for the CLI of this user."""
        async with open_database(database_url, pool_size=1) as database:
            if not await self._key_works(database):
                tenant_id = await create_tenant(database, TENANT)
                self.instance.write_key(await create_key(database, tenant_id, "cli"))

    async def _key_works(self, database: Database) -> bool:
        if not self.instance.key_file.exists():
            return False
        try:
            await tenant_of_key(database, self.instance.key_file.read_text().strip())
        except Unauthorized:
            return False
        return True

    def _listen(self) -> socket.socket:
        """The socket of the API; ours, so that it outlives a restart of the API."""
        address = (self._settings.host, self._settings.port)
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        try:
            return socket.create_server(address, family=family, backlog=512)
        except OSError as error:
            raise CommandFailed(
                f"cannot listen on {address[0]}:{address[1]}: {error.strerror}; "
                "choose another with --port, 0 for any free one"
            ) from error

    def _start_children(self, stack: ExitStack, database_url: str, listener: socket.socket) -> None:
        """The API and a worker; stopped in this order."""
        descriptor = listener.fileno()
        environment = self._environment(database_url)
        settings = self._settings.model_copy(update={"database_url": SecretStr(database_url)})
        api = Child(
            "api",
            [sys.executable, "-m", "api", "--fd", str(descriptor)],
            environment=environment,
            log=self.instance.logs / "api.log",
            inherited=[descriptor],
        )
        worker = Child(
            "worker",
            worker_command(settings),
            environment=environment,
            log=self.instance.logs / "worker.log",
        )
        self._children = [api, worker]
        # Called back in reverse order.
        stack.callback(worker.stop, WORKER_STOP_SECONDS)
        stack.callback(api.stop, API_STOP_SECONDS)
        for child in self._children:
            child.start()

    def _environment(self, database_url: str) -> dict[str, str]:
        """What the children are told; an environment that says how to use memory is obeyed."""
        return SPARING | {
            **os.environ,
            "QUAESTOR_DATABASE_URL": database_url,
            "QUAESTOR_DATA_DIR": str(self.instance.data_dir),
        }

    def _await_ready(self, database_url: str, listener: socket.socket) -> None:
        with httpx.Client(trust_env=False, timeout=2.0) as http:
            url = f"{_url(listener)}/readyz"
            self._await("api", lambda: _answers(http, url))
        self._await("worker", lambda: asyncio.run(_has_worker(database_url, self._since_start())))

    def _await(self, name: str, is_ready: Callable[[], bool]) -> None:
        while not is_ready():
            self._tend()
            if self._since_start() > READY_SECONDS:
                log = self.instance.logs / f"{name}.log"
                raise CommandFailed(f"{name} is not ready after {READY_SECONDS:.0f} s; see {log}")
            if self._asked_to_stop.wait(0.05):
                raise Stopped("stopped before it was ready")
        self._step(name)

    def _write_state(self, stack: ExitStack, listener: socket.socket) -> dict[str, object]:
        state: dict[str, object] = {
            "pid": os.getpid(),
            "url": _url(listener),
            "data_dir": str(self.instance.data_dir),
            "database_dir": str(self._database_dir) if self._database_dir else None,
            "ready_seconds": self._since_start(),
            "timings": self._timings,
        }
        self.instance.write_state(state)
        stack.callback(self.instance.state_file.unlink, missing_ok=True)
        return state

    def _keep_running(self, server: DatabaseServer | None) -> None:
        checked = time.monotonic()
        while not self._asked_to_stop.wait(TEND_SECONDS):
            self._tend()
            if server is not None and time.monotonic() - checked > POSTGRES_CHECK_SECONDS:
                self._tend_postgres(server)
                checked = time.monotonic()

    def _tend(self) -> None:
        for child in self._children:
            if (news := child.tend()) is not None:
                self._tell(news)

    def _tend_postgres(self, server: DatabaseServer) -> None:
        with suppress(Stopped), self._interruptible():
            if server.is_ready():
                return
            self._tell("postgres is gone, starting it again")
            try:
                server.start()
            except StorageUnavailable as error:
                self._tell(f"postgres does not start: {error.detail}")
            else:
                self._tell("postgres is back")

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """A stop that is asked for inside the block, by a signal, ends it with Stopped."""
        self._may_interrupt = True
        try:
            if self._asked_to_stop.is_set():
                self._interrupt()
            yield
        finally:
            self._may_interrupt = False

    def _interrupt(self) -> None:
        if self._may_interrupt:
            self._may_interrupt = False
            raise Stopped("stopped before it was ready")

    def _step(self, name: str) -> None:
        self._timings[name] = self._since_start()
        self._tell(f"{name} ready")
        if self._asked_to_stop.is_set():
            raise Stopped("stopped before it was ready")

    def _tell(self, line: str) -> None:
        self._report_line(line, self._since_start())

    def _since_start(self) -> float:
        return time.monotonic() - self._clock


def _stop_server(server: DatabaseServer) -> None:
    """Stop it; one that died while it was being stopped has nothing left to stop the next time."""
    try:
        server.stop()
    except StorageUnavailable:
        server.stop()


def _url(listener: socket.socket) -> str:
    """Where a client on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _answers(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except httpx.TransportError:
        return False


async def _has_worker(database_url: str, within_seconds: float) -> bool:
    async with open_database(database_url, pool_size=1) as database:
        return bool(await live_workers(database, within_seconds))
