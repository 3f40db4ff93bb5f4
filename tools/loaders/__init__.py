"""Loaders: bytes to normalised text and units with exact offsets. Pure computation, no network.

Each format is one module with a ``read`` function and one line in ``LOADERS``. A module is imported
when its format first appears, so a process that only asks another one to load stays small.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from core.errors import DocumentTooLarge, EmptyDocument, EmptyExtraction, LoaderFailed
from core.schemas.document import LoadedDocument
from core.spans import units_are_exact
from core.text import normalise
from tools.loaders.raw import Loader, LoadLimits

__all__ = ["LOADERS", "LoadLimits", "load"]

LOADERS: Mapping[str, str] = {
    "text/plain": "tools.loaders.plain",
    "text/markdown": "tools.loaders.markdown",
    "text/html": "tools.loaders.webpage",
    "text/x-tex": "tools.loaders.latex",
    "text/csv": "tools.loaders.delimited",
    "text/vtt": "tools.loaders.captions",
    "application/x-subrip": "tools.loaders.captions",
    "application/json": "tools.loaders.structured",
    "application/xml": "tools.loaders.markup",
    "application/pdf": "tools.loaders.pdf",
    "image/png": "tools.loaders.pictures",
    "image/jpeg": "tools.loaders.pictures",
    "image/tiff": "tools.loaders.pictures",
    "image/webp": "tools.loaders.pictures",
    "image/gif": "tools.loaders.pictures",
    "image/bmp": "tools.loaders.pictures",
    "application/rtf": "tools.loaders.richtext",
    "application/epub+zip": "tools.loaders.book",
    "application/vnd.oasis.opendocument.text": "tools.loaders.opendocument",
    "application/vnd.oasis.opendocument.presentation": "tools.loaders.opendocument",
    "application/vnd.oasis.opendocument.spreadsheet": "tools.loaders.opendocument",
    "message/rfc822": "tools.loaders.mail",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "tools.loaders.word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "tools.loaders.workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        "tools.loaders.slides"
    ),
}
"""Media type to the module that reads it."""


def load(
    content: bytes, filename: str, limits: LoadLimits, *, tick: Callable[[], None] = lambda: None
) -> LoadedDocument:
    """The document in ``content``, whose format is told by what it holds.

    ``tick`` is called before each page that OCR reads. Raises a subclass of InvalidDocument that
    names the cause.
    """
    check_size(content, limits)
    # Recognising a format needs the encoding detector: imported with the parsers, not before.
    raw = import_module("tools.loaders.sniffing").recognise(content, filename, limits)
    loaded = loader_for(raw.media_type)(raw._replace(tick=tick))
    check_result(loaded)
    return loaded if loaded.title else loaded.model_copy(update={"title": normalise(raw.stem)})


def check_size(content: bytes, limits: LoadLimits) -> None:
    """Raise EmptyDocument or DocumentTooLarge before anything looks inside."""
    if not content:
        raise EmptyDocument
    if len(content) > limits.max_bytes:
        raise DocumentTooLarge(
            f"the file has {len(content)} bytes; the limit is {limits.max_bytes}"
        )


def loader_for(media_type: str) -> Loader:
    """The ``read`` function of the module that reads ``media_type``."""
    return cast(Loader, import_module(LOADERS[media_type]).read)


def check_result(loaded: LoadedDocument) -> None:
    """What every loader promises. Raises EmptyExtraction, or LoaderFailed for a broken promise."""
    if not any(any(map(str.isalnum, unit.text)) for unit in loaded.units):
        # What was left out tells why nothing is left.
        raise EmptyExtraction("; ".join(("no text could be read", *loaded.warnings)))
    if normalise(loaded.text) != loaded.text or not units_are_exact(loaded.text, loaded.units):
        raise LoaderFailed("the loader broke its promise about offsets or normal form")
