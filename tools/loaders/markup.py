"""XML of any vocabulary: prose as paragraphs, records as rows, titles as headings.

Entities are never resolved and nothing is fetched. An element that mixes text with tags is a
paragraph; one whose children are all short leaves is a record.
"""

from typing import Final

from lxml import etree

from core.errors import CorruptDocument
from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import Element
from tools.loaders.plain import add_source
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_TITLES: Final = frozenset("title heading article-title head invention-title subtitle".split())
_SECTIONS: Final = frozenset("sec section chapter part appendix div app".split())
_PROSE: Final = frozenset("p para paragraph li item abstract claim-text".split())
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
    for comment in root.iter(etree.Comment):
        builder.hide(comment.text or "")
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
        children = [child for child in element if isinstance(child.tag, str)]
        name = _name(element)
        if name in _TITLES:
            self._builder.heading(_words(element), level)
        elif not children or _has_own_text(element) or name in _PROSE:
            self._builder.paragraph(_words(element))
        elif _is_record(children):
            cells = ((_name(child), _words(child)) for child in children)
            self._builder.table([" | ".join(f"{key}: {words}" for key, words in cells if words)])
        else:
            for child in children:
                self.add(child, level + (_name(child) in _SECTIONS))


def _is_record(children: list[Element]) -> bool:
    return len(children) > 1 and all(
        not len(child)
        and len(child.text or "") <= _LEAF_LIMIT
        and _name(child) not in _PROSE | _TITLES
        for child in children
    )


def _has_own_text(element: Element) -> bool:
    return bool((element.text or "").strip()) or any(
        (child.tail or "").strip() for child in element
    )


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext(etree.Element))).split())


def _name(element: Element) -> str:
    return etree.QName(element).localname.lower()
