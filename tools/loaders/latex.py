"""LaTeX source as the text that it prints: one pass over its tokens, nothing is executed.

Only plain abbreviations of the file itself are expanded. Formulas on lines of their own and
listings keep their source; other files that it includes are named in a warning.
"""

from typing import Final

from core.schemas.document import LoadedDocument
from tools.loaders import latex_words as words
from tools.loaders.latex_groups import CAPTURED
from tools.loaders.latex_math import SIGNS
from tools.loaders.latex_output import LatexOutput
from tools.loaders.latex_source import Source
from tools.loaders.latex_tokens import Token
from tools.loaders.plain import add_source
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_NAMED_UNKNOWN: Final = 20


def read(raw: RawDocument) -> LoadedDocument:
    """What the document prints; the source itself when that is nothing."""
    builder = DocumentBuilder()
    reader = _Reader(raw.text, builder)
    if not reader.read():
        builder = DocumentBuilder()
        builder.warn("nothing but definitions; the source is kept as text")
        add_source(builder, raw.text)
    title = reader.front.pop("title", None)
    return builder.build(raw.media_type, title, metadata=reader.front, warnings=raw.warnings)


class _Reader:
    """Follows groups and commands; ``blocks`` puts the text together."""

    def __init__(self, text: str, builder: DocumentBuilder) -> None:
        self._source = Source(text)
        self._builder = builder
        self._out = LatexOutput(self._source, builder)
        self._blocks = self._out.blocks
        self.front: dict[str, str] = {}
        self._unknown: dict[str, None] = {}

    def read(self) -> bool:
        """Follow the source to its end; False when it prints nothing."""
        for token in self._source.tokens():
            if token.kind == "pause":
                self._end_options()
            if not self._out.top.is_skipped or token.content in ("{", "}", "[", "]"):
                self._take(token)
        if self._out.depth:
            self._builder.warn("the file ends in the middle of a group")
        while self._out.depth:
            self._close()
        self._blocks.finish()
        if self._unknown:
            names = ", ".join(self._unknown)
            self._builder.warn(f"commands that are not known, their arguments kept: {names}")
        return self._blocks.has_words

    def _command(self, token: Token) -> None:
        group, name = self._out.top, token.content
        group.expect("", ())
        if name in words.DEFINITIONS:
            self._begin_definition(name)
        elif name in self._source.macros:
            # TeX swallows the space; authors rely on packages that put it back.
            self._out.put(self._source.macros[name] + (" " if token.gap else ""))
        elif name in words.CHARACTERS or name in SIGNS:
            self._out.put(words.CHARACTERS.get(name) or SIGNS.get(name, ""))
        elif name in words.ARGUMENTS:
            is_kept = words.ARGUMENTS[name] == ("cite",)
            group.expect(name, words.ARGUMENTS[name], "remark" if is_kept else "skip")
        elif name in words.SILENT:
            self._obey(name)
        elif self._out.in_body and "@" not in name:
            self._add_unknown(token)

    def _begin_definition(self, name: str) -> None:
        group, found = self._out.top, self._source.pass_definition()
        if found is None:
            group.expect(name, ("skip", "skip"), "skip")
        else:
            defined, takes_arguments = found
            group.expect(defined, ("skip" if takes_arguments else "macro",))

    def _obey(self, name: str) -> None:
        """Commands that do something without an argument in braces."""
        match name:
            case "par":
                self._out.pause()
            case "item" if not self._out.is_inside:
                self._blocks.begin_item()
                self._out.top.expect(name, (), "label")
            case "item":
                self._out.put(" ")
            case "tabularnewline" | "cr":
                self._out.end_row()
            case "hline" | "midrule":
                self._blocks.rule()
            case "let":
                self._source.pass_alias()
            case "iffalse":
                self._source.until("\\fi")
            case "maketitle":
                self._blocks.add("heading", self.front.get("title", ""), 1)
                self._blocks.add("caption", self.front.get("author", ""), 1)

    def _add_unknown(self, token: Token) -> None:
        """A command of some package: its arguments are text, and so is its name without any."""
        if len(self._unknown) < _NAMED_UNKNOWN:
            self._unknown[f"\\{token.content}"] = None
        following = self._source.text[token.end : token.end + 2]
        is_bare = following == "{}" or following[:1] not in ("{", "[")
        if is_bare and not self._source.stands_alone(token):
            self._out.put(token.content + (" " if token.gap else ""))
        elif not token.gap:
            self._out.top.expect(token.content, (), "skip")

    def _take(self, token: Token) -> None:
        match token.kind:
            case "word":
                self._command(token)
            case "symbol":
                self._symbol(token.content)
            case "mark":
                self._mark(token.content)
            case "link":
                self._out.top.expect("href", ("keep",))
            case "pause":
                self._out.top.expect("", ())
                self._out.pause()
            case _:
                self._add_text(token.content)

    def _add_text(self, text: str) -> None:
        if not text.isspace():
            self._out.top.expect("", ())
        self._out.put(text.replace("\n", " "))

    def _mark(self, mark: str) -> None:
        group = self._out.top
        if mark == "{":
            self._out.open("}", group.pending.popleft() if group.pending else "")
        elif mark == "[" and group.option and not group.is_skipped:
            self._out.open("]", group.option)
        elif mark == "]" and group.closer == "]":
            self._close()
        elif mark == "}":
            self._end_options()
            if self._out.depth:
                self._close()
        elif not group.is_skipped:
            self._print_mark(mark)

    def _print_mark(self, mark: str) -> None:
        self._out.top.expect("", ())
        if mark in ("$", "$$"):
            self._out.add_dollars(mark)
        elif mark == "&" and self._out.is_inside:
            self._out.end_cell()
        else:
            self._out.put(" " if mark == "~" else mark)

    def _end_options(self) -> None:
        """A brace or an empty line ends options whose bracket was forgotten."""
        while self._out.top.closer == "]":
            self._close()

    def _close(self) -> None:
        closed, group = self._out.close(), self._out.top
        if closed.role == "macro":
            self._source.define(closed.command, closed.start)
        elif closed.role in CAPTURED and closed.sink is not None and not group.is_skipped:
            self._end(closed.role, closed.command, "".join(closed.sink).strip())

    def _end(self, role: str, command: str, text: str) -> None:
        """An argument that means something is complete."""
        match role:
            case "begin":
                self._begin_environment(text)
            case "end":
                self._end_environment(text)
            case "front":
                self.front[command] = " ".join(text.split())
            case "cite":
                self._out.put(f"[{text}]")
            case "remark":
                self._out.put(f"({text}) ")
            case "file" | "bibliography":
                self._builder.warn(f"a file that is included is not read: {text[:100]}")
            case "heading" | "caption" if self._out.is_inside and not self._blocks.in_table:
                self._out.put(f" {text} ")
            case _ if self._out.in_body:
                self._blocks.add(role, text, words.LEVELS.get(command, 1))

    def _begin_environment(self, name: str) -> None:
        group = self._out.top
        if name == "document":
            self._out.begin_body()
        elif name in words.CODE | words.DRAWN | words.SKIPPED:
            self._out.add_source(name, self._source.until(f"\\end{{{name}}}"))
        elif name in words.TABLES:
            self._blocks.begin_table(is_real=not self._out.is_inside and self._out.in_body)
        else:
            self._out.pause()
            self._blocks.begin(name, is_inside=self._out.is_inside)
        roles = words.ENVIRONMENT_ARGUMENTS.get(name, ())
        group.expect(name, roles, "keep" if name in words.NAMED else "skip")

    def _end_environment(self, name: str) -> None:
        if name == "document":
            self._source.place = len(self._source.text)
        elif name in words.TABLES:
            self._blocks.end_table()
        else:
            self._out.pause()
            self._blocks.end(name)

    def _symbol(self, symbol: str) -> None:
        group = self._out.top
        group.expect("", ())
        if symbol == "\\":
            self._out.end_row()
            group.option = "skip"
        elif symbol in ("(", "["):
            source = self._source.until("\\)" if symbol == "(" else "\\]")
            if source is not None:
                self._out.add_formula(source, is_display=symbol == "[")
        else:
            self._out.put(words.SYMBOLS.get(symbol, ""))
