"""Parsed HTML to units: headings, paragraphs, lists, tables and code, and what a reader cannot see.

Shared by web pages, Markdown and HTML mail. One pass over the tree, no recursion, so nesting costs
nothing. Also reads the small vocabulary in which trafilatura hands back a page's main text.
"""

import re
from typing import Final, NamedTuple

from lxml import etree, html

from core.errors import CorruptDocument, EmptyExtraction
from tools.loaders.lines import join_all
from tools.loaders.tables import Covered, as_table
from tools.loaders.units import DocumentBuilder

Element = etree._Element

_NEVER_TEXT: Final = frozenset(
    (
        "script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object",
        "video", "audio", "canvas", "select", "option", "datalist", "textarea", "graphic",
    )
)  # fmt: skip
_BLOCKS: Final = frozenset(
    (
        "html", "body", "main", "article", "section", "div", "p", "blockquote", "quote",
        "figure", "figcaption", "address", "header", "footer", "nav", "aside", "form",
        "fieldset", "legend", "details", "summary", "ul", "ol", "list", "dl", "dt", "dd", "li",
        "item", "table", "caption", "thead", "tbody", "tfoot", "tr", "row", "td", "th", "cell",
        "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "center", "label",
    )
)  # fmt: skip
_ITEMS: Final = frozenset(("li", "item", "dd"))
_ROWS: Final = frozenset(("tr", "row"))
_CELLS: Final = frozenset(("td", "th", "cell"))
_BREAKS: Final = frozenset(("br", "lb", "hr"))
_HEADING: Final = re.compile(r"h([1-6])")
_WHITE: Final = re.compile(r"\s+")
_MAX_COLUMNS: Final = 200
_MAX_ROWSPAN: Final = 1_000
_SPANNED_PLACES: Final = 200_000
_SPANNED_CHARACTERS: Final = 2_000_000
"""What the merged cells of one page may repeat: without a limit few bytes make endless tables."""

_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)"
    r"|(?:^|;)opacity:0?(?:\.0+)?%?(?:;|!|$)"
    r"|font-size:(?:0(?:\.0*)?[a-z%]*|1px)(?:;|!|$)"
    r"|(?:left|top|text-indent):-\d{4,}"
)
_STYLE_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,5000})\}")
_SIMPLE_SELECTOR = re.compile(r"\s*([a-z][a-z0-9]*)?([.#][\w-]+)\s*", re.IGNORECASE)


def parse_html(text: str) -> Element:
    """The tree of ``text``, broken markup mended. Raises EmptyExtraction or CorruptDocument."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise EmptyExtraction from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise CorruptDocument("the page is nested too deeply to be read")
    return root


def take_hidden(root: Element, builder: DocumentBuilder) -> None:
    """Remove what a reader would not see from the tree and report it."""
    selectors = _hiding_selectors(root)
    for comment in list(root.iter(etree.Comment)):
        words = (comment.text or "").strip()
        if words and not words.startswith(("[if", "[endif", "<![")):
            builder.hide(words)
        drop(comment)
    for element in list(root.iter(etree.Element)):
        if isinstance(element.tag, str) and _is_hidden(element, selectors):
            words = " ".join(visible_text(element).split())
            if words:
                builder.hide(words)
            drop(element)


def add_tree(root: Element, builder: DocumentBuilder, spans: "Spans | None" = None) -> None:
    """Append everything below ``root`` in reading order; a book's pages share their ``spans``."""
    _TreeReader(builder, spans or Spans()).read(root)


def visible_text(root: Element) -> str:
    """The text below ``root``, scripts and the like left out; blocks are set apart by a space."""
    parts: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start" and element.tag in _NEVER_TEXT and element is not root:
            walker.skip_subtree()
        elif event == "start":
            parts.append(f" {element.text or ''}" if element.tag in _BLOCKS else element.text or "")
        if event != "start" and element is not root:
            parts.append(f" {element.tail or ''}" if element.tag in _BLOCKS else element.tail or "")
    return "".join(parts)


