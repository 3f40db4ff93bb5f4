"""The Celery app: how each broker is spoken to. It knows settings and the names of tasks only.

The broker is a doorbell. A message carries two ids and is acknowledged before the work begins,
because the lease in the job's row, not the broker, sees to it that work is neither lost nor done
twice. So nothing here depends on how well a broker keeps its promises.
"""

import sys
from typing import Any

from celery import Celery
from kombu import Exchange, Queue

from core.errors import ConfigurationError
from core.settings import Settings
from storage.database import conninfo

QUEUE = "memories"
JOB_TASK = "jobs.do"

CONNECT_SECONDS = 2.0
"""How long a broker may take to let us in before it counts as away."""

ANSWER_SECONDS = 5.0
"""How long a broker may keep silent afterwards, when it owes an answer."""

VISIBILITY_SECONDS = 600
"""How long an unacknowledged ring stays hidden; early acknowledgement makes that milliseconds."""


def celery_app(settings: Settings) -> Celery:
    """An app for these settings; it connects when it is first used, not here."""
    app = Celery("quaestor", set_as_current=False, include=["worker.tasks"])
    app.conf.update(_common(settings), **_broker(settings))
    return app


def worker_command(settings: Settings) -> list[str]:
    """The command line of one worker process, for whoever supervises it.

    Raises ConfigurationError for settings a worker cannot work with.
    """
    _check(settings)
    return [
        sys.executable,
        # Running as root is discouraged because of pickle, which this app does not accept.
        *("-W", "ignore:You're running the worker with superuser privileges"),
        *("-m", "celery", "--quiet", "-A", "worker.app:app", "worker"),
        *("--pool", "threads", "--concurrency", str(settings.worker_threads)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        *("--loglevel", settings.log_level),
    ]


def database_url(settings: Settings) -> str:
    """Where the database is. Raises ConfigurationError when nobody said."""
    if settings.database_url is None:
        raise ConfigurationError("QUAESTOR_DATABASE_URL is not set; `quaestor up` sets it")
    return settings.database_url.get_secret_value()


def _check(settings: Settings) -> None:
    database_url(settings)
    if settings.worker_threads >= settings.database_pool_size:
        raise ConfigurationError(
            "QUAESTOR_WORKER_THREADS must be less than QUAESTOR_DATABASE_POOL_SIZE: "
            "every run keeps one connection and shares the others"
        )


def _common(settings: Settings) -> dict[str, Any]:
    return {
        "task_acks_late": False,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        # Both concern late acknowledgement only; left alone, they warn at every reconnection.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_enable_prefetch_count_reduction": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a worker waits for its broker for ever
        "broker_connection_timeout": CONNECT_SECONDS,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0.1,
            "interval_max": 0.5,
        },
        "task_default_queue": QUEUE,
    }


def _broker(settings: Settings) -> dict[str, Any]:
    if settings.broker_url is None:
        return _pgmq(settings)
    url = settings.broker_url.get_secret_value()
    match url.partition("://")[0]:
        case "redis" | "rediss":
            return _redis(url)
        case "amqp" | "amqps":
            return _rabbitmq(url)
        case scheme:
            raise ConfigurationError(f"QUAESTOR_BROKER_URL: no broker is called {scheme!r}")


def _pgmq(settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": "pgmq://localhost",  # a name only: conn_string says where
        "broker_transport_options": {
            "conn_string": conninfo(database_url(settings)),
            "init_extension": False,
            "visibility_timeout": VISIBILITY_SECONDS,
            "wait_time_seconds": 0,  # more would hold a database connection inside a long poll
            "polling_interval": 0.1,
            "pool_size": 2,
            "pool_timeout": CONNECT_SECONDS,
        },
        # Reply queues have names longer than pgmq allows; the workers table says who is alive.
        "worker_enable_remote_control": False,
    }


def _redis(url: str) -> dict[str, Any]:
    return {
        "broker_url": url,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "socket_keepalive": True,
            "health_check_interval": 30,
        },
    }


def _rabbitmq(url: str) -> dict[str, Any]:
    queue = Queue(
        QUEUE,
        Exchange(QUEUE, type="topic"),
        routing_key=QUEUE,
        queue_arguments={"x-queue-type": "quorum"},
    )
    return {
        "broker_url": url,
        "broker_transport_options": {
            "read_timeout": ANSWER_SECONDS,
            "write_timeout": ANSWER_SECONDS,
        },
        "task_queues": [queue],
        "task_default_exchange": QUEUE,
        "task_default_routing_key": QUEUE,
        "worker_detect_quorum_queues": True,
    }


def __getattr__(name: str) -> Celery:
    """``app``, for ``celery -A worker.app:app``: made from the environment when asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    settings = Settings()
    _check(settings)
    return celery_app(settings)
