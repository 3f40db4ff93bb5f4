"""Makes a virtual environment and installs a hashed lock file into it, with python3 alone.

Debian splits ``venv`` and ``pip`` off its python3; where they are missing, pip's own wheel is
fetched from the package index and checked by its SHA-256 before it runs.

    python3 bootstrap.py VENV LOCK
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urljoin, urlsplit

PIP_VERSION = "25.3"
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
JSON_INDEX = "application/vnd.pypi.simple.v1+json"


def main(venv: Path, lock: Path) -> None:
    """Create ``venv`` unless there is a whole one; install ``lock`` and this project into it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    python = venv / "bin" / "python"
    if not has_pip(python):
        create(venv)
    install(python, "--require-hashes", "-r", str(lock))
    install(python, "--no-build-isolation", "-e", ".")


def has_pip(python: Path) -> bool:
    """Whether an environment is there and whole; one whose making broke off has no pip."""
    command = (str(python), "-m", "pip", "--version")
    return python.exists() and subprocess.run(command, capture_output=True).returncode == 0


def create(venv: Path) -> None:
    """A virtual environment with pip, by whichever way this Python offers."""
    print(f"Creating {venv}", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True).returncode == 0:
        return
    run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv))
    with tempfile.TemporaryDirectory() as folder:
        wheel = download_pip(Path(folder))
        run(str(venv / "bin" / "python"), f"{wheel}/pip", "install", "-q", str(wheel))


def install(python: Path, *what: str) -> None:
    """pip install without resolving: the lock names everything."""
    print(f"Installing {what[-1]}", flush=True)
    quiet = ("-q", "--disable-pip-version-check", "--no-deps")
    run(str(python), "-m", "pip", "install", *quiet, *what)


def download_pip(folder: Path) -> Path:
    """pip's wheel, checked against the digest that the index names over TLS."""
    name = f"pip-{PIP_VERSION}-py3-none-any.whl"
    try:
        files = json.loads(fetch(f"{INDEX}/pip/"))["files"]
        entry = next(file for file in files if file["filename"] == name)
        data = fetch(urljoin(f"{INDEX}/pip/", entry["url"]))
    except (OSError, HTTPException, ValueError, KeyError, StopIteration) as error:
        sys.exit(
            f"This Python has no ensurepip, and {name} cannot be had from the package index at "
            f"{urlsplit(INDEX).hostname} ({error or type(error).__name__}).\n"
            "Set PIP_INDEX_URL to an index that can be reached, or install the venv package of "
            "your system (Debian: python3-venv); then run this again."
        )
    if hashlib.sha256(data).hexdigest() != entry["hashes"]["sha256"]:
        sys.exit(f"{name} does not have the digest that the index names")
    wheel = folder / name
    wheel.write_bytes(data)
    return wheel


def fetch(url: str) -> bytes:
    """The bytes at a URL; of an index page, its JSON form."""
    request = urllib.request.Request(url, headers={"Accept": f"{JSON_INDEX}, */*;q=0.1"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        content: bytes = reply.read()
    return content


def run(*command: str) -> None:
    """Run, and stop with the command's own status when it fails."""
    status = subprocess.run(command).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
