"""What every loader is given: the bytes, what they were recognised as, and the limits."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from core.schemas.document import LoadedDocument


class LoadLimits(NamedTuple):
    """How much one document may be."""

    max_bytes: int = 50_000_000
    max_unpacked_bytes: int = 500_000_000
    max_ocr_pages: int = 100
    """Further pages without a text layer are not read; 0 reads none."""


class RawDocument(NamedTuple):
    """A file whose format is known."""

    content: bytes
    filename: str
    media_type: str
    text: str = ""
    """The decoded text, in normal form; empty for binary formats."""
    warnings: tuple[str, ...] = ()
    limits: LoadLimits = LoadLimits()
    tick: Callable[[], None] = lambda: None
    """Called before each page that OCR reads: it takes seconds where others take milliseconds."""

    @property
    def stem(self) -> str:
        """The file's name without folder and extension: the title of last resort."""
        return PurePosixPath(self.filename.replace("\\", "/")).stem

    @property
    def extension(self) -> str:
        """Lower case, without the dot."""
        return extension_of(self.filename)


Loader = Callable[[RawDocument], LoadedDocument]


def extension_of(filename: str) -> str:
    """The extension in lower case, without the dot."""
    return PurePosixPath(filename.replace("\\", "/")).suffix.lower().lstrip(".")
