"""Where an instance and its clients meet: settings, and the files kept in the data directory."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from cli.failures import CommandFailed, UsageFailed
from core.settings import Settings


def load_settings() -> Settings:
    """The settings of the environment. Raises UsageFailed naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = (
            f"QUAESTOR_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}"
            for item in error.errors()
        )
        raise UsageFailed("; ".join(wrong)) from error


class Instance(NamedTuple):
    """The files of one instance in its data directory."""

    data_dir: Path

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor while it runs."""
        return self.data_dir / "up.lock"

    @property
    def state_file(self) -> Path:
        """Address, process id and start-up times of the running instance; gone when it stopped."""
        return self.data_dir / "up.json"

    @property
    def key_file(self) -> Path:
        """API key of the default tenant, for this user only."""
        return self.data_dir / "api.key"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.data_dir / "logs"

    def state(self) -> dict[str, object]:
        """What the supervisor wrote; empty when nothing runs."""
        try:
            state: dict[str, object] = json.loads(self.state_file.read_text())
        except FileNotFoundError:
            return {}
        return state

    def write_state(self, state: dict[str, object]) -> None:
        """Replace the state file as a whole."""
        unfinished = self.state_file.with_suffix(".new")
        unfinished.write_text(json.dumps(state))
        unfinished.replace(self.state_file)

    def write_key(self, key: str) -> None:
        """Keep the key where only this user can read it."""
        self.key_file.unlink(missing_ok=True)
        descriptor = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key)


def server_url(settings: Settings) -> str:
    """Where the API is: as set, else as the running instance says, else the default port."""
    if settings.api_url:
        return settings.api_url.rstrip("/")
    running = Instance(settings.data_dir).state().get("url")
    return str(running) if running else f"http://{settings.host}:{settings.port}"


def api_key(settings: Settings) -> str:
    """The key to send. Raises CommandFailed when there is none."""
    if settings.api_key:
        return settings.api_key.get_secret_value()
    try:
        return Instance(settings.data_dir).key_file.read_text().strip()
    except OSError as error:
        raise CommandFailed(
            "no API key: set QUAESTOR_API_KEY, or run this where `quaestor up` keeps its data"
        ) from error
