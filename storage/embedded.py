"""The Postgres that comes with Quaestor: one cluster in the data directory, on a unix socket only.

Whoever calls ``start`` owns the server; everybody else only gets a URL. "Running" means that a
connection was answered, never that a process id exists. Another user of the machine is refused:
the socket asks the kernel who calls (peer) and maps only the user who started the server.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from core.errors import ConfigurationError, StorageUnavailable
from core.ids import sha256_of
from storage.binaries import (
    find_binaries,
    make_directory,
    make_server_directory,
    server_user,
    usable_data_dir,
)
from storage.cluster_settings import settings_files
from storage.processes import command_lines

__all__ = ["APP", "DATABASE", "OWNER", "EmbeddedPostgres", "usable_data_dir"]

SUPERUSER = "postgres"
OWNER = "quaestor_owner"
APP = "quaestor_app"
DATABASE = "quaestor"

_PORT = 5432
"""Only part of the socket's file name: nothing listens on TCP."""
_SOCKET = f".s.PGSQL.{_PORT}"
_LONGEST_SOCKET_PATH = 107
_START_SECONDS = 300
"""Crash recovery of a large database takes a while; giving up early would not make it faster."""
_ORPHAN_SECONDS = 60
_LOG_BYTES = 10_000_000


class EmbeddedPostgres:
    """Starts, recovers and stops the cluster below ``data_dir`` and makes its roles and database.

    ``fast`` gives up durability against power loss; it is for tests. All methods block.
    """

    def __init__(self, data_dir: Path, *, fast: bool = False) -> None:
        self._home = data_dir.resolve()
        self._cluster = self._home / "postgres"
        self._name = f"quaestor-{sha256_of(str(self._home))[:12]}"
        self._sockets = _socket_directory(self._home, self._name)
        self._fast = fast
        self.started = False
        """Whether this object launched the server; False when it was already running."""

    @property
    def superuser_url(self) -> str:
        """May do everything; only the manager and tests use it."""
        return self.url(SUPERUSER)

    @property
    def owner_url(self) -> str:
        """Owns the tables; migrations use it."""
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        """Owns nothing and cannot bypass row-level security; everything else uses it."""
        return self.url(APP)

    def url(self, role: str, database: str = DATABASE) -> str:
        """A libpq URL on the unix socket."""
        host = quote(str(self._sockets), safe="")
        return f"postgresql://{role}@/{database}?host={host}&port={_PORT}"

    def start(self) -> None:
        """Bring the server up, whatever state a crash left behind; no work when it is up.

        Raises ConfigurationError when it can never work here, StorageUnavailable otherwise.
        """
        self._refuse_foreign_cluster()
        with self._locked():
            self._await_settled()
            if not self.is_ready():
                self._launch()
                self.started = True
            try:
                self._provision()
            except psycopg.Error as exc:
                raise StorageUnavailable("Postgres runs but cannot be set up") from exc

    def stop(self) -> None:
        """Shut down in order, cutting open connections; no work when it is down."""
        if not self._home.is_dir():
            return
        with self._locked():
            if self._postmaster():
                self._run("pg_ctl", "-D", self._cluster, "-m", "fast", "-w", "-t", 60, "stop")
            self.started = False

    def is_ready(self) -> bool:
        """Whether our own cluster answers on our socket."""
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5) as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self._cluster

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One start or stop at a time, among all processes."""
        try:
            make_directory(self._home)
            lock = (self._home / "postgres.lock").open("w")
        except OSError as exc:
            raise ConfigurationError(f"the data directory cannot be written: {exc}") from exc
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _refuse_foreign_cluster(self) -> None:
        user = server_user()
        expected = user.pw_uid if user is not None else os.geteuid()
        if self._cluster.exists() and self._cluster.stat().st_uid != expected:
            raise ConfigurationError(
                f"the database in {str(self._home)!r} belongs to another user; "
                "set QUAESTOR_DATA_DIR to a directory of your own"
            )

    def _await_settled(self) -> None:
        """Wait while a living postmaster recovers or shuts down: until it answers or is gone."""
        deadline = time.monotonic() + _START_SECONDS
        while self._postmaster() and not self.is_ready():
            if time.monotonic() > deadline:
                raise StorageUnavailable("Postgres runs but does not answer")
            time.sleep(0.05)

    def _launch(self) -> None:
        make_server_directory(self._sockets)
        if not self._cluster.exists():
            self._initialise()
        self._configure()
        self._clear_stale()
        log = self._cluster / "server.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        self._run("pg_ctl", "-D", self._cluster, "-l", log, "-w", "-t", _START_SECONDS, "start")

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there, so that half a one never counts."""
        unfinished = self._home / "postgres.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        make_server_directory(unfinished)
        encoding = ("-E", "UTF8", "--locale=C.UTF-8")
        quick = ("--no-sync", "--no-instructions", "--auth=peer")
        self._run("initdb", "-D", unfinished, "-U", SUPERUSER, *encoding, *quick)
        unfinished.rename(self._cluster)

    def _configure(self) -> None:
        """Write every file of settings anew: the data directory may have moved."""
        written = settings_files(
            name=self._name,
            sockets=self._sockets,
            port=_PORT,
            admitted=_operating_system_user(),
            roles=(SUPERUSER, OWNER, APP),
            same_user=server_user() is None,
            fast=self._fast,
        )
        for name, content in written.items():
            self._write(name, content)

    def _write(self, name: str, text: str) -> None:
        path = self._cluster / name
        path.write_text(text)
        user = server_user()
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)

    def _clear_stale(self) -> None:
        """Remove what a killed postmaster left, once the last of its children is gone.

        A process id in ``postmaster.pid`` may be a zombie's or, by now, somebody else's; either
        keeps Postgres from starting, and so does a socket's lock file alone.
        """
        deadline = time.monotonic() + _ORPHAN_SECONDS
        while self._children():
            if time.monotonic() > deadline:
                raise StorageUnavailable("processes of a killed Postgres still run")
            time.sleep(0.02)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (_SOCKET, f"{_SOCKET}.lock"):
            (self._sockets / name).unlink(missing_ok=True)

    def _postmaster(self) -> bool:
        """Whether a living postmaster has this cluster; a zombie has no command line."""
        return any(
            program.endswith("postgres") and rest[:2] == ["-D", str(self._cluster)]
            for program, *rest in command_lines()
        )

    def _children(self) -> bool:
        """Whether processes of this cluster live, known by the title Postgres gives them."""
        title = f"postgres: {self._name}: "
        return any(program.startswith(title) for program, *_ in command_lines())

    def _provision(self) -> None:
        """Make the roles, the database and the extension that are missing."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role in (OWNER, APP):
                if not _exists(connection, "pg_roles", "rolname", role):
                    connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
            if not _exists(connection, "pg_database", "datname", DATABASE):
                names = {"name": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
                connection.execute(sql.SQL("create database {name} owner {owner}").format(**names))
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute("set client_min_messages = warning")
            connection.execute("create extension if not exists vector")

    def _run(self, program: str, *arguments: object) -> None:
        """Run one of Postgres's programs as the server's user, in a clean environment."""
        user = server_user()
        identity: dict[str, Any] = (
            {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        )
        command = [str(find_binaries(self._home) / program), *map(str, arguments)]
        try:
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                **identity,
            )
        except subprocess.CalledProcessError as exc:
            cause = (exc.stderr or exc.stdout).strip().splitlines()
            raise StorageUnavailable(f"{program} failed: {cause[-1] if cause else exc}") from exc
        except OSError as exc:
            raise ConfigurationError(f"{program} cannot be run: {exc}") from exc


def _exists(connection: psycopg.Connection, catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s")
    found = connection.execute(
        query.format(sql.Identifier(catalogue), sql.Identifier(column)), (name,)
    )
    return found.fetchone() is not None


def _socket_directory(home: Path, name: str) -> Path:
    """``run`` below home, or a short one in /tmp: a socket's path has a hard length limit."""
    usual = home / "run"
    if len(os.fsencode(usual / _SOCKET)) <= _LONGEST_SOCKET_PATH:
        return usual
    return Path("/tmp") / name


def _operating_system_user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as exc:
        raise ConfigurationError(
            f"user {os.geteuid()} has no name on this machine, which Postgres needs; "
            "set QUAESTOR_DATABASE_URL to a server of your own"
        ) from exc
