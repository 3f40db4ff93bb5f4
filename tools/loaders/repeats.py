"""What merged and repeated cells may say again: few bytes must not make endless tables."""

from typing import Final

_CHARACTERS: Final = 2_000_000
_PLACES: Final = 200_000


class Repeats:
    """One document's allowance. Texts that stand in the file themselves are not counted."""

    def __init__(self) -> None:
        self._characters = _CHARACTERS
        self._places = _PLACES

    def again(self, text: str) -> str:
        """The text once more, or nothing when the document has had its share."""
        if not text or self._places <= 0 or self._characters < len(text):
            return ""
        self._places -= 1
        self._characters -= len(text)
        return text
