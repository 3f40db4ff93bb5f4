"""Plain text, and markup whose source reads as text: reStructuredText, AsciiDoc, Org, LaTeX, YAML.

Headings are recognised by the marks people draw: underlines, ``==``, ``*`` in Org, ``\\section``.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.schemas.document import LoadedDocument
from tools.loaders.lines import Item, join_all, join_wrapped, list_item, with_own_hyphens
from tools.loaders.raw import RawDocument
from tools.loaders.units import HEADING_LIMIT, DocumentBuilder

_RULE = re.compile(r"([=\-~^\"'`#*+.:_<>])\1{2,}[ \t]*\Z")
_RULE_MARKS = frozenset("+=-|: \t")
_CELL_EDGE = re.compile(r"[ \t]{2,}|[ \t]*\|[ \t]*")
_FIELD = re.compile(r":?([A-Z][A-Za-z0-9 _-]{0,38}):(?:[ \t]+(.*))?\Z")
_ASCIIDOC = re.compile(r"(={1,6})[ \t]+([^\s=].*)\Z")
_ORG = re.compile(r"(\*{1,8})[ \t]+(\S.*)\Z")
_LATEX = re.compile(
    r"[ \t]*\\(part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\{(.{1,200})\}"
)
_LATEX_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4,
    "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
_CODE_DIRECTIVE = re.compile(r"\.\. (?:code|code-block|sourcecode|literalinclude|productionlist)::")
_SOURCE_EXTENSIONS = frozenset(
    (
        "yaml", "yml", "toml", "ini", "py", "js", "ts", "c", "h", "cpp", "java", "go", "rs",
        "sh", "sql",
    )
)  # fmt: skip


_HEADING_LINES = 3
"""The most lines that one heading takes: ruled above and below."""


class _Heading(NamedTuple):
    title: str
    level: int
    lines: int


def read(raw: RawDocument) -> LoadedDocument:
    """The text by its blank lines, drawn headings, lists, fields and drawn tables."""
    builder = DocumentBuilder()
    if raw.extension in _SOURCE_EXTENSIONS:
        add_source(builder, raw.text)
        return builder.build(raw.media_type, None, warnings=raw.warnings)
    fields = PlainText(builder, raw.extension).add(raw.text)
    return builder.build(raw.media_type, fields.get("Title"), warnings=raw.warnings)


def add_source(builder: DocumentBuilder, text: str) -> None:
    """Code and configuration: one block per paragraph, lines untouched."""
    for block in re.split(r"\n(?:[ \t]*\n)+", text):
        builder.code(block)


class PlainText:
    """Reads paragraphs in order; remembers which underlines have been seen, for their levels."""

    def __init__(self, builder: DocumentBuilder, extension: str = "") -> None:
        self._builder = builder
        self._extension = extension
        self._styles: list[str] = []
        self._literal = False

    def add(self, text: str, *, speaker: str | None = None) -> dict[str, str]:
        """Append ``text``; returns the fields of its preamble (``Title: …``), if it has one."""
        fields: dict[str, str] = {}
        for block in self._parts(with_own_hyphens(text)):
            rest = self._add_headings(block)
            if not rest:
                continue
            found = self._add_block(rest, speaker)
            fields = fields or found
        return fields

    def _parts(self, text: str) -> Iterator[list[str]]:
        """Paragraphs, cut before lines that are marked as headings."""
        for block in _blocks(text):
            start = 0
            for index in range(1, len(block)):
                if self._marked_heading(block[index]):
                    yield block[start:index]
                    start = index
            yield block[start:]

    def _add_headings(self, lines: list[str]) -> list[str]:
        """Take headings off the block's start; what is left is a paragraph."""
        start = 0
        while start < len(lines):
            heading = self._heading(lines[start : start + _HEADING_LINES])
            if heading is None:
                break
            if heading.title:
                self._builder.heading(heading.title, heading.level)
                self._literal = False
            start += heading.lines
        return lines[start:]

    def _heading(self, lines: Sequence[str]) -> _Heading | None:
        first = lines[0]
        if _RULE.match(first):
            if (
                len(lines) > 2
                and _underlines(first, lines[1])
                and lines[2].rstrip() == first.rstrip()
            ):
                return _Heading(lines[1].strip(), self._level(first[0] + "over"), 3)
            return _Heading("", 0, 1)
        if len(lines) > 1 and _underlines(lines[1], first) and not first[0].isspace():
            return _Heading(first.strip(), self._level(lines[1][0]), 2)
        return self._marked_heading(first)

    def _marked_heading(self, line: str) -> _Heading | None:
        if len(line) > HEADING_LIMIT:
            return None
        asciidoc = _ASCIIDOC.match(line)
        if asciidoc:
            return _Heading(asciidoc.group(2), len(asciidoc.group(1)), 1)
        org = _ORG.match(line) if self._extension == "org" else None
        if org:
            return _Heading(org.group(2), len(org.group(1)), 1)
        latex = _LATEX.match(line)
        if latex and len(latex.group()) == len(line.rstrip()):
            return _Heading(latex.group(2), _LATEX_LEVELS[latex.group(1)], 1)
        return None

    def _level(self, style: str) -> int:
        """Underline styles nest in the order in which they first appear."""
        if style not in self._styles:
            self._styles.append(style)
        return self._styles.index(style) + 1

    def _add_block(self, lines: list[str], speaker: str | None) -> dict[str, str]:
        indented = all(line[:1] in (" ", "\t") for line in lines)
        if indented and self._literal:
            self._builder.code("\n".join(lines))
            return {}
        self._literal = lines[-1].rstrip().endswith("::") or bool(_CODE_DIRECTIVE.match(lines[0]))
        fields = _fields(lines)
        if fields:
            self._builder.table(f"{name}: {value}" for name, value in fields.items())
            return fields
        if any(_is_table_rule(line) for line in lines):
            self._builder.table(_drawn_rows(lines))
            return {}
        first_item = _first_item(lines)
        if first_item and lines[:first_item] != ["::"]:
            self._builder.paragraph(join_wrapped(lines[:first_item]), speaker=speaker)
        self._add_items(lines[first_item:], speaker)
        return {}

    def _add_items(self, lines: Sequence[str], speaker: str | None) -> None:
        for item in _items(lines):
            first = list_item(item[0]) or Item("", item[0].strip())
            text = join_all((first.text, *(line.strip() for line in item[1:])))
            self._builder.list_item(text, marker=first.marker, speaker=speaker)


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _underlines(rule: str, title: str) -> bool:
    return bool(
        _RULE.match(rule)
        and len(rule.rstrip()) + 2 >= len(title.strip())
        and len(title) <= HEADING_LIMIT
        and any(char.isalnum() for char in title)
    )


