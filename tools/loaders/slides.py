"""PowerPoint decks (.pptx): slide by slide, a slide's title as its heading, its notes at its end.

Shapes come in the order of the file, which is the one that is read aloud. Footers, dates and slide
numbers are furniture; hidden slides are reported, as hidden sheets are.
"""

from collections.abc import Iterator
from typing import Final
from zipfile import ZipFile

from lxml import etree

from core.errors import CorruptDocument
from core.schemas.document import LoadedDocument
from tools.loaders.drawings import (
    CHART,
    DIAGRAM,
    FALLBACK,
    A,
    chart_rows,
    diagram_texts,
    paragraphs,
    table_of,
    text_of,
)
from tools.loaders.html_tree import Element
from tools.loaders.office import core_properties, office_errors, package
from tools.loaders.packages import Parts, Relation
from tools.loaders.raw import RawDocument
from tools.loaders.repeats import TOO_MANY_REPEATS, Repeats
from tools.loaders.units import DocumentBuilder

_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHAPE, _FRAME, _PICTURE = f"{_P}sp", f"{_P}graphicFrame", f"{_P}pic"
_TITLES: Final = ("title", "ctrTitle")
_FURNITURE: Final = ("dt", "ftr", "hdr", "sldNum", "sldImg")
_LISTED: Final = ("body", "obj", None)
"""Placeholders whose paragraphs the layout usually draws with bullets."""
_NO_TITLE: Final = "PowerPoint Presentation"
_TRUE: Final = ("1", "true")


def read(raw: RawDocument) -> LoadedDocument:
    """Every visible slide, in the order of the show."""
    builder = DocumentBuilder()
    with office_errors(), ZipFile(package(raw)) as archive:
        parts = Parts(archive)
        _Deck(parts, builder).read()
        properties = core_properties(parts)
    title = properties.pop("title").replace(_NO_TITLE, "")
    return builder.build(raw.media_type, title, metadata=properties, warnings=raw.warnings)


class _Deck:
    """Reads slides one by one and keeps what holds for the whole deck."""

    def __init__(self, parts: Parts, builder: DocumentBuilder) -> None:
        self._parts = parts
        self._builder = builder
        self._repeats = Repeats()

    def read(self) -> None:
        for number, name in enumerate(self._slides(), start=1):
            slide = self._parts.take(name)
            if slide is None:
                self._builder.warn(f"slide {number} is missing from the file")
            elif slide.get("show") in ("0", "false"):
                self._builder.warn(f"hidden slide left out: {number}")
                self._builder.hide(text_of(slide))
            else:
                relations = self._parts.relations(name)
                self._add_slide(slide, relations, number)
                self._add_notes(relations, number)
        if self._repeats.spent:
            self._builder.warn(TOO_MANY_REPEATS)

    def _slides(self) -> Iterator[str]:
        """The parts that hold the slides, in order."""
        main = next(
            (
                relation.part
                for relation in self._parts.relations("").values()
                if relation.kind == "officeDocument"
            ),
            "ppt/presentation.xml",
        )
        relations = self._parts.relations(main)
        for entry in self._parts.tree(main).iter(f"{_P}sldId"):
            relation = relations.get(entry.get(f"{_R}id", ""))
            if relation is None:
                raise CorruptDocument("the presentation lists a slide that it does not name")
            yield relation.part

    def _add_slide(self, slide: Element, relations: dict[str, Relation], number: int) -> None:
        self._builder.leave_headings()
        shapes = list(self._shapes(slide))
        for shape in shapes:
            if _placeholder(shape) in _TITLES:
                self._builder.heading(text_of(shape), 1, page=number)
        for shape in shapes:
            if shape.tag == _SHAPE and _placeholder(shape) not in _TITLES:
                self._add_text(shape, number)
            elif shape.tag == _FRAME:
                self._add_frame(shape, relations, number)
            elif shape.tag == _PICTURE:
                self._builder.picture(_description(shape), page=number)
        if any(relation.kind == "comments" for relation in relations.values()):
            self._builder.warn("review comments left out")

    def _shapes(self, slide: Element) -> Iterator[Element]:
        """Shapes in order, also those in groups; hidden ones are reported."""
        walker = etree.iterwalk(
            slide, events=("start",), tag=(_SHAPE, _FRAME, _PICTURE, f"{_P}grpSp", FALLBACK)
        )
        for _, shape in walker:
            if shape.tag == FALLBACK:
                walker.skip_subtree()
            elif _is_hidden(shape):
                self._builder.hide(text_of(shape))
                walker.skip_subtree()
            elif _placeholder(shape) not in _FURNITURE:
                yield shape

    def _add_text(self, shape: Element, number: int) -> None:
        body = shape.find(f"{_P}txBody")
        if body is None:
            return
        found = list(paragraphs(body))
        kind = _placeholder(shape, default="box")
        # An only paragraph under a title reads as text, whatever the layout draws before it.
        listed = kind in _LISTED and len(found) > 1
        for text, bullet in found:
            if listed if bullet is None else bullet:
                self._builder.list_item(text, marker="- ", page=number)
            else:
                self._builder.paragraph(text, page=number)
        self._builder.end_block()

    def _add_frame(self, frame: Element, relations: dict[str, Relation], number: int) -> None:
        for table in frame.iterfind(f"{A}graphic/{A}graphicData/{A}tbl"):
            grid = table_of(table, self._repeats)
            for caption in grid.captions:
                self._builder.paragraph(caption, page=number)
            self._builder.table(grid.sentences(), page=number)
        for reference in frame.iter(f"{CHART}chart"):
            chart = self._part(relations.get(reference.get(f"{_R}id", "")))
            if chart is not None:
                self._builder.table(chart_rows(chart), page=number)
        for reference in frame.iter(f"{DIAGRAM}relIds"):
            data = self._part(relations.get(reference.get(f"{_R}dm", "")))
            if data is not None:
                for text in diagram_texts(data):
                    self._builder.list_item(text, marker="- ", page=number)
                self._builder.end_block()

    def _part(self, relation: Relation | None) -> Element | None:
        if relation is None or relation.part not in self._parts:
            self._builder.warn("a chart or diagram is missing from the file")
            return None
        return self._parts.take(relation.part)

    def _add_notes(self, relations: dict[str, Relation], number: int) -> None:
        for relation in relations.values():
            notes = self._parts.take(relation.part) if relation.kind == "notesSlide" else None
            if notes is not None:
                for shape in self._shapes(notes):
                    if shape.tag == _SHAPE:
                        self._add_text(shape, number)


def _placeholder(shape: Element, default: str | None = "") -> str | None:
    """The kind of placeholder; None for one without a kind, ``default`` for any other shape."""
    for part in shape:
        mark = part.find(f"{_P}nvPr/{_P}ph") if isinstance(part.tag, str) else None
        if mark is not None:
            return mark.get("type")
    return default


def _names(shape: Element) -> Element | None:
    """The element that carries a shape's name, description and visibility."""
    for part in shape:
        if isinstance(part.tag, str) and (found := part.find(f"{_P}cNvPr")) is not None:
            return found
    return None


def _is_hidden(shape: Element) -> bool:
    names = _names(shape)
    return names is not None and names.get("hidden") in _TRUE


def _description(picture: Element) -> str:
    names = _names(picture)
    return "" if names is None else names.get("descr") or names.get("title") or ""
