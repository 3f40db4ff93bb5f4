"""What elements are called in the common XML vocabularies, in lower case and without prefix."""

from typing import Final

from lxml import etree

from tools.loaders.html_tree import Element

TITLES: Final = frozenset(
    ("title", "heading", "article-title", "head", "invention-title", "subtitle")
)
SECTIONS: Final = frozenset(
    (
        "sec", "section", "chapter", "part", "appendix", "div", "app", "sect1", "sect2", "sect3",
        "sect4", "sect5", "preface", "subsection", "div1", "div2", "div3", "topic",
    )
)  # fmt: skip
PROSE: Final = frozenset(
    ("p", "para", "simpara", "paragraph", "abstract", "claim-text", "ab", "l", "disp-quote")
)
LISTS: Final = frozenset(
    ("list", "itemizedlist", "orderedlist", "ul", "ol", "variablelist", "dl", "claims")
)
ITEMS: Final = frozenset(("li", "item", "list-item", "listitem", "dd"))
TABLES: Final = frozenset(("table", "informaltable", "tgroup"))
ROWS: Final = frozenset(("row", "tr"))
NOTES: Final = frozenset(("fn", "footnote", "note", "endnote"))
CITATIONS: Final = frozenset(
    ("element-citation", "mixed-citation", "nlm-citation", "citation", "bibl", "biblioentry")
)
CAPTIONED: Final = CITATIONS | frozenset(
    (
        "caption", "fig", "figure", "table", "table-wrap", "informaltable", "tgroup", "product",
        "related-article", "related-object", "journal-title-group", "biblstruct", "monogr",
        "analytic", "series", "kwd-group", "patcit", "othercit", "nplcit",
    )
)  # fmt: skip
BLOCKS: Final = (
    PROSE | LISTS | ITEMS | TABLES | SECTIONS | TITLES
    | {"table-wrap", "fig", "figure", "boxed-text", "blockquote", "tables", "claim", "caption"}
)  # fmt: skip
"""What can stand inside a paragraph without being a part of its sentences."""
NEVER_FIELDS: Final = PROSE | TITLES | ITEMS | CITATIONS
IN_PAGES: Final = {"title": "caption", "math": "span", "object": "span", "graphic": "span"}
"""Names in tables that would mean something else in a page."""


def name_of(element: Element) -> str:
    """The element's name in lower case without its namespace; empty for what is no element."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
