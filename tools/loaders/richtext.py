"""Rich Text (.rtf): groups and control words, followed in one pass without recursion.

A group that begins with an unknown optional word is skipped, as the format wants it. Pictures and
embedded data are jumped over; deleted and hidden text is not part of the text.
"""

from typing import Final

from core.errors import CorruptDocument
from core.schemas.document import LoadedDocument
from tools.loaders import rtf_groups as words
from tools.loaders.raw import RawDocument
from tools.loaders.rtf_groups import Group
from tools.loaders.rtf_paragraphs import ParagraphLook, Paragraphs
from tools.loaders.rtf_tokens import (
    WESTERN,
    encoding_of_charset,
    encoding_of_codepage,
    tokens,
)
from tools.loaders.units import DocumentBuilder

_MAX_DEPTH: Final = 2_000


def read(raw: RawDocument) -> LoadedDocument:
    """The text, then its notes."""
    builder = DocumentBuilder()
    reader = _Reader(builder)
    reader.read(raw.content.decode("latin-1"))
    title = reader.info.pop("title", "")
    return builder.build(
        raw.media_type,
        reader.paragraphs.title or title,
        metadata=reader.info,
        warnings=raw.warnings,
    )


class _Reader:
    """Follows the groups; text goes where the innermost one wants it."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self.paragraphs = Paragraphs(builder)
        self.info: dict[str, str] = {}
        self._group = Group()
        self._outer: list[Group] = []
        self._encoding = WESTERN
        self._fonts: dict[int, str] = {}
        self._bytes: list[str] = []
        self._replaced = 0
        """Characters still to come that only stand for the one just read."""
        self._optional = False
        self._number = 0
        self._property = ""
        self._description = ""
        self._hidden: list[str] = []

    def read(self, text: str) -> None:
        for token in tokens(text):
            if not token.word:
                self._add_bytes(token.text)
                continue
            self._flush()
            if token.word == "{":
                self._open()
            elif token.word != "}":
                self._obey(token.word, token.number)
            elif self._outer:
                self._close()
        self._flush()
        if self._outer:
            self._builder.warn("the file ends in the middle of a group")
        self._report_hidden()
        self.paragraphs.finish(self._group.look)

    def _open(self) -> None:
        if len(self._outer) >= _MAX_DEPTH:
            raise CorruptDocument("the file is nested too deeply")
        self._replaced = 0
        self._outer.append(self._group)
        self._group = self._group.inner()
        if self._group.target == "styles":
            self._group.begin("style")
            self._number = 0

    def _close(self) -> None:
        closed, self._group = self._group, self._outer.pop()
        self._replaced = 0
        self._optional = False
        if closed.opens:
            self._end(closed.opens, "".join(closed.gathered).strip())
        elif closed.gathered:
            self._group.gathered.extend(closed.gathered)
        if closed.hidden and not self._group.hidden:
            self._report_hidden()

    def _end(self, target: str, text: str) -> None:
        """A group that meant something is over."""
        match target:
            case "note" | "box":
                self.paragraphs.end_aside(is_note=target == "note")
            case "marker":
                self.paragraphs.mark(text)
            case "style":
                self.paragraphs.style_names[self._number] = text.rstrip(";")
            case "name":
                self._property = text
            case "value" if self._property == "wzDescription":
                self._description = text
            case "picture":
                self._end_picture()
            case _ if target in words.INFO:
                self.info[target] = text

    def _end_picture(self) -> None:
        description, self._description = self._description, ""
        if " " in description:
            self.paragraphs.add(f" {description} ")
        else:
            self._builder.picture("")

    def _obey(self, word: str, number: int | None) -> None:
        group = self._group
        optional, self._optional = self._optional, word == "\\*"
        if group.target == "skip":
            return
        if word in words.KEPT:
            self._begin(words.KEPT[word])
        elif word in words.FURNITURE:
            self.info["left_out"] = "page headers and footers"
            group.begin("skip")
        elif word in words.SKIPPED or (optional and word not in words.PASSED):
            if word == "annotation":
                self._builder.warn("review comments left out")
            group.begin("skip")
        elif group.target in ("fonts", "style"):
            self._define(word, number or 0)
        else:
            self._obey_in_text(word, number)

    def _begin(self, target: str) -> None:
        """A group that means something; notes in what is no text are not text either."""
        is_aside = target in ("note", "box")
        if is_aside and self._group.target != "text":
            self._group.begin("skip")
        elif is_aside:
            self.paragraphs.begin_aside()
            self._group.opens = target
            self._group.look.in_table = False
        else:
            self._group.begin(target)

    def _define(self, word: str, number: int) -> None:
        """Words in the tables of fonts and styles."""
        match self._group.target, word:
            case ("fonts", "f") | ("style", "s"):
                self._number = number
            case "fonts", "fcharset":
                self._fonts[self._number] = encoding_of_charset(number) or ""
            case "style", "outlinelevel":
                self.paragraphs.outlines[self._number] = number

    def _obey_in_text(self, word: str, number: int | None) -> None:
        group = self._group
        if word in words.CHARACTERS:
            self._put(words.CHARACTERS[word])
        elif word == "u":
            # Negative numbers are the upper half of sixteen bits.
            self._put(chr((number or 0) & 0xFFFF))
            self._replaced = group.fallback
        elif word == "uc":
            group.fallback = max(number or 0, 0)
        elif word == "f":
            group.encoding = self._fonts.get(number or 0, "")
        elif word == "ansicpg":
            self._encoding = encoding_of_codepage(number or 0)
        elif word in ("v", "deleted", "plain"):
            group.set_visibility(word, is_on=number != 0)
            if not group.hidden:
                self._report_hidden()
        elif group.target == "text":
            self._shape(word, number)

    def _shape(self, word: str, number: int | None) -> None:
        """Words about paragraphs and tables."""
        look, paragraphs = self._group.look, self.paragraphs
        match word:
            case _ if word in words.PARAGRAPH_ENDS:
                paragraphs.end_paragraph(look)
            case "pard":
                self._group.look = ParagraphLook()
            case "s":
                look.style = number or 0
            case "outlinelevel":
                look.outline = number or 0
            case "ls":
                look.listed = bool(number)
            case "intbl":
                look.in_table = number != 0
            case "trowd":
                paragraphs.begin_row()
            case "trhdr":
                paragraphs.mark_header()
            case "clmrg" | "clvmrg":
                paragraphs.merge("h" if word == "clmrg" else "v")
            case "cellx":
                paragraphs.describe_cell()
            case "cell":
                paragraphs.end_cell()
            case "row":
                paragraphs.end_row()

    def _add_bytes(self, text: str) -> None:
        kept = text[self._replaced :]
        self._replaced -= len(text) - len(kept)
        self._optional = False
        target = self._group.target
        if kept and (target == "text" or target in words.GATHERED):
            self._bytes.append(kept)

    def _flush(self) -> None:
        """Bytes become characters together: some encodings need two for one."""
        if not self._bytes:
            return
        content = "".join(self._bytes).encode("latin-1")
        self._bytes.clear()
        text = content.decode(self._group.encoding or self._encoding, "replace")
        if "\ufffd" in text:
            self._builder.warn("some characters do not fit the file's encoding")
        self._put(text)

    def _put(self, text: str) -> None:
        group = self._group
        if group.target in words.GATHERED:
            group.gathered.append(text)
        elif group.target != "text" or group.deleted:
            return
        elif group.hidden:
            self._hidden.append(text)
        else:
            self.paragraphs.add(text)

    def _report_hidden(self) -> None:
        if self._hidden:
            self._builder.hide("".join(self._hidden))
            self._hidden.clear()
