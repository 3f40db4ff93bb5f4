"""Web pages: the main text without navigation, its structure kept.

Trafilatura tells which text is the main one; the smallest element that holds it is then read with
its headings, lists and tables, which trafilatura's own output often flattens. Where the main text
is scattered over a page of other things, that output is all there is, and it is used.
"""

from collections import Counter
from copy import deepcopy

import trafilatura
from lxml import etree

from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import (
    Element,
    add_tree,
    drop,
    parse_html,
    take_hidden,
    visible_text,
)
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_FURNITURE = ("nav", "aside", "footer", "form", "button", "dialog")
_HOLDS = 0.95
"""Share of the main text's words that an element must hold to be its place."""
_SCATTERED = 0.5
"""Main text that is less than this share of its place stands among too much else."""


def read(raw: RawDocument) -> LoadedDocument:
    """The page's main text."""
    builder = DocumentBuilder()
    root = parse_html(raw.text)
    title = root.findtext(".//head/title") or root.findtext(".//title")
    metadata = _metadata(root)
    take_hidden(root, builder)
    whole = len(visible_text(root).split())
    extracted = _extracted(root)
    _remove_furniture(root)
    main = root if extracted is None else _place_of(extracted, root)
    _add_missing_title(builder, root, main)
    add_tree(main, builder)
    if len(visible_text(main).split()) < whole:
        metadata["left_out"] = "navigation and other page furniture"
    return builder.build(
        raw.media_type,
        title if (title or "").strip() else None,
        metadata=metadata,
        warnings=raw.warnings,
    )


def add_html(builder: DocumentBuilder, text: str) -> None:
    """Append a whole HTML text, such as the body of a mail."""
    root = parse_html(text)
    take_hidden(root, builder)
    add_tree(root, builder)


def _extracted(root: Element) -> Element | None:
    page = deepcopy(root)
    # Only the words are wanted; absurd spans make it lay out absurd tables.
    etree.strip_attributes(page, "colspan", "rowspan")
    found = trafilatura.bare_extraction(
        page, include_comments=False, include_tables=True, favor_recall=True
    )
    return None if found is None else found.body


def _place_of(extracted: Element, root: Element) -> Element:
    """The deepest element that holds nearly all of what was extracted."""
    wanted = Counter(visible_text(extracted).split())
    if not wanted:
        return root
    place, held = root, _held(root, wanted)
    while True:
        inner = next((child for child in place if _held(child, wanted) >= _HOLDS * held), None)
        if inner is None:
            break
        place = inner
    scattered = wanted.total() < _SCATTERED * len(visible_text(place).split())
    return extracted if scattered else place


def _held(element: Element, wanted: Counter[str]) -> int:
    return (Counter(visible_text(element).split()) & wanted).total()


def _add_missing_title(builder: DocumentBuilder, root: Element, main: Element) -> None:
    """A page's only first-level heading often stands outside its main element."""
    headings = list(root.iter("h1"))
    inside = main.tag == "h1" or next(main.iter("h1"), None) is not None
    if len(headings) == 1 and not inside:
        builder.heading(visible_text(headings[0]), 1)


def _remove_furniture(root: Element) -> None:
    for element in list(root.iter(*_FURNITURE)):
        drop(element)


def _metadata(root: Element) -> dict[str, str]:
    found = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name in ("author", "date", "description", "keywords", "article:published_time"):
            found[name.removeprefix("article:")] = meta.get("content") or ""
    language = root.get("lang")
    return found | ({"language": language} if language else {})
