"""Web pages: the main text without navigation, its structure kept.

Trafilatura decides what the main text is. Where it keeps too little of a page (short documents,
reference pages made of tables) the whole body is read instead, without its navigation.
"""

from copy import deepcopy

import trafilatura
from lxml import etree

from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import Element, add_tree, parse_html, take_hidden, visible_length
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_FURNITURE = ("nav", "aside", "footer", "form", "button", "dialog")
_TRUSTED_SHARE = 0.6
"""Share of the visible body that trafilatura must keep to be believed."""


def read(raw: RawDocument) -> LoadedDocument:
    """The page's main text."""
    builder = DocumentBuilder()
    root = parse_html(raw.text)
    title = root.findtext(".//head/title") or root.findtext(".//title")
    metadata = _metadata(root)
    take_hidden(root, builder)
    main = _main_text(root)
    if main is None:
        _remove_furniture(root)
        main = root
    else:
        builder.warn("navigation and other page furniture was left out")
    add_tree(main, builder)
    heading = builder.first_heading if not (title or "").strip() else title
    return builder.build(raw.media_type, heading, metadata=metadata, warnings=raw.warnings)


def add_html(builder: DocumentBuilder, text: str) -> None:
    """Append a whole HTML text, such as the body of a mail."""
    root = parse_html(text)
    take_hidden(root, builder)
    add_tree(root, builder)


def _main_text(root: Element) -> Element | None:
    """What trafilatura keeps, or None when that is nothing or too little of the page's content."""
    whole = deepcopy(root)
    _remove_furniture(whole)
    extracted = trafilatura.bare_extraction(
        deepcopy(root), include_comments=False, include_tables=True, favor_recall=True
    )
    if extracted is None or extracted.body is None:
        return None
    kept = visible_length(extracted.body)
    return extracted.body if kept >= _TRUSTED_SHARE * visible_length(whole) else None


def _remove_furniture(root: Element) -> None:
    for element in list(root.iter(*_FURNITURE)):
        parent = element.getparent()
        if parent is not None:
            etree.strip_elements(parent, element.tag, with_tail=False)


def _metadata(root: Element) -> dict[str, str]:
    found = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name in ("author", "date", "description", "keywords", "article:published_time"):
            found[name.removeprefix("article:")] = meta.get("content") or ""
    language = root.get("lang")
    return found | ({"language": language} if language else {})
