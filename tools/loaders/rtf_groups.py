"""What Rich Text words mean: characters, groups to skip or to keep, and what a group inherits."""

from dataclasses import dataclass, field, replace
from typing import Final

from tools.loaders.rtf_paragraphs import ParagraphLook

CHARACTERS: Final = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
    "qmspace": " ", "\\~": "\xa0", "\\_": "-", "\\\\": "\\", "\\{": "{", "\\}": "}",
    "nestcell": " ", "nestrow": "\n",
}  # fmt: skip
PARAGRAPH_ENDS: Final = frozenset(("par", "sect", "\\\n", "\\\r"))
SKIPPED: Final = frozenset(
    (
        "colortbl", "nonshppict", "shprslt", "fldinst", "nonesttables", "tc", "xe", "rxe",
        "atnid", "atnauthor", "listtable", "listoverridetable", "revtbl", "filetbl", "pntxta",
        "pntxtb", "private", "keywords", "operator", "company", "category", "doccomm",
        "creatim", "revtim", "printim", "buptim", "comment", "manager", "hlinkbase",
    )
)  # fmt: skip
FURNITURE: Final = frozenset(
    ("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf")
)
KEPT: Final = {
    "fonttbl": "fonts", "stylesheet": "styles", "title": "title", "author": "author",
    "subject": "subject", "listtext": "marker", "pntext": "marker", "pict": "picture",
    "footnote": "note", "shptxt": "box", "dptxbxtext": "box", "sn": "name", "sv": "value",
}  # fmt: skip
"""Groups that mean something, by the word that begins them: what their text is for."""
PASSED: Final = frozenset(("shpinst", "shppict", "shpgrp", "picprop", "do"))
"""Optional groups that hold such groups."""
INFO: Final = frozenset(("title", "author", "subject"))


GATHERED: Final = INFO | {"style", "marker", "name", "value"}


@dataclass(slots=True)
class Group:
    """What a group inherits from the one around it, and the text it gathers for itself."""

    target: str = "text"
    opens: str = ""
    """What the group began, to be ended with it."""
    encoding: str = ""
    fallback: int = 1
    """How many characters stand behind a Unicode one for programs that do not know it."""
    hidden: bool = False
    deleted: bool = False
    look: ParagraphLook = field(default_factory=ParagraphLook)
    gathered: list[str] = field(default_factory=list)

    def inner(self) -> "Group":
        """A group inside this one."""
        return replace(self, opens="", look=replace(self.look), gathered=[])

    def begin(self, target: str) -> None:
        """The group's text is for ``target`` from here on."""
        self.target = self.opens = target

    def set_visibility(self, word: str, *, is_on: bool) -> None:
        """Obey ``v``, ``deleted`` and ``plain``, which ends both."""
        self.hidden = is_on if word == "v" else self.hidden and word != "plain"
        self.deleted = is_on if word == "deleted" else self.deleted and word != "plain"
