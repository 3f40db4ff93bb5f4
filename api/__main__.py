"""``python -m api``: serves the API of the settings in the environment.

With ``--fd N`` it listens on a socket it inherits, so that a supervisor can choose the port, and
restart this process without losing it.
"""

import argparse
import socket

import uvicorn

from api.app import create_app
from core.errors import ConfigurationError
from core.logs import configure_logging
from core.settings import Settings

SHUTDOWN_SECONDS = 3
"""How long open streams may go on after a stop was asked for."""


def main() -> None:
    """Serve until SIGTERM."""
    arguments = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    arguments.add_argument("--fd", type=int, help="an inherited, bound socket")
    descriptor: int | None = arguments.parse_args().fd
    settings = Settings()
    if settings.database_url is None:
        raise ConfigurationError("QUAESTOR_DATABASE_URL is not set; `quaestor up` sets it")
    configure_logging(settings.log_level)
    config = uvicorn.Config(
        create_app(settings, settings.database_url.get_secret_value()),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    inherited = None if descriptor is None else [socket.socket(fileno=descriptor)]
    uvicorn.Server(config).run(sockets=inherited)


if __name__ == "__main__":
    main()
