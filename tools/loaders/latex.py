"""LaTeX source as the text that it prints: one pass over its tokens, nothing is executed.

Only plain abbreviations of the file itself are expanded. Formulas on lines of their own and
listings keep their source; other files that it includes are named in a warning.
"""

import re
from typing import Final

from core.errors import CorruptDocument
from core.schemas.document import LoadedDocument
from tools.loaders import latex_words as words
from tools.loaders.latex_blocks import LatexBlocks
from tools.loaders.latex_groups import CAPTURED, Group
from tools.loaders.latex_math import SIGNS, display_math, inline_math
from tools.loaders.latex_source import Source
from tools.loaders.latex_tokens import Token
from tools.loaders.plain import add_source
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder

_MAX_DEPTH: Final = 2_000
_NAMED_UNKNOWN: Final = 20
_OPTIONS: Final = re.compile(r"(?:[ \t]*(?:\[[^\]\n]*+\]|\{[^{}\n]*+\}))++")


def read(raw: RawDocument) -> LoadedDocument:
    """What the document prints; the source itself when that is nothing."""
    builder = DocumentBuilder()
    reader = _Reader(raw.text, builder)
    reader.read()
    if not reader.blocks.has_words:
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
        self.blocks = LatexBlocks(builder)
        self.front: dict[str, str] = {}
        self._in_body = "\\begin{document}" not in text
        self._groups = [Group(self.blocks.parts if self._in_body else None)]
        self._unknown: dict[str, None] = {}

    def read(self) -> None:
        for token in self._source.tokens():
            if self._groups[-1].is_skipped and token.content not in ("{", "}", "[", "]"):
                continue
            self._take(token)
        if len(self._groups) > 1:
            self._builder.warn("the file ends in the middle of a group")
        while len(self._groups) > 1:
            self._close()
        self.blocks.finish()
        if self._unknown:
            names = ", ".join(self._unknown)
            self._builder.warn(f"commands that are not known, their arguments kept: {names}")

    def _command(self, token: Token) -> None:
        group, name = self._groups[-1], token.content
        group.expect("", ())
        if name in words.DEFINITIONS:
            self._begin_definition(name)
        elif name in self._source.macros:
            # TeX swallows the space; authors rely on packages that put it back.
            self._put(self._source.macros[name] + (" " if token.gap else ""))
        elif name in words.CHARACTERS or name in SIGNS:
            self._put(words.CHARACTERS.get(name) or SIGNS.get(name, ""))
        elif name in words.ARGUMENTS:
            is_kept = words.ARGUMENTS[name] == ("cite",)
            group.expect(name, words.ARGUMENTS[name], "remark" if is_kept else "skip")
        elif name in words.SILENT:
            self._obey(name)
        elif self._in_body and "@" not in name:
            self._add_unknown(token)

    def _begin_definition(self, name: str) -> None:
        group, found = self._groups[-1], self._source.pass_definition()
        if found is None:
            group.expect(name, ("skip", "skip"), "skip")
        else:
            defined, takes_arguments = found
            group.expect(defined, ("skip" if takes_arguments else "macro",))

    def _obey(self, name: str) -> None:
        """Commands that do something without an argument in braces."""
        match name:
            case "par":
                self._pause()
            case "item" if not self._is_inside:
                self.blocks.begin_item()
                self._groups[-1].expect(name, (), "label")
            case "item":
                self._put(" ")
            case "tabularnewline" | "cr":
                self._end_row()
            case "hline" | "midrule":
                self.blocks.rule()
            case "let":
                self._source.pass_alias()
            case "iffalse":
                self._source.until("\\fi")
            case "maketitle":
                self.blocks.add("heading", self.front.get("title", ""), 1)
                self.blocks.add("caption", self.front.get("author", ""), 1)

    def _add_unknown(self, token: Token) -> None:
        """A command of some package: its arguments are text, and so is its name without any."""
        if len(self._unknown) < _NAMED_UNKNOWN:
            self._unknown[f"\\{token.content}"] = None
        following = self._source.text[token.end : token.end + 2]
        is_bare = following == "{}" or following[:1] not in ("{", "[")
        if is_bare and not self._source.stands_alone(token):
            self._put(token.content + (" " if token.gap else ""))
        elif not token.gap:
            self._groups[-1].expect(token.content, (), "skip")

    def _take(self, token: Token) -> None:
        match token.kind:
            case "word":
                self._command(token)
            case "symbol":
                self._symbol(token.content)
            case "mark":
                self._mark(token.content)
            case "link":
                self._groups[-1].expect("href", ("keep",))
            case "pause":
                self._groups[-1].expect("", ())
                self._pause()
            case _:
                self._add_text(token.content)

    @property
    def _is_inside(self) -> bool:
        """Whether text at hand is an argument or a cell, in which no block can begin."""
        return self._groups[-1].sink is not self.blocks.parts or self.blocks.in_table

    def _put(self, text: str) -> None:
        sink = self._groups[-1].sink
        if sink is not None:
            sink.append(text)

    def _pause(self) -> None:
        if self._is_inside:
            self._put(" ")
        else:
            self.blocks.flush()

    def _add_text(self, text: str) -> None:
        if not text.isspace():
            self._groups[-1].expect("", ())
        self._put(text.replace("\n", " "))

    def _mark(self, mark: str) -> None:
        group = self._groups[-1]
        if mark == "{":
            self._open("}", group.pending.popleft() if group.pending else "")
        elif mark == "[" and group.option and not group.is_skipped:
            self._open("]", group.option)
        elif mark == "]" and group.closer == "]":
            self._close()
        elif mark == "}":
            while self._groups[-1].closer == "]":
                self._close()
            if len(self._groups) > 1:
                self._close()
        elif not group.is_skipped:
            self._print_mark(mark)

    def _print_mark(self, mark: str) -> None:
        self._groups[-1].expect("", ())
        if mark in ("$", "$$"):
            self._add_dollars(mark)
        elif mark == "&" and self._is_inside:
            self._end_cell()
        else:
            self._put(" " if mark == "~" else mark)

    def _end_cell(self) -> None:
        if self._groups[-1].sink is not self.blocks.parts or not self.blocks.end_cell():
            self._put(" ")

    def _end_row(self) -> None:
        if self._groups[-1].sink is not self.blocks.parts or not self.blocks.end_row():
            self._put(" " if self._is_inside else "\n")

    def _open(self, closer: str, role: str) -> None:
        if len(self._groups) > _MAX_DEPTH:
            raise CorruptDocument("the file is nested too deeply")
        if role == "spaced":
            self._put(" ")
        self._groups.append(self._groups[-1].inner(closer, role, self._source.place))

    def _close(self) -> None:
        closed = self._groups.pop()
        group = self._groups[-1]
        if not group.pending:
            group.option = ""
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
                self._put(f"[{text}]")
            case "remark":
                self._put(f"({text}) ")
            case "file" | "bibliography":
                self._builder.warn(f"a file that is included is not read: {text[:100]}")
            case "heading" | "caption" if self._is_inside and not self.blocks.in_table:
                self._put(f" {text} ")
            case _ if self._in_body:
                self.blocks.add(role, text, words.LEVELS.get(command, 1))

    def _begin_environment(self, name: str) -> None:
        group = self._groups[-1]
        if name == "document":
            self._in_body = True
            group.sink = self.blocks.parts
        elif name in words.CODE | words.DRAWN | words.SKIPPED:
            self._add_source(name, self._source.until(f"\\end{{{name}}}"))
        elif name in words.TABLES:
            self.blocks.begin_table(is_real=not self._is_inside and self._in_body)
        else:
            self._pause()
            self.blocks.begin(name, is_inside=self._is_inside)
        roles = words.ENVIRONMENT_ARGUMENTS.get(name, ())
        group.expect(name, roles, "keep" if name in words.NAMED else "skip")

    def _end_environment(self, name: str) -> None:
        if name == "document":
            self._source.place = len(self._source.text)
        elif name in words.TABLES:
            self.blocks.end_table()
        else:
            self._pause()
            self.blocks.end(name)

    def _add_source(self, name: str, source: str | None) -> None:
        if source is None or name in words.SKIPPED or not self._in_body:
            return
        if name in words.DRAWN:
            self._builder.picture("")
        elif self._is_inside:
            self._put(f" {inline_math(source)} ")
        else:
            self.blocks.flush()
            options = _OPTIONS.match(source)
            self._builder.code(display_math(source[options.end() if options else 0 :]))

    def _add_dollars(self, mark: str) -> None:
        formula = self._source.formula(mark)
        if formula is None:
            self._put(mark)
        else:
            self._add_formula(formula, is_display=mark == "$$")

    def _add_formula(self, source: str, *, is_display: bool) -> None:
        if is_display and not self._is_inside:
            self._add_source("math", source)
        else:
            self._put(inline_math(source))

    def _symbol(self, symbol: str) -> None:
        group = self._groups[-1]
        group.expect("", ())
        if symbol == "\\":
            self._end_row()
            group.option = "skip"
        elif symbol in ("(", "["):
            source = self._source.until("\\)" if symbol == "(" else "\\]")
            if source is not None:
                self._add_formula(source, is_display=symbol == "[")
        else:
            self._put(words.SYMBOLS.get(symbol, ""))
