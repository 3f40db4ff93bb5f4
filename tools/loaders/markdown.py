"""Markdown (CommonMark with tables), read as the page it renders to: words without markup.

Rendering first means that HTML inside Markdown, hidden or not, is judged by the same rules as on
any page.
"""

import re

from markdown_it import MarkdownIt

from core.schemas.document import LoadedDocument
from tools.loaders.html_tree import add_tree, parse_html, take_hidden
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_FIELD = re.compile(r"^([A-Za-z][\w-]{0,40}):[ \t]+(\S.*)$", re.MULTILINE)


def read(raw: RawDocument) -> LoadedDocument:
    """The document's text; front matter becomes metadata."""
    metadata, body = _split_front_matter(raw.text)
    builder = DocumentBuilder()
    add_markdown(builder, body)
    return builder.build(
        raw.media_type, metadata.get("title"), metadata=metadata, warnings=raw.warnings
    )


def add_markdown(builder: DocumentBuilder, text: str) -> None:
    """Append Markdown to a document."""
    root = parse_html(MarkdownIt("commonmark").enable("table").render(text))
    take_hidden(root, builder)
    add_tree(root, builder)


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    fields = {name.lower(): value.strip("\"' ") for name, value in _FRONT_FIELD.findall(match[1])}
    return (fields, text[match.end() :]) if fields else ({}, text)
