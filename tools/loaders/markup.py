"""XML of any vocabulary: prose as paragraphs, records as rows, titles as headings.

Entities are never resolved and nothing is fetched. An element that mixes text with tags is a
paragraph; short leaves that stand together are a record. Knows the usual names of sections, lists,
tables and notes (JATS, DocBook, TEI, patents); any other name is judged by its content.
"""

from collections.abc import Sequence
from itertools import groupby

from lxml import etree

from core.errors import CorruptDocument, EmptyExtraction
from core.schemas.document import LoadedDocument
from tools.loaders import markup_names as names
from tools.loaders.html_tree import Element, Spans, add_tree, drop
from tools.loaders.markup_names import name_of
from tools.loaders.plain import add_source
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_LEAF_LIMIT = 200


def read(raw: RawDocument) -> LoadedDocument:
    """The document's text; the source itself when it is not well-formed."""
    builder = DocumentBuilder()
    try:
        root = _parse(raw.text)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise CorruptDocument("the XML document is nested too deeply") from error
        builder.warn("not well-formed XML; its source is kept as text")
        add_source(builder, raw.text)
        return builder.build(raw.media_type, raw.stem, warnings=raw.warnings)
    for comment in list(root.iter(etree.Comment)):
        builder.hide(comment.text or "")
        drop(comment)
    for entity in list(root.iter(etree.Entity)):
        builder.warn("entities defined by the document were left out")
        drop(entity)
    if not any(any(map(str.isalnum, text)) for text in map(str, root.itertext())):
        raise EmptyExtraction("the XML has attributes only, no text in its elements")
    title = next((_words(found) for found in _titles(root) if _words(found)), None)
    _TreeText(builder).read(root)
    return builder.build(raw.media_type, title or raw.stem, warnings=raw.warnings)


def _parse(text: str) -> Element:
    body = (
        text[text.index("?>") + 2 :] if text.lstrip().startswith("<?xml") and "?>" in text else text
    )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, encoding="utf-8"
    )
    root = etree.fromstring(body.strip().encode("utf-8", "replace"), parser)
    if root is None:
        raise CorruptDocument("the XML document has no root element")
    return root


class _TreeText:
    """Walks elements in order; the parser bounds the depth, so plain recursion is safe."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._spans = Spans()
        self._items = 0
        self._notes: list[Element] = []

    def read(self, root: Element) -> None:
        """Everything in order, the notes at the end."""
        self._add(root, 1)
        self._builder.end_block()
        for note in self._notes:
            self._builder.paragraph(_spaced(note))

    def _add(self, element: Element, level: int) -> None:
        name = name_of(element)
        if name in names.TITLES and not _is_caption(element):
            self._builder.heading(_words(element), level)
        elif name in names.CITATIONS:
            self._paragraph(_words(element) if _has_own_text(element) else _spaced(element))
        elif name in names.TABLES and _is_innermost_table(element):
            add_tree(_as_page_table(element), self._builder, self._spans)
        elif name in names.ITEMS:
            self._items += 1
            self._add_content(element, level)
            self._items -= 1
        else:
            self._add_content(element, level)
            if name in names.LISTS and not self._items:
                self._builder.end_block()

    def _add_content(self, element: Element, level: int) -> None:
        children = [child for child in element if isinstance(child.tag, str)]
        name = name_of(element)
        if not children or _has_own_text(element) or name in names.PROSE:
            self._add_mixed(element, level)
        elif name in names.ROWS:
            self._builder.table([" | ".join(filter(None, map(_words, children)))])
        else:
            self._add_children(children, level)

    def _add_mixed(self, element: Element, level: int) -> None:
        """Text with tags in it: a paragraph, but for lists, tables and paragraphs inside."""
        parts = [element.text or ""]
        for child in element:
            name = name_of(child)
            if name in names.NOTES:
                self._notes.append(child)
            elif name in names.BLOCKS:
                self._paragraph("".join(parts))
                parts = []
                self._add(child, level)
            else:
                parts.append(_inline(child))
            parts.append(child.tail or "")
        self._paragraph("".join(parts))

    def _add_children(self, children: Sequence[Element], level: int) -> None:
        for is_leaf, run in groupby(children, key=_is_field):
            if is_leaf:
                self._builder.table(_records(list(run)))
                continue
            for child in run:
                self._add(child, level + (name_of(child) in names.SECTIONS))

    def _paragraph(self, text: str) -> None:
        words = " ".join(text.split())
        if self._items:
            self._builder.list_item(words, marker="- ")
        else:
            self._builder.paragraph(words)


def _titles(root: Element) -> list[Element]:
    """Elements that may name the document, none of a caption or a reference."""
    return [
        found for found in root.iter() if name_of(found) in names.TITLES and not _is_caption(found)
    ]


def _records(leaves: Sequence[Element]) -> list[str]:
    """Leaves with different names are the fields of one record; with one name, a list."""
    found = {name_of(leaf) for leaf in leaves}
    fields = [f"{name_of(leaf)}: {_words(leaf)}" for leaf in leaves if _words(leaf)]
    if len(found) == 1 and len(leaves) > 1:
        return [_words(leaf) for leaf in leaves]
    return [" | ".join(fields)]


def _is_field(element: Element) -> bool:
    return (
        not len(element)
        and len(element.text or "") <= _LEAF_LIMIT
        and name_of(element) not in names.NEVER_FIELDS
    )


def _is_caption(title: Element) -> bool:
    """A title of a figure, a table or a cited work is no heading of this text."""
    parent = title.getparent()
    return parent is not None and name_of(parent) in names.CAPTIONED


def _has_own_text(element: Element) -> bool:
    return bool((element.text or "").strip()) or any(
        (child.tail or "").strip() for child in element
    )


def _is_innermost_table(table: Element) -> bool:
    """Whether it has rows of its own: some tables are made of several."""
    inner = (name_of(found) for found in table.iter() if found is not table)
    first = next((name for name in inner if name in names.TABLES | names.ROWS), "")
    return first in names.ROWS


def _as_page_table(table: Element) -> Element:
    """The table in the names that pages use, so that spans and headers are laid out as theirs."""
    for element in table.iter():
        name = name_of(element)
        parent = element.getparent()
        if name == "entry":
            element.tag = "cell"
            row = parent.getparent() if parent is not None else None
            if row is not None and row.tag == "thead":
                element.set("role", "head")
        elif isinstance(element.tag, str):
            element.tag = names.IN_PAGES.get(name, name)
    table.tag = "table"
    return table


def _inline(element: Element) -> str:
    """The words of an element in a sentence; its own parts are set apart where it has several."""
    aside = len(element) > 1 and not _has_own_text(element)
    return _spaced(element) if aside else "".join(map(str, element.itertext()))


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _spaced(element: Element) -> str:
    """The words of elements that only stand side by side."""
    return " ".join(" ".join(map(str, element.itertext())).split())
