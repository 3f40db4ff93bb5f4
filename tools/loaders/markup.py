"""XML of any vocabulary: prose as paragraphs, records as rows, titles as headings.

Entities are never resolved and nothing is fetched. An element that mixes text with tags is a
paragraph; short leaves that stand together are a record.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from lxml import etree

from core.errors import CorruptDocument
from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import Element, drop
from tools.loaders.plain import add_source
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_TITLES: Final = frozenset(
    (
        "title",
        "heading",
        "article-title",
        "head",
        "invention-title",
        "subtitle",
    )
)
_SECTIONS: Final = frozenset(
    (
        "sec",
        "section",
        "chapter",
        "part",
        "appendix",
        "div",
        "app",
    )
)
_PROSE: Final = frozenset(
    (
        "p",
        "para",
        "paragraph",
        "li",
        "item",
        "abstract",
        "claim-text",
    )
)
_ROWS: Final = frozenset(("row", "tr"))
_LEAF_LIMIT: Final = 200


def read(raw: RawDocument) -> LoadedDocument:
    """The document's text; the source itself when it is not well-formed."""
    builder = DocumentBuilder()
    try:
        root = _parse(raw.text)
    except etree.XMLSyntaxError:
        builder.warn("not well-formed XML; its source is kept as text")
        add_source(builder, raw.text)
        return builder.build(raw.media_type, raw.stem, warnings=raw.warnings)
    for comment in list(root.iter(etree.Comment)):
        builder.hide(comment.text or "")
        drop(comment)
    for entity in list(root.iter(etree.Entity)):
        builder.warn("entities defined by the document were left out")
        drop(entity)
    _TreeText(builder).add(root)
    title = next((_words(found) for found in root.iter(*_TITLES) if _words(found)), None)
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

    def add(self, element: Element, level: int = 1) -> None:
        """Append the element and everything in it."""
        children = [child for child in element if isinstance(child.tag, str)]
        name = _name(element)
        if name in _TITLES:
            self._builder.heading(_words(element), level)
        elif not children or _has_own_text(element) or name in _PROSE:
            self._builder.paragraph(_words(element))
        elif name in _ROWS:
            self._builder.table([" | ".join(filter(None, map(_words, children)))])
        else:
            self._add_children(children, level)

    def _add_children(self, children: Sequence[Element], level: int) -> None:
        for is_leaf, run in groupby(children, key=_is_field):
            if is_leaf:
                self._builder.table(_records(list(run)))
                continue
            for child in run:
                self.add(child, level + (_name(child) in _SECTIONS))


def _records(leaves: Sequence[Element]) -> list[str]:
    """Leaves with different names are the fields of one record; with one name, a list."""
    names = {_name(leaf) for leaf in leaves}
    fields = [f"{_name(leaf)}: {_words(leaf)}" for leaf in leaves if _words(leaf)]
    if len(names) == 1 and len(leaves) > 1:
        return [_words(leaf) for leaf in leaves]
    return [" | ".join(fields)]


def _is_field(element: Element) -> bool:
    return (
        not len(element)
        and len(element.text or "") <= _LEAF_LIMIT
        and _name(element) not in _PROSE | _TITLES
    )


def _has_own_text(element: Element) -> bool:
    return bool((element.text or "").strip()) or any(
        (child.tail or "").strip() for child in element
    )


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _name(element: Element) -> str:
    return etree.QName(element).localname.lower()
