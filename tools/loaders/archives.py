"""Zip containers: whether one is whole, honest about its size, and small enough to open.

The central directory is checked first; then every member is unpacked in small steps and counted,
because a directory can lie. Parsers that read the archive afterwards meet no surprise.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from core.errors import CorruptDocument, DocumentTooLarge, EncryptedDocument
from tools.loaders.raw import LoadLimits

_MAX_RATIO = 200
"""Office files pack ten to fifty times; beyond this only emptiness compresses."""
_RATIO_MATTERS_FROM = 20_000_000
_MAX_MEMBERS = 20_000
_STEP = 1 << 16


@contextmanager
def opened_archive(content: bytes) -> Iterator[ZipFile]:
    """The archive. Raises CorruptDocument when its structure is broken, also while it is read."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            yield archive
    except (BadZipFile, zlib.error, EOFError) as error:
        raise CorruptDocument("the archive is damaged or cut off") from error
    except NotImplementedError as error:
        raise CorruptDocument("the archive is packed by an unknown method") from error


def check_archive(content: bytes, limits: LoadLimits) -> None:
    """Raise DocumentTooLarge, EncryptedDocument or CorruptDocument unless it is safe to open."""
    with opened_archive(content) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise EncryptedDocument("members of the archive are protected by a password")
        _check_declared(members, len(content), limits)
        _check_unpacked(archive, members, limits)


def _check_declared(members: list[ZipInfo], packed: int, limits: LoadLimits) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MAX_MEMBERS:
        raise DocumentTooLarge(f"the archive holds {len(members)} members")
    if unpacked > limits.max_unpacked_bytes:
        raise DocumentTooLarge(
            f"the archive unpacks to {unpacked} bytes; the limit is {limits.max_unpacked_bytes}"
        )
    if unpacked > _RATIO_MATTERS_FROM and unpacked > packed * _MAX_RATIO:
        raise DocumentTooLarge(f"the archive unpacks to {unpacked // packed} times its size")


def _check_unpacked(archive: ZipFile, members: list[ZipInfo], limits: LoadLimits) -> None:
    unpacked = 0
    for member in members:
        with archive.open(member) as stream:
            while step := stream.read(_STEP):
                unpacked += len(step)
                if unpacked > limits.max_unpacked_bytes:
                    raise DocumentTooLarge("the archive unpacks to more than it declares")