def _fields(lines: Sequence[str]) -> dict[str, str]:
    """``Name: value`` lines with indented continuations, when the whole block is made of them."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        match = _FIELD.match(line)
        if match and match.group(1) not in fields:
            name = match.group(1)
            fields[name] = [(match.group(2) or "").strip()]
        elif name and line[:1].isspace():
            fields[name].append(line.strip())
        else:
            return {}
    if len(fields) < 2:
        return {}
    return {name: join_all(pieces) for name, pieces in fields.items()}


def _is_table_rule(line: str) -> bool:
    """A line of dashes or equals signs with gaps or corners between them."""
    rule = line.strip()
    drawn = "==" in rule or "--" in rule
    return drawn and any(mark in rule for mark in " +|") and _RULE_MARKS.issuperset(rule)


def _drawn_rows(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not _is_table_rule(line):
            yield " | ".join(cell for cell in _CELL_EDGE.split(line.strip()) if cell)


def _first_item(lines: Sequence[str]) -> int:
    """Where the block turns into a list; its length when it does not.

    One dash in running text is no list: an item is the block's first line with all others indented
    or items too, or follows a colon, or has a fellow.
    """
    items = [index for index, line in enumerate(lines) if list_item(line)]
    if not items:
        return len(lines)
    first = items[0]
    if first == 0:
        tidy = all(line[:1].isspace() or list_item(line) for line in lines[1:])
        return 0 if tidy or len(items) > 1 else len(lines)
    return first if len(items) > 1 or lines[first - 1].rstrip().endswith(":") else len(lines)


def _items(lines: Sequence[str]) -> Iterator[list[str]]:
    item: list[str] = []
    for line in lines:
        if item and list_item(line):
            yield item
            item = []
        item.append(line)
    if item:
        yield item
