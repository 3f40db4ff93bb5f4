import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from core.errors import ConfigurationError
from core.settings import Settings
from worker import __main__ as entrypoint
from worker.app import JOB_TASK, QUEUE, celery_app, worker_command

SOCKET_URL = "postgresql://quaestor_app@/quaestor?host=/run/pg&port=5433"


def settings(**given: object) -> Settings:
    return Settings.model_validate({"database_url": SecretStr(SOCKET_URL), **given})


def test_the_default_doorbell_is_pgmq_on_the_same_postgres() -> None:
    conf = celery_app(settings()).conf

    assert conf.broker_url.startswith("pgmq://")
    parts = conninfo_to_dict(conf.broker_transport_options["conn_string"])
    assert parts["host"] == "/run/pg"
    assert (parts["port"], parts["dbname"], parts["user"]) == ("5433", "quaestor", "quaestor_app")
    assert parts["password"]
    assert conf.broker_transport_options["init_extension"] is False
    assert conf.worker_enable_remote_control is False


def test_rabbitmq_gets_a_quorum_queue() -> None:
    conf = celery_app(settings(broker_url="amqp://guest:guest@localhost//")).conf

    [queue] = conf.task_queues
    assert queue.name == conf.task_default_queue == QUEUE
    assert queue.queue_arguments == {"x-queue-type": "quorum"}


def test_redis_keeps_its_url() -> None:
    conf = celery_app(settings(broker_url="redis://localhost:6399/3")).conf

    assert conf.broker_url == "redis://localhost:6399/3"


@pytest.mark.parametrize("broker_url", [None, "redis://localhost", "amqp://localhost"])
def test_every_broker_acknowledges_early_and_carries_json(broker_url: str | None) -> None:
    conf = celery_app(settings(broker_url=broker_url)).conf

    assert conf.task_acks_late is False
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result is True
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])


def test_an_unknown_broker_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="'kafka'"):
        celery_app(settings(broker_url="kafka://localhost"))


def test_pgmq_without_a_database_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="QUAESTOR_DATABASE_URL"):
        celery_app(Settings(database_url=None))


def test_the_command_runs_threads_under_this_python() -> None:
    command = worker_command(settings(worker_threads=3, log_level="warning"))

    assert command[0] == sys.executable
    text = " ".join(command)
    assert "-A worker.app:app worker" in text
    assert "--pool threads --concurrency 3" in text
    assert "--without-gossip --without-mingle --without-heartbeat" in text
    assert "--loglevel warning" in text


def test_more_runs_than_connections_are_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="QUAESTOR_DATABASE_POOL_SIZE"):
        worker_command(settings(worker_threads=4, database_pool_size=4))


def test_the_entrypoint_becomes_the_worker_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    become: list[tuple[str, list[str]]] = []
    monkeypatch.setattr("os.execv", lambda program, command: become.append((program, command)))
    monkeypatch.setenv("QUAESTOR_DATABASE_URL", SOCKET_URL)
    monkeypatch.setenv("QUAESTOR_WORKER_THREADS", "3")

    entrypoint.main()

    assert become == [(sys.executable, worker_command(settings(worker_threads=3)))]


@pytest.mark.parametrize("broker_url", [None, "redis://localhost"])
def test_a_worker_without_a_database_is_a_configuration_error(broker_url: str | None) -> None:
    with pytest.raises(ConfigurationError, match="QUAESTOR_DATABASE_URL"):
        worker_command(settings(database_url=None, broker_url=broker_url))


def test_who_rings_does_not_import_the_work() -> None:
    check = (
        "import sys, worker.dispatch; "
        "print([m for m in ('worker.tasks', 'graphs', 'langgraph', 'onnxruntime') "
        "if m in sys.modules])"
    )

    seen = subprocess.run(
        [sys.executable, "-c", check],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert seen.stdout.strip() == "[]"


def test_the_app_of_the_environment_knows_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAESTOR_DATABASE_URL", SOCKET_URL)
    from worker import app as module

    assert module.app.conf.include == ["worker.tasks"]
    assert JOB_TASK == "jobs.do"
