"""Where the text of a LaTeX file goes: to a block, a cell or an argument, by the group it is in."""

import re
from typing import Final

from core.errors import CorruptDocument
from tools.loaders import latex_words as words
from tools.loaders.latex_blocks import LatexBlocks
from tools.loaders.latex_groups import Group
from tools.loaders.latex_math import display_math, inline_math
from tools.loaders.latex_source import Source
from tools.loaders.units import DocumentBuilder

_MAX_DEPTH: Final = 2_000
_OPTIONS: Final = re.compile(r"(?:[ \t]*(?:\[[^\]\n]*+\]|\{[^{}\n]*+\}))++")


class LatexOutput:
    """Knows the groups that are open. Nothing is printed before the body begins."""

    def __init__(self, source: Source, builder: DocumentBuilder) -> None:
        self.source = source
        self._builder = builder
        self.blocks = LatexBlocks(builder)
        self.in_body = "\\begin{document}" not in source.text
        self._groups = [Group(self.blocks.parts if self.in_body else None)]

    @property
    def top(self) -> Group:
        """The innermost group."""
        return self._groups[-1]

    @property
    def depth(self) -> int:
        """How many groups are open."""
        return len(self._groups) - 1

    @property
    def is_inside(self) -> bool:
        """Whether text at hand is an argument or a cell, in which no block can begin."""
        return self.top.sink is not self.blocks.parts or self.blocks.in_table

    def open(self, closer: str, role: str) -> None:
        """Begin a group. Raises CorruptDocument where no author would."""
        if self.depth >= _MAX_DEPTH:
            raise CorruptDocument("the file is nested too deeply")
        if role == "spaced":
            self.put(" ")
        self._groups.append(self.top.inner(closer, role, self.source.place))

    def close(self) -> Group:
        """End the innermost group; what it gathered is the caller's."""
        closed = self._groups.pop()
        if not self.top.pending:
            self.top.option = ""
        return closed

    def begin_body(self) -> None:
        """From here on text is printed."""
        self.in_body = True
        self.top.sink = self.blocks.parts

    def put(self, text: str) -> None:
        """Print some text."""
        sink = self.top.sink
        if sink is not None:
            sink.append(text)

    def pause(self) -> None:
        """End the paragraph at hand where there is one."""
        if self.is_inside:
            self.put(" ")
        else:
            self.blocks.flush()

    def end_cell(self) -> None:
        """A cell of the table at hand is over; elsewhere its mark is a space."""
        if self.top.sink is not self.blocks.parts or not self.blocks.end_cell():
            self.put(" ")

    def end_row(self) -> None:
        """A row of the table at hand is over; elsewhere its mark is a line break."""
        if self.top.sink is not self.blocks.parts or not self.blocks.end_row():
            self.put(" " if self.is_inside else "\n")

    def add_source(self, name: str, source: str | None) -> None:
        """An environment that is kept as its source, or as a picture."""
        if source is None or name in words.SKIPPED or not self.in_body:
            return
        if name in words.DRAWN:
            self._builder.picture("")
        elif self.is_inside:
            self.put(f" {inline_math(source)} ")
        else:
            self.blocks.flush()
            options = _OPTIONS.match(source)
            self.blocks.add("code", display_math(source[options.end() if options else 0 :]), 0)

    def add_dollars(self, mark: str) -> None:
        """A formula between dollar marks, or a stray mark."""
        formula = self.source.formula(mark)
        if formula is None:
            self.put(mark)
        else:
            self.add_formula(formula, is_display=mark == "$$")

    def add_formula(self, source: str, *, is_display: bool) -> None:
        """A formula on lines of its own, or in the line at hand."""
        if is_display and not self.is_inside:
            self.add_source("math", source)
        else:
            self.put(inline_math(source))
