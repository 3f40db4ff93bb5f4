"""Books (.epub): the chapters in their reading order, each read as the page it is.

A chapter without a heading takes the one that the table of contents gives it; the table itself is
navigation and left out.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from core.errors import CorruptDocument, EmptyExtraction, EncryptedDocument
from core.schemas.document import LoadedDocument
from core.text import normalise
from tools.loaders.archives import check_archive, opened_archive
from tools.loaders.decoding import decode
from tools.loaders.html_tree import Element, Spans, add_tree, parse_html, take_hidden
from tools.loaders.packages import Parts, resolve
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_OPF: Final = "{http://www.idpf.org/2007/opf}"
_DUBLIN: Final = "{http://purl.org/dc/elements/1.1/}"
_NCX: Final = "{http://www.daisy.org/z3986/2005/ncx/}"
_METADATA: Final = {
    "author": "creator",
    "date": "date",
    "language": "language",
    "keywords": "subject",
    "publisher": "publisher",
}
_TEXTS: Final = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLOSED: Final = re.compile(r"<([A-Za-z][\w:.-]*+)([^<>]*+)(?<=/)>")
"""Possessive: an endless name must not be tried letter by letter."""
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


class _Item(NamedTuple):
    """A file of the book, as its package lists it."""

    part: str
    media_type: str
    properties: frozenset[str]


def read(raw: RawDocument) -> LoadedDocument:
    """Every chapter once, in the order of the spine."""
    check_archive(raw.content, raw.limits)
    builder = DocumentBuilder()
    with opened_archive(raw.content) as archive:
        parts = Parts(archive)
        book = _Book(parts, builder)
        book.read()
    title = (book.package.findtext(f".//{_DUBLIN}title") or "").strip()
    metadata = dict(_metadata(book.package)) | {"left_out": book.left_out}
    return builder.build(raw.media_type, title, metadata=metadata, warnings=raw.warnings)


class _Book:
    """Knows the package's list of files, and what the table of contents calls them."""

    def __init__(self, parts: Parts, builder: DocumentBuilder) -> None:
        self._parts = parts
        self._builder = builder
        self._spans = Spans()
        self._place = _package_part(parts)
        self.package = parts.tree(self._place)
        self._items = dict(self._listed())
        self.left_out = ""

    def read(self) -> None:
        spine = list(self._spine())
        _refuse_encrypted(self._parts, {item.part for item in spine})
        labels = self._labels()
        for item in spine:
            if "nav" in item.properties:
                self.left_out = "table of contents"
            elif item.media_type not in _TEXTS:
                self._builder.picture("")
            elif item.part not in self._parts:
                self._builder.warn(f"a chapter is missing from the file: {item.part[:100]}")
            elif self._parts.is_new(item.part):
                self._add_chapter(item, labels.get(item.part, ""))

    def _listed(self) -> Iterator[tuple[str, _Item]]:
        for entry in self.package.iter(f"{_OPF}item"):
            item = _Item(
                resolve(entry.get("href", ""), self._place),
                entry.get("media-type", ""),
                frozenset(entry.get("properties", "").split()),
            )
            yield entry.get("id", ""), item

    def _spine(self) -> Iterator[_Item]:
        for reference in self.package.iter(f"{_OPF}itemref"):
            item = self._items.get(reference.get("idref", ""))
            if item is None:
                self._builder.warn("the book lists a chapter that it does not name")
            else:
                yield item

    def _add_chapter(self, item: _Item, label: str) -> None:
        try:
            root = _page(self._parts.read(item.part))
        except EmptyExtraction:
            return
        take_hidden(root, self._builder)
        if label and next(root.iter(*_HEADINGS), None) is None:
            self._builder.heading(label, 1)
        for picture in root.iter("img"):
            # Described ones are read in their place.
            if not (picture.get("alt") or "").strip():
                self._builder.picture("")
        add_tree(root, self._builder, self._spans)

    def _labels(self) -> dict[str, str]:
        """What the table of contents calls each file, by the first entry that leads into it."""
        labels: dict[str, str] = {}
        for item in self._items.values():
            if item.part in self._parts and "nav" in item.properties:
                found = _page_labels(_page(self._parts.read(item.part)))
            elif item.part in self._parts and item.media_type == "application/x-dtbncx+xml":
                found = _index_labels(self._parts.tree(item.part))
            else:
                continue
            for reference, label in found:
                labels.setdefault(resolve(reference, item.part), label)
        return labels


def _package_part(parts: Parts) -> str:
    if _CONTAINER not in parts:
        raise CorruptDocument("the book does not say where its package is")
    for entry in parts.tree(_CONTAINER).iter("{*}rootfile"):
        return resolve(entry.get("full-path", ""), "")
    raise CorruptDocument("the book does not say where its package is")


def _page(content: bytes) -> Element:
    """A chapter as a page. Tags that XML closes at once would stay open in HTML."""
    return parse_html(_CLOSED.sub(_open_and_close, normalise(decode(content).text)))


def _open_and_close(tag: re.Match[str]) -> str:
    if tag.group(1).lower() in _VOID:
        return tag.group()
    return f"<{tag.group(1)}{tag.group(2).rstrip('/')}></{tag.group(1)}>"


def _page_labels(root: Element) -> Iterator[tuple[str, str]]:
    for link in root.iter("a"):
        yield link.get("href") or "", "".join(map(str, link.itertext()))


def _index_labels(root: Element) -> Iterator[tuple[str, str]]:
    for point in root.iter(f"{_NCX}navPoint"):
        target = point.find(f"{_NCX}content")
        if target is not None:
            yield target.get("src", ""), point.findtext(f"{_NCX}navLabel/{_NCX}text") or ""


def _refuse_encrypted(parts: Parts, chapters: set[str]) -> None:
    """Raise EncryptedDocument for encrypted chapters; fonts alone may be, and often are."""
    if _ENCRYPTION not in parts:
        return
    for reference in parts.tree(_ENCRYPTION).iter("{*}CipherReference"):
        if resolve(reference.get("URI", ""), "") in chapters:
            raise EncryptedDocument("the chapters of the book are protected against copying")


def _metadata(package: Element) -> Iterator[tuple[str, str]]:
    for name, tag in _METADATA.items():
        yield name, ", ".join(filter(None, (e.text for e in package.iter(f"{_DUBLIN}{tag}"))))