def drop(element: Element) -> None:
    """Remove an element but keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail or ""
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _is_hidden(element: Element, selectors: frozenset[str]) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(_WHITE.sub("", style.lower())):
        return True
    if not selectors:
        return False
    names = {f".{name}" for name in (element.get("class") or "").split()}
    names.add(f"#{element.get('id')}")
    return not names.isdisjoint(selectors)


def _hiding_selectors(root: Element) -> frozenset[str]:
    """Classes and ids that the page's own style sheet hides, unless a script could show them."""
    if any(True for _ in root.iter("script")):
        return frozenset()
    found: set[str] = set()
    for sheet in root.iter("style"):
        for rule in _STYLE_RULE.finditer(sheet.text or ""):
            if _HIDDEN_STYLE.search(_WHITE.sub("", rule.group(2).lower())):
                found.update(
                    match.group(2)
                    for selector in rule.group(1).split(",")
                    if (match := _SIMPLE_SELECTOR.fullmatch(selector))
                )
    return frozenset(found)


class _TreeReader:
    """Collects inline text until a block begins or ends, then hands it on as what it stands in."""

    def __init__(self, builder: DocumentBuilder, spans: "Spans") -> None:
        self._builder = builder
        self._inline: list[str] = []
        self._heading: int | None = None
        self._pre = 0
        self._counters: list[int | None] = []
        self._markers: list[str] = []
        self._tables: list[_Grid] = []
        self._spans = spans
        self._grids: set[Element] = set()

    def read(self, root: Element) -> None:
        self._grids = {table for table in root.iter("table") if _is_data_table(table)}
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start" and element.tag in _NEVER_TEXT and not _is_tei_head(element):
                walker.skip_subtree()
            elif event == "start":
                self._start(element)
            elif event == "end" and (element.tag not in _NEVER_TEXT or _is_tei_head(element)):
                self._end(element)
            if event != "start" and element is not root:
                self._text(element.tail)
        self._flush()

    def _start(self, element: Element) -> None:
        tag = str(element.tag)
        level = _heading_level(element)
        if tag in _BLOCKS or level or _is_code_block(element):
            self._flush()
        if level:
            self._heading = level
        elif tag == "pre" or _is_code_block(element):
            self._pre += 1
        elif tag in _BREAKS:
            self._inline.append("\n")
        elif tag in ("ol", "ul", "list"):
            ordered = tag == "ol" or element.get("rend") == "ol"
            self._counters.append(_number(element, "start") if ordered else None)
        elif tag in _ITEMS:
            self._markers.append(self._next_marker())
        elif element in self._grids:
            self._tables.append(_Grid(self._spans))
        elif self._tables and tag in _ROWS:
            self._tables[-1].start_row()
        elif self._tables and tag in _CELLS:
            self._tables[-1].start_cell(element)
        elif tag == "img" and element.get("alt"):
            self._text(element.get("alt"))
        self._text(element.text)

    def _end(self, element: Element) -> None:
        tag = str(element.tag)
        level = _heading_level(element)
        if tag in _BLOCKS or level or _is_code_block(element):
            self._flush()
        if level:
            self._heading = None
        elif tag == "pre" or _is_code_block(element):
            self._pre -= 1
        elif tag in ("ol", "ul", "list") and self._counters:
            self._counters.pop()
            if not self._counters:
                self._builder.end_block()
        elif tag in _ITEMS and self._markers:
            self._markers.pop()
        elif element in self._grids:
            self._add_table(self._tables.pop())

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(text if self._pre else _collapse(text))

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline.clear()
        if not text.strip():
            return
        if self._tables and self._tables[-1].in_cell:
            self._tables[-1].add(text)
        elif self._pre:
            self._builder.code(text)
        elif self._heading:
            self._builder.heading(text, self._heading)
        elif self._markers:
            number, self._markers[-1] = self._markers[-1], ""
            marker = "- " if number == "-" else ""
            self._builder.list_item(
                f"{number} {text}" if number not in ("-", "") else text, marker=marker
            )
        else:
            self._builder.paragraph(text)

    def _next_marker(self) -> str:
        if not self._counters or self._counters[-1] is None:
            return "-"
        number = self._counters[-1]
        self._counters[-1] = number + 1
        return f"{number}."

    def _add_table(self, grid: "_Grid") -> None:
        if self._tables:
            return
        table = as_table(grid.rows(), header_rows=grid.header_rows())
        for caption in table.captions:
            self._builder.paragraph(caption)
        self._builder.table(table.sentences())


