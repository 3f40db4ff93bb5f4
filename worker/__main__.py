"""``python -m worker``: one worker process of the settings in the environment."""

import os

from core.settings import Settings
from worker.app import worker_command


def main() -> None:
    """Become the worker, so that signals reach it. Raises ConfigurationError before that."""
    command = worker_command(Settings())
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
