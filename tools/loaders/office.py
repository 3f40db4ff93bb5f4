"""What Word, Excel and PowerPoint packages share: safe opening, and one dialect of their XML.

Packages saved as "Strict Open XML" differ only in their namespaces; they are rewritten to the
transitional ones, which is what the parsers know.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from lxml.etree import XMLSyntaxError

from core.errors import CorruptDocument
from tools.loaders.archives import check_archive, opened_archive
from tools.loaders.packages import Parts
from tools.loaders.raw import RawDocument

_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_PROPERTIES = {
    "title": f"{_DUBLIN}title",
    "author": f"{_DUBLIN}creator",
    "subject": f"{_DUBLIN}subject",
    "keywords": f"{_CORE}keywords",
    "date": "{http://purl.org/dc/terms/}modified",
}
_STRICT = b"http://purl.oclc.org/ooxml/"
_RENAMED = (
    (
        b"http://purl.oclc.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/presentationml/",
        b"http://schemas.openxmlformats.org/presentationml/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/",
        b"http://schemas.openxmlformats.org/drawingml/2006/",
    ),
)


def package(raw: RawDocument) -> BytesIO:
    """The package, checked against bombs, in the transitional dialect."""
    check_archive(raw.content, raw.limits)
    with opened_archive(raw.content) as archive:
        relations = "_rels/.rels"
        strict = relations in archive.namelist() and _STRICT in archive.read(relations)
        return _transitional(archive) if strict else BytesIO(raw.content)


def core_properties(parts: Parts) -> dict[str, str]:
    """Title, author, date and the like, empty where the package does not say."""
    part = next((r.part for r in parts.relations("").values() if r.kind == "core-properties"), "")
    if part not in parts:
        return dict.fromkeys(_PROPERTIES, "")
    tree = parts.tree(part)
    return {name: (tree.findtext(tag) or "").strip() for name, tag in _PROPERTIES.items()}


@contextmanager
def office_errors() -> Iterator[None]:
    """Translate what the Office parsers raise on a broken package into CorruptDocument."""
    try:
        yield
    except (
        BadZipFile, zlib.error, XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError,
        IndexError, EOFError, OSError, ArithmeticError,
    ) as error:  # fmt: skip
        # The parsers trust the package: a missing part shows as whatever lookup fails first.
        raise CorruptDocument(f"the package is damaged ({type(error).__name__})") from error


def _transitional(archive: ZipFile) -> BytesIO:
    rewritten = BytesIO()
    with ZipFile(rewritten, "w", ZIP_STORED) as target:
        for member in archive.infolist():
            data = archive.read(member)
            if member.filename.endswith((".xml", ".rels")):
                for strict, transitional in _RENAMED:
                    data = data.replace(strict, transitional)
            target.writestr(member.filename, data)
    rewritten.seek(0)
    return rewritten
