"""Pictures of text, by OCR: PNG, JPEG, TIFF, WebP, GIF and BMP."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from math import prod
from typing import TYPE_CHECKING

from core.errors import CorruptDocument, DocumentTooLarge, UnsupportedFormat
from core.schemas.document import LoadedDocument
from tools.loaders import ocr
from tools.loaders.pdf_layout import add_pages
from tools.loaders.raw import RawDocument
from tools.loaders.scans import Scan, as_page
from tools.loaders.units import DocumentBuilder

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PIXELS = 100_000_000
"""A3 at 600 to the inch has seventy million."""


def read(raw: RawDocument) -> LoadedDocument:
    """The text of every frame. Raises UnsupportedFormat where there is no OCR."""
    name = raw.media_type.removeprefix("image/").upper()
    if not raw.limits.max_ocr_pages:
        raise UnsupportedFormat(f"{name} image files are not read: {ocr.TURNED_OFF}")
    if not ocr.is_installed():
        raise UnsupportedFormat(f"{name} image files are not read: {ocr.HOW_TO_ENABLE}")
    builder = DocumentBuilder()
    scans = list(_scans(raw, builder))
    for scan in filter(lambda scan: scan.warning, scans):
        builder.warn(scan.warning)
    found = add_pages(builder, [scan.page for scan in scans])
    return builder.build(raw.media_type, None, metadata=found, warnings=raw.warnings)


def _scans(raw: RawDocument, builder: DocumentBuilder) -> Iterator[Scan]:
    for number, picture in enumerate(_pictures(raw, builder), 1):
        raw.tick()
        yield as_page(ocr.read_picture(picture), number)


def _pictures(raw: RawDocument, builder: DocumentBuilder) -> Iterator["Image"]:
    """The pages of a TIFF, else the one picture; moving ones show their first frame."""
    from PIL import Image

    limit = raw.limits.max_ocr_pages if raw.media_type == "image/tiff" else 1
    with _picture_errors(), Image.open(BytesIO(raw.content)) as opened:
        frames = getattr(opened, "n_frames", 1)
        if frames > limit:
            builder.warn(f"only the first {limit} of {frames} pictures in the file read")
        for number in range(min(frames, limit)):
            opened.seek(number)
            yield _prepared(opened)


def _prepared(frame: "Image") -> "Image":
    """Upright, on white, without colour spaces that OCR does not know."""
    from PIL import Image, ImageOps

    if prod(ocr.widened(*frame.size)) > _MOST_PIXELS:
        raise DocumentTooLarge(
            f"the picture has {frame.width} × {frame.height} pixels; the limit is {_MOST_PIXELS}"
        )
    upright = ImageOps.exif_transpose(frame)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    layer = upright.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper


@contextmanager
def _picture_errors() -> Iterator[None]:
    """Translate what Pillow raises on a broken picture into CorruptDocument."""
    from PIL import Image

    with warnings.catch_warnings():
        # Sizes are checked here, odd metadata is not wanted.
        warnings.simplefilter("ignore")
        try:
            yield
        except Image.DecompressionBombError as error:
            raise DocumentTooLarge("the picture is too large to be read") from error
        except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
            raise CorruptDocument(f"the picture is damaged ({type(error).__name__})") from error
