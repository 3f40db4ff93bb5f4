"""Running headers and footers: lines at the edge of most pages that repeat or count the pages."""

import re
from collections import Counter
from collections.abc import Sequence

from tools.loaders.pdf_lines import Line, Page

_EDGE_LINES = 3
_EDGE_ZONE = 0.15
_MOST_PAGES = 0.4
"""Left and right pages may have headers of their own, so "most" is less than half."""
_MIN_REPEATS = 3
_DIGITS = re.compile(r"\d+")
_ROMAN_PAGE = re.compile(r"[ivxlc]{1,7}")

_Key = tuple[str, int]


def without_running_lines(pages: Sequence[Page]) -> list[Page]:
    """Drop lines that stand at the edge of most pages and say the same, or count the pages."""
    counts = Counter(
        key
        for page in pages
        for key in {key for line in _edges(page) for key in _keys(line, page.number)}
    )
    enough = max(_MIN_REPEATS, _MOST_PAGES * len(pages))
    running = {key for key, count in counts.items() if count >= enough}
    return [page._replace(lines=tuple(_body_lines(page, running))) for page in pages]


def _body_lines(page: Page, running: set[_Key]) -> list[Line]:
    dropped = {id(line) for line in _edges(page) if running & _keys(line, page.number)}
    return [line for line in page.lines if id(line) not in dropped]


def _edges(page: Page) -> list[Line]:
    """The outermost lines above and below."""
    ordered = sorted(page.lines, key=lambda line: -line.top)
    above = [line for line in ordered[:_EDGE_LINES] if line.top > page.height * (1 - _EDGE_ZONE)]
    below = [line for line in ordered[-_EDGE_LINES:] if line.top < page.height * _EDGE_ZONE]
    return above + below


def _keys(line: Line, page: int) -> set[_Key]:
    """What a line may have in common with others: its text, or its text and how it counts pages."""
    text = line.text.lower()
    masked = "#" if _ROMAN_PAGE.fullmatch(text) else _DIGITS.sub("#", text)
    if masked == "#":
        return {(masked, 0)}
    numbers = [int(number[-9:]) for number in _DIGITS.findall(text)]
    return {(text, 0)} | {(masked, number - page) for number in numbers}
