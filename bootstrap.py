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
from pathlib import Path

PIP_VERSION = "25.3"
INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
JSON_INDEX = "application/vnd.pypi.simple.v1+json"


def main(venv: Path, lock: Path) -> None:
    """Create ``venv`` when there is none, then install ``lock`` and this project into it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    python = venv / "bin" / "python"
    if not python.exists():
        create(venv)
    install(python, "--require-hashes", "-r", str(lock))
    install(python, "--no-build-isolation", "-e", ".")


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
    request = urllib.request.Request(f"{INDEX}/pip/", headers={"Accept": JSON_INDEX})
    with urllib.request.urlopen(request, timeout=60) as reply:
        files = json.load(reply)["files"]
    name = f"pip-{PIP_VERSION}-py3-none-any.whl"
    entry = next(file for file in files if file["filename"] == name)
    with urllib.request.urlopen(entry["url"], timeout=180) as reply:
        data = reply.read()
    if hashlib.sha256(data).hexdigest() != entry["hashes"]["sha256"]:
        sys.exit(f"{name} does not have the digest that the index names")
    wheel = folder / name
    wheel.write_bytes(data)
    return wheel


def run(*command: str) -> None:
    """Run, and stop with the command's own status when it fails."""
    status = subprocess.run(command).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
