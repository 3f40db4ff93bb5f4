"""Groups of LaTeX source: where their text goes and what it is for."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

CAPTURED: Final = frozenset(
    (
        "heading", "caption", "note", "remark", "file", "cite", "picture", "front", "columns",
        "rows", "begin", "end", "key", "label", "bibliography",
    )
)  # fmt: skip
_UNREAD: Final = ("skip", "macro")


@dataclass(slots=True)
class Group:
    """One pair of braces or brackets; the outermost has neither."""

    sink: list[str] | None
    """Where text goes; None in the preamble, which has none."""
    closer: str = ""
    role: str = ""
    command: str = ""
    """Whose argument it is."""
    start: int = 0
    is_skipped: bool = False
    name: str = ""
    """The last command inside, and what its next arguments are for."""
    pending: deque[str] = field(default_factory=deque)
    option: str = ""

    def expect(self, name: str, roles: tuple[str, ...], option: str = "") -> None:
        """Arguments of ``name`` may follow."""
        self.name, self.option, self.pending = name, option, deque(roles)

    def inner(self, closer: str, role: str, start: int) -> "Group":
        """A group that begins inside this one."""
        return Group(
            [] if role in CAPTURED else self.sink,
            closer,
            role,
            self.name,
            start,
            self.is_skipped or role in _UNREAD,
        )
