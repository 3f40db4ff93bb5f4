"""Parts of a zip container as XML trees: slides, OpenDocument files, books.

Nothing is fetched, no entity is resolved, and the parser bounds depth and amplification. A part is
taken once: a package that refers to one part a thousand times would make much text out of little.
"""

from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from core.errors import CorruptDocument
from tools.loaders.html_tree import Element

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Relation(NamedTuple):
    """From one part of an Office package to another."""

    kind: str
    """The last word of its type, such as ``slide``."""
    part: str


class Parts:
    """The members of an open archive."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = frozenset(archive.namelist())
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises CorruptDocument when it is missing."""
        if name not in self._names:
            raise CorruptDocument(f"the package lacks its part {name[:100]}")
        return self._archive.read(name)

    def tree(self, name: str) -> Element:
        """The root element of a part. Raises CorruptDocument when it is missing or broken."""
        return parse_xml(self.read(name), name)

    def take(self, name: str) -> Element | None:
        """The root element of a part that is there and was not taken before."""
        return self.tree(name) if self.is_new(name) else None

    def is_new(self, name: str) -> bool:
        """Whether a part is there and this is the first time it is asked for."""
        if name not in self._names or name in self._taken:
            return False
        self._taken.add(name)
        return True

    def relations(self, part: str) -> dict[str, Relation]:
        """What an Office part refers to inside the package, by the id that its XML uses."""
        folder, _, name = part.rpartition("/")
        listing = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listing not in self._names:
            return {}
        return {
            relation.get("Id", ""): Relation(
                relation.get("Type", "").rpartition("/")[2],
                resolve(relation.get("Target", ""), part),
            )
            for relation in self.tree(listing).iter(_RELATION)
            if relation.get("TargetMode") != "External"
        }


def resolve(reference: str, part: str) -> str:
    """The name of the part that ``reference`` means where ``part`` says it."""
    path = unquote(reference.partition("#")[0]).replace("\\", "/")
    return path.lstrip("/") if path.startswith("/") else normpath(join(dirname(part), path))


def parse_xml(content: bytes, name: str) -> Element:
    """The root element of ``content``. Raises CorruptDocument, also when it nests too deeply."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        deep = "depth" in str(error)
        cause = "is nested too deeply" if deep else "is not well-formed XML"
        raise CorruptDocument(f"{name[:100]} {cause}") from error
