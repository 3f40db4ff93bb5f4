"""The embedded Postgres: it starts whatever a crash left behind, and lets nobody else in."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.errors import ConfigurationError, StorageUnavailable
from storage import binaries
from storage.binaries import find_binaries, usable_data_dir
from storage.embedded import EmbeddedPostgres

AS_ROOT = os.geteuid() == 0


def _directory() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="quaestor-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def empty() -> Iterator[Path]:
    """A data directory nothing was ever started in."""
    yield from _directory()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    yield from _directory()


@pytest.fixture(scope="module")
def shared_server(home: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(home, fast=True)
    yield made
    made.stop()


@pytest.fixture
def server(shared_server: EmbeddedPostgres) -> EmbeddedPostgres:
    """Running, whatever the test before did to it."""
    shared_server.start()
    return shared_server


def postmaster_of(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def run_sql(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.superuser_url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_starting_and_stopping_twice_is_no_work(server, home):
    first = postmaster_of(home)

    server.start()
    assert server.is_ready()
    assert postmaster_of(home) == first

    server.stop()
    server.stop()
    assert not server.is_ready()
    assert not server.started


def test_another_object_finds_the_running_server(server, home):
    other = EmbeddedPostgres(home)
    other.start()

    assert server.started
    assert not other.started
    assert other.app_url == server.app_url


def test_committed_rows_survive_a_killed_postmaster(empty):
    server = EmbeddedPostgres(empty)
    server.start()
    run_sql(server, "create table kept (n integer)")
    with psycopg.connect(server.superuser_url, autocommit=True) as busy:
        busy.execute("insert into kept select generate_series(1, 1000)")
        os.kill(postmaster_of(empty), signal.SIGKILL)
        started = time.monotonic()
        server.start()

    assert time.monotonic() - started < 10
    assert run_sql(server, "select count(*) from kept") == [(1000,)]
    server.stop()


def test_a_process_id_that_now_belongs_to_somebody_else_does_not_block_a_start(server, home):
    server.stop()
    (home / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{home}/postgres\n{int(time.time())}\n5432\n{home}/run\n\n  1 2\nready\n"
    )

    server.start()

    assert server.is_ready()


def test_a_zombie_does_not_block_a_start(server, home):
    server.stop()
    zombie = subprocess.Popen(["true"])
    while Path(f"/proc/{zombie.pid}/cmdline").exists() and _state(zombie.pid) != "Z":
        time.sleep(0.01)
    pid_file = home / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{zombie.pid}\n{home}/postgres\n1\n5432\n{home}/run\n\n  1 2\nready\n")

    server.start()

    assert server.is_ready()
    zombie.wait()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def test_a_socket_left_behind_does_not_block_a_start(server, home):
    server.stop()
    (home / "run" / ".s.PGSQL.5432").touch()
    (home / "run" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")

    server.start()

    assert server.is_ready()


def test_a_first_start_that_was_killed_begins_anew(empty):
    unfinished = empty / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(empty, fast=True)

    server.start()

    assert server.is_ready()
    server.stop()
    assert not unfinished.exists()


def test_a_socket_path_that_would_be_too_long_is_shortened(empty):
    server = EmbeddedPostgres(empty / ("long" * 25), fast=True)
    server.start()

    assert server.is_ready()
    with psycopg.connect(server.app_url) as connection:
        host = connection.info.host
    server.stop()
    shutil.rmtree(host)
    assert len(host) < 50


def test_a_place_for_the_socket_that_somebody_else_took_is_refused(empty):
    server = EmbeddedPostgres(empty, fast=True)
    (empty / "elsewhere").mkdir()
    (empty / "run").symlink_to(empty / "elsewhere")

    with pytest.raises(ConfigurationError):
        server.start()


def test_a_data_directory_that_cannot_be_made_is_a_configuration_error(empty):
    (empty / "file").touch()

    with pytest.raises(ConfigurationError):
        EmbeddedPostgres(empty / "file" / "data").start()


def test_a_server_that_cannot_be_set_up_is_unavailable(server, monkeypatch):
    def lose_the_connection() -> None:
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(server, "_provision", lose_the_connection)

    with pytest.raises(StorageUnavailable):
        server.start()


def test_the_roles_can_do_no_more_than_they_should(server):
    roles = "select rolname, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole from pg_roles"

    powers = dict(run_sql(server, f"{roles} where rolname like 'quaestor%'"))

    assert powers == {"quaestor_owner": False, "quaestor_app": False}


def test_it_listens_on_no_network(server):
    assert run_sql(server, "show listen_addresses") == [("",)]


def test_the_log_holds_no_values_of_failed_statements(server, home):
    run_sql(server, "create table once (word text primary key check (word <> 'classified'))")
    with pytest.raises(psycopg.errors.CheckViolation):
        run_sql(server, "insert into once values ('classified')")

    log = (home / "postgres" / "server.log").read_text()

    assert "violates check constraint" in log
    assert "classified" not in log


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_another_user_of_the_machine_is_refused(server):
    user = pwd.getpwnam("daemon")
    psql = find_binaries(Path("/nowhere")) / "psql"

    tried = subprocess.run(
        [str(psql), server.app_url, "-c", "select 1"],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )

    assert tried.returncode != 0
    assert "Peer authentication failed" in tried.stderr


@pytest.mark.skipif(not AS_ROOT, reason="only root runs Postgres as another user")
class TestAsRoot:
    """Root keeps things where nobody else may look; Postgres runs as somebody else."""

    def test_a_closed_directory_is_not_used_and_not_opened(self, empty):
        empty.chmod(0o700)

        chosen = usable_data_dir(empty / "data")

        assert chosen.is_relative_to("/var/lib/quaestor")
        assert chosen == usable_data_dir(empty / "data")
        assert not chosen.exists()
        assert empty.stat().st_mode & 0o777 == 0o700

    def test_a_directory_that_can_be_reached_is_used(self, empty):
        assert usable_data_dir(empty / "data") == empty / "data"

    def test_programs_that_cannot_be_reached_are_copied_and_run(self, empty, monkeypatch):
        monkeypatch.setattr(binaries, "_executable", lambda program: False)
        server = EmbeddedPostgres(empty, fast=True)

        server.start()

        assert server.is_ready()
        assert find_binaries(empty).is_relative_to(empty)
        server.stop()

    def test_a_cluster_of_somebody_else_is_refused(self, empty):
        (empty / "postgres").mkdir()

        with pytest.raises(ConfigurationError):
            EmbeddedPostgres(empty).start()
