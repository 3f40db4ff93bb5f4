"""The styles of an OpenDocument file: which named style stands behind each, and which ones hide."""

from collections.abc import Iterator
from typing import Final

from tools.loaders.html_tree import Element
from tools.loaders.packages import Parts

_SPACE: Final = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE: Final = f"{_SPACE}office:1.0}}"
TEXT: Final = f"{_SPACE}text:1.0}}"
TABLE: Final = f"{_SPACE}table:1.0}}"
DRAW: Final = f"{_SPACE}drawing:1.0}}"
STYLE: Final = f"{_SPACE}style:1.0}}"
PRESENTATION: Final = f"{_SPACE}presentation:1.0}}"
SVG: Final = f"{_SPACE}svg-compatible:1.0}}"
XLINK: Final = "{http://www.w3.org/1999/xlink}"

_HIDING: Final = (
    (f"{STYLE}text-properties", f"{TEXT}display", "none"),
    (f"{STYLE}table-properties", f"{TABLE}display", "false"),
    (f"{STYLE}drawing-page-properties", f"{PRESENTATION}visibility", "hidden"),
)
_NAMED_BY: Final = (f"{TEXT}style-name", f"{TABLE}style-name", f"{DRAW}style-name")


class Styles:
    """Those of the content and those of the whole file."""

    def __init__(self, parts: Parts, content: Element) -> None:
        self._parents: dict[str, str] = {}
        self._hidden: set[str] = set()
        trees = [content, parts.tree("styles.xml")] if "styles.xml" in parts else [content]
        for style in _styles(trees, "automatic-styles"):
            name = style.get(f"{STYLE}name", "")
            self._parents.setdefault(name, style.get(f"{STYLE}parent-style-name", ""))
        for style in (*_styles(trees, "automatic-styles"), *_styles(trees, "styles")):
            if any(_hides(style, *way) for way in _HIDING):
                self._hidden.add(style.get(f"{STYLE}name", ""))

    def name(self, element: Element) -> str:
        """The style that a person chose: automatic ones only add to it."""
        name = _style_of(element)
        return self._parents.get(name) or name

    def is_hidden(self, element: Element) -> bool:
        """Whether the element's style keeps it from being seen."""
        name = _style_of(element)
        return name in self._hidden or self._parents.get(name, "") in self._hidden


def _styles(trees: list[Element], kind: str) -> Iterator[Element]:
    for tree in trees:
        yield from tree.iterfind(f"{OFFICE}{kind}/{STYLE}style")


def _hides(style: Element, properties: str, name: str, value: str) -> bool:
    found = style.find(properties)
    return found is not None and found.get(name) == value


def _style_of(element: Element) -> str:
    return next(filter(None, map(element.get, _NAMED_BY)), "")
