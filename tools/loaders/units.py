"""A document as it is being built: text and units grow together, so offsets are exact.

Loaders call one method per thing they meet, in reading order. The builder cleans each text, decides
where sentences end, and remembers the headings above. It knows no format.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.schemas.document import Box, LoadedDocument, Unit, UnitKind
from core.text import INVISIBLE, collapse_spaces, normalise, shorten, strip_invisible
from tools.loaders.sentences import UNIT_LIMIT, Range, capped_ranges, sentence_ranges

HEADING_LIMIT = 300
"""A longer "heading" is a paragraph that somebody styled."""

_TITLE_LIMIT = 300
_HIDDEN_LIMIT = 2_000
_HIDDEN_ENTRIES = 50
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_BREAK = re.compile(r" ?\n[ \n]*")
_TAGS = re.compile(r"[\U000e0020-\U000e007e]+")


class Place(NamedTuple):
    """Where on its page a text was copied from, and how sure OCR was of it."""

    box: Box
    confidence: float | None = None


class DocumentBuilder:
    """Appends text and units; ``text[unit.start:unit.end] == unit.text`` by construction."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._units: list[Unit] = []
        self._headings: list[tuple[int, str]] = []
        self._block = -1
        self._open: UnitKind | None = None
        self._invisible = 0
        self._hidden: list[str] = []
        self._warnings: list[str] = []
        self._pictures = 0

    def heading(
        self, text: str, level: int, *, page: int | None = None, place: Place | None = None
    ) -> None:
        """A heading of ``level`` 1 (outermost) and up; everything after it stands below it."""
        title = collapse_spaces(self._clean(text))
        if len(title) > HEADING_LIMIT:
            self.paragraph(title, page=page, place=place)
        elif title:
            self._headings = [entry for entry in self._headings if entry[0] < level]
            self._headings.append((level, title))
            self._append("heading", title, [Range(0, len(title))], page=page, place=place)

    def paragraph(
        self,
        text: str,
        *,
        page: int | None = None,
        speaker: str | None = None,
        place: Place | None = None,
    ) -> None:
        """Running text; each line break in it ends a sentence."""
        prose = self._prose(text)
        ranges = sentence_ranges(prose)
        self._append("sentence", prose, ranges, page=page, speaker=speaker, place=place)

    def list_item(
        self,
        text: str,
        *,
        marker: str = "",
        page: int | None = None,
        speaker: str | None = None,
        place: Place | None = None,
    ) -> None:
        """One list item; neighbours share a block. ``marker`` is shown but not part of the unit."""
        prose = self._prose(text)
        ranges = capped_ranges(prose) if len(prose) <= UNIT_LIMIT else sentence_ranges(prose)
        self._append(
            "list_item", prose, ranges, marker=marker, joins=True, page=page, speaker=speaker,
            place=place,
        )  # fmt: skip

    def table(
        self, rows: Iterable[str], *, page: int | None = None, place: Place | None = None
    ) -> None:
        """The rows of one table, each already in words."""
        self.end_block()
        for row in rows:
            self.table_row(row, page=page, place=place)
        self.end_block()

    def table_row(self, row: str, *, page: int | None = None, place: Place | None = None) -> None:
        """One row in words; neighbours share a block."""
        flat = collapse_spaces(self._clean(row))
        self._append("table_row", flat, capped_ranges(flat), joins=True, page=page, place=place)

    def code(self, text: str, *, page: int | None = None, place: Place | None = None) -> None:
        """Text whose line breaks and indents matter."""
        lines = [line.rstrip() for line in self._clean(text).split("\n")]
        block = textwrap.dedent("\n".join(lines)).strip("\n")
        self._append("code", block, capped_ranges(block), page=page, place=place)

    def picture(self, description: str, *, page: int | None = None) -> None:
        """A picture: its description in words is text, one without is counted in a warning."""
        if " " in description.strip():
            self.paragraph(description, page=page)
        else:
            # One word is a file name or an id that the program gave.
            self._pictures += 1

    def leave_headings(self) -> None:
        """What follows stands below no heading: a slide without a title, another sheet."""
        self._headings.clear()

    def end_block(self) -> None:
        """Keep the next list item from joining the list above."""
        self._open = None

    def hide(self, text: str) -> None:
        """Report text that a reader of the original would not see; it is left out."""
        hidden = shorten(self._clean(text), _HIDDEN_LIMIT)
        if hidden:
            self._hidden.append(hidden)

    def warn(self, warning: str) -> None:
        """Say what was left out and why."""
        if warning not in self._warnings:
            self._warnings.append(warning)

    @property
    def first_heading(self) -> str | None:
        """The first heading so far."""
        return next((unit.text for unit in self._units if unit.kind == "heading"), None)

    def build(
        self,
        media_type: str,
        title: str | None,
        *,
        metadata: dict[str, str] | None = None,
        warnings: Sequence[str] = (),
    ) -> LoadedDocument:
        """The document; its title is the given one, else its first heading."""
        chosen = collapse_spaces(self._clean(title or "")) or self.first_heading or ""
        found = {key: self._clean(value).strip() for key, value in (metadata or {}).items()}
        if self._pictures:
            self.warn(f"pictures without a description left out: {self._pictures}")
        return LoadedDocument(
            media_type=media_type,
            title=shorten(chosen, _TITLE_LIMIT),
            text="".join(self._parts),
            units=tuple(self._units),
            metadata={key: value for key, value in found.items() if value},
            warnings=(*warnings, *self._warnings),
            hidden=self._all_hidden(),
        )

    def _append(
        self,
        kind: UnitKind,
        text: str,
        ranges: Sequence[Range],
        *,
        marker: str = "",
        joins: bool = False,
        page: int | None = None,
        speaker: str | None = None,
        place: Place | None = None,
    ) -> None:
        if not ranges:
            return
        joined = joins and self._open == kind
        if not joined:
            self._block += 1
        self._open = kind if joins else None
        separator = "" if not self._parts else "\n" if joined else "\n\n"
        offset = self._length + len(separator) + len(marker)
        path = tuple(title for _, title in self._headings)
        self._push(separator + marker + text)
        for start, end in ranges:
            self._units.append(
                Unit(
                    index=len(self._units),
                    kind=kind,
                    start=offset + start,
                    end=offset + end,
                    text=text[start:end],
                    heading_path=path,
                    block=self._block,
                    page=page,
                    speaker=speaker,
                    box=place.box if place else None,
                    confidence=place.confidence if place else None,
                )
            )

    def _push(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _prose(self, text: str) -> str:
        return _AROUND_BREAK.sub("\n", _BLANKS.sub(" ", self._clean(text))).strip()

    def _clean(self, raw: str) -> str:
        text = normalise(raw)
        if text.isascii() or not INVISIBLE.search(text):
            return text
        self._hidden.extend(_decode_tags(tags) for tags in _TAGS.findall(text))
        visible, dropped = strip_invisible(text)
        self._invisible += dropped
        return normalise(visible)

    def _all_hidden(self) -> tuple[str, ...]:
        entries = self._hidden[:_HIDDEN_ENTRIES]
        if len(self._hidden) > len(entries):
            entries.append(f"{len(self._hidden) - len(entries)} more hidden texts")
        if self._invisible:
            entries.append(f"{self._invisible} invisible characters")
        return tuple(entries)


def _decode_tags(tags: str) -> str:
    """Tag characters mirror ASCII one to one: the words somebody wrote with them."""
    return "".join(chr(ord(tag) - 0xE0000) for tag in tags)
