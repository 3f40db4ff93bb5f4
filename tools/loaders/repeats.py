"""What merged and repeated cells may say again: few bytes must not make endless tables."""

from typing import Final

TOO_MANY_REPEATS: Final = "cells of very wide or much merged tables left out"

_CHARACTERS: Final = 2_000_000
_TEXTS: Final = 100_000
_EMPTY: Final = 1_000_000


class Repeats:
    """One document's allowance. Texts that stand in the file themselves are not counted."""

    def __init__(self) -> None:
        self._characters = _CHARACTERS
        self._texts = _TEXTS
        self._empty = _EMPTY
        self.spent = False
        """Whether something was left out."""

    def again(self, text: str) -> str:
        """The text once more, or nothing when the document has had its share."""
        if not text or self._characters < len(text) or not self._texts:
            self.spent = self.spent or bool(text)
            return ""
        self._texts -= 1
        self._characters -= len(text)
        return text

    def empty(self, wanted: int) -> int:
        """How many of ``wanted`` further cells without a text of their own there may be."""
        granted = min(wanted, self._empty)
        self._empty -= granted
        self.spent = self.spent or granted < wanted
        return granted
