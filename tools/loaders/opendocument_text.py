"""The inside of an OpenDocument paragraph: its words, and what hangs on them."""

from typing import Final, NamedTuple

from lxml import etree

from tools.loaders.html_tree import Element
from tools.loaders.opendocument_styles import DRAW, OFFICE, TEXT, Styles
from tools.loaders.units import DocumentBuilder

_SPACES: Final = f"{TEXT}s"
_MARKS: Final = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
_MOST_SPACES: Final = 100
_WHITE: Final = " \t\r\n"


class Line(NamedTuple):
    """A paragraph's words, and the frames that stand in it."""

    frames: list[Element]
    text: str


class Inline:
    """Reads paragraphs; keeps the notes for the end and reports hidden words."""

    def __init__(self, builder: DocumentBuilder, styles: Styles) -> None:
        self._builder = builder
        self._styles = styles
        self.notes: list[Element] = []

    def read(self, paragraph: Element) -> Line:
        """One paragraph or heading, nothing of it twice."""
        frames: list[Element] = []
        parts: list[str] = []
        walker = etree.iterwalk(paragraph, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start" and self._is_apart(element, frames):
                walker.skip_subtree()
            elif event == "start":
                parts.append(_own(element))
            if event != "start" and element is not paragraph:
                parts.append(_flat(element.tail))
        return Line(frames, "".join(parts))

    def _is_apart(self, element: Element, frames: list[Element]) -> bool:
        """Whether an element is no part of the line: a frame, a note, a comment, hidden words."""
        if element.tag == f"{DRAW}frame":
            frames.append(element)
        elif element.tag == f"{TEXT}note":
            self.notes.extend(element.iterfind(f"{TEXT}note-body"))
        elif element.tag == f"{OFFICE}annotation":
            self._builder.warn("review comments left out")
        elif self._styles.is_hidden(element) or element.tag == f"{TEXT}hidden-text":
            self._builder.hide("".join(map(str, element.itertext())))
        else:
            return False
        return True


def _own(element: Element) -> str:
    if element.tag == _SPACES:
        count = element.get(f"{TEXT}c", "1")
        return " " * (min(int(count), _MOST_SPACES) if count.isdecimal() and len(count) < 5 else 1)
    return _MARKS.get(str(element.tag), "") + _flat(element.text)


def _flat(text: str | None) -> str:
    """White space in the source is only its layout."""
    if not text:
        return ""
    start = " " if text[0] in _WHITE else ""
    end = " " if text[-1] in _WHITE and text.strip() else ""
    return f"{start}{' '.join(text.split())}{end}"
