"""What a language model is asked when it cuts, and what its reply means. Pure but for ``ask``.

The model never retypes the document: it sees numbered units and names those that begin a chunk.
Long documents are shown in windows that tell what was found so far (PODTILE, arXiv 2410.16148).
The text stands in a block whose marker the caller draws at random, and is declared to be data.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

from core.schemas.document import Unit
from tools.banding import into_band
from tools.layout import SizeBand

Ask = Callable[[str], str]
"""A prompt in, the model's words out."""

WINDOW_CHARACTERS = 24_000
"""Of units in one window; a unit of more characters is shown shortened."""
LONGEST_UNIT = 2_000
TITLES = 40
"""Of those found so far, the last that are told again."""
LONGEST_TITLE = 80
NOTHING = "NONE"
"""What a window without a start is answered with."""

_PROMPT = Template((Path(__file__).parent / "prompt.md").read_text(encoding="utf-8"))
_LINE = re.compile(r"^\s*\[?(\d{1,9})\]?\s*(?::=|[:|.)\-–]|$)\s*(.*)$")


class Cutting(NamedTuple):
    """A start that a model named, and what it calls the chunk."""

    start: int
    title: str = ""


class Told(NamedTuple):
    """What a window's prompt says of the rest of the document."""

    title: str
    description: str = ""
    outline: Sequence[str] = ()
    """Questions or headings of the document's parts."""
    titles: Sequence[str] = ()
    """Of the chunks found so far."""


def windows(units: Sequence[Unit]) -> Iterator[range]:
    """Consecutive units that fit one prompt; together they are all units."""
    first, size = 0, 0
    for unit in units:
        shown = min(len(unit.text), LONGEST_UNIT)
        if unit.index > first and size + shown > WINDOW_CHARACTERS:
            yield range(first, unit.index)
            first, size = unit.index, 0
        size += shown
    if units:
        yield range(first, len(units))


def cutting_prompt(
    units: Sequence[Unit], window: range, told: Told, band: SizeBand, marker: str
) -> str:
    """Asks where chunks begin within ``window``; ``marker`` must be new and random each time.

    Raises ValueError when what is quoted holds the marker, and so could end the block.
    """
    block = "\n".join([*_context(told), "", *(_numbered(units[index]) for index in window)])
    if not marker or marker in block:
        raise ValueError("the marker is empty or stands in the document")
    return _PROMPT.substitute(
        marker=marker,
        block=block,
        first=window.start,
        last=window.stop - 1,
        target=band.target,
        minimum=band.minimum,
        maximum=band.maximum,
        nothing=NOTHING,
    )


def read_cuttings(reply: str, window: range) -> list[Cutting]:
    """The starts that a reply names, in order, each once; ids outside the window are dropped, and
    so are lines of any other form."""
    found: dict[int, str] = {}
    for line in reply.splitlines():
        match = _LINE.match(line[: LONGEST_TITLE * 4])
        if match and int(match[1]) in window:
            found.setdefault(int(match[1]), _one_line(match[2]))
    return [Cutting(start, found[start]) for start in sorted(found)]


def cut_by_asking(
    units: Sequence[Unit], ask: Ask, told: Told, band: SizeBand, draw: Callable[[], str]
) -> tuple[tuple[int, ...], list[Cutting]]:
    """First units of the chunks, within the band, and what the model said; ``draw`` gives markers.

    Titles of earlier windows are told to later ones.
    """
    said: list[Cutting] = []
    for window in windows(units):
        titles = [cutting.title for cutting in said if cutting.title]
        so_far = told._replace(titles=[*told.titles, *titles][-TITLES:])
        reply = ask(cutting_prompt(units, window, so_far, band, draw()))
        said += read_cuttings(reply, window)
    return into_band(units, [cutting.start for cutting in said], band), said


def _context(told: Told) -> Iterator[str]:
    yield f"Title: {_one_line(told.title)}"
    if told.description:
        yield f"About: {_one_line(told.description, LONGEST_UNIT)}"
    yield from (f"Outline: {_one_line(entry)}" for entry in told.outline)
    yield from (f"Found so far: {_one_line(title)}" for title in told.titles)


def _numbered(unit: Unit) -> str:
    return f"[{unit.index}] {_one_line(unit.text, LONGEST_UNIT)}"


def _one_line(text: str, longest: int = LONGEST_TITLE) -> str:
    return " ".join(text.split())[:longest]