class Spans:
    """What the merged cells of one page may still fill beyond their own places."""

    def __init__(self) -> None:
        self.places = _SPANNED_PLACES
        self.characters = _SPANNED_CHARACTERS


class _Place(NamedTuple):
    """A place in the grid: the texts of the cell that shows there, and how it got there."""

    texts: list[str]
    across: bool = False
    repeats: bool = False


class _Carried(NamedTuple):
    """A place that goes on in the same column down to the row ``last``."""

    place: _Place
    last: int


class _Grid:
    """Cells of one HTML table, laid out by their spans."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._rows: list[list[_Place]] = []
        self._headers: list[bool] = []
        self._carried: dict[int, _Carried] = {}

    @property
    def in_cell(self) -> bool:
        """Whether a cell has begun; a caption stands before all of them."""
        return bool(self._rows and self._rows[-1])

    def start_row(self) -> None:
        self._rows.append([])
        self._headers.append(True)

    def start_cell(self, element: Element) -> None:
        if not self._rows:
            self.start_row()
        row = self._rows[-1]
        self._fill_carried(row)
        is_header = element.tag == "th" or element.get("role") == "head"
        self._headers[-1] = self._headers[-1] and is_header
        width = min(_number(element, "colspan"), max(_MAX_COLUMNS - len(row), 1))
        column, self._texts = len(row), list[str]()
        row.append(_Place(self._texts))
        for _ in range(1, width):
            self._repeat(row, _Place(self._texts, across=True, repeats=True))
        last = len(self._rows) - 2 + min(_number(element, "rowspan"), _MAX_ROWSPAN)
        for place in range(column, len(row)):
            self._carried[place] = _Carried(row[place]._replace(repeats=True), last)

    def add(self, text: str) -> None:
        self._texts.append(" ".join(text.split()))

    def rows(self) -> list[list[str]]:
        """The texts row by row, those of merged cells repeated while the page's allowance lasts."""
        return [[self._text(place) for place in row] for row in self._rows]

    def header_rows(self) -> int | None:
        """Leading rows made of header cells only; None when the markup does not say."""
        count = 0
        while count < len(self._headers) and self._headers[count] and self._rows[count]:
            count += 1
        return count if 0 < count < len(self._rows) else None

    def _fill_carried(self, row: list[_Place]) -> None:
        number = len(self._rows) - 1
        while len(row) < _MAX_COLUMNS:
            carried = self._carried.get(len(row))
            if carried is None or carried.last < number or not self._repeat(row, carried.place):
                return

    def _repeat(self, row: list[_Place], place: _Place) -> bool:
        """Fill one more place with a merged cell; False when the page has had its share."""
        if self._spans.places == 0:
            return False
        self._spans.places -= 1
        row.append(place)
        return True

    def _text(self, place: _Place) -> str:
        if place.repeats and self._spans.characters <= 0:
            return ""
        text = join_all(place.texts)
        if place.repeats:
            self._spans.characters -= len(text)
        return Covered(text) if place.across else text


def _is_data_table(table: Element) -> bool:
    """Tables that hold tables or headings, or one column, or are declared so, lay out a page."""
    if table.get("role") in ("presentation", "none"):
        return False
    if any(True for inner in table.iter("table", "h1", "h2", "h3") if inner is not table):
        return False
    return any(sum(cell.tag in _CELLS for cell in row) > 1 for row in table.iter(*_ROWS))


def _is_tei_head(element: Element) -> bool:
    return element.tag == "head" and element.get("rend") is not None


def _heading_level(element: Element) -> int | None:
    name = element.get("rend", "") if element.tag == "head" else str(element.tag)
    match = _HEADING.fullmatch(name)
    return int(match.group(1)) if match else None


def _is_code_block(element: Element) -> bool:
    """Trafilatura marks code blocks as ``code``; inside a line it is ordinary text."""
    return element.tag == "code" and "\n" in (element.text or "") and _outside_pre(element)


def _outside_pre(element: Element) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag != "pre"


def _collapse(text: str) -> str:
    return _WHITE.sub(" ", text)


def _number(element: Element, name: str) -> int:
    """A small positive attribute; 1 where it is missing or absurd."""
    value = element.get(name, "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < 6 else 1
