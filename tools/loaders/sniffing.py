"""Which format bytes are in, by what they hold; the name only breaks ties between text formats.

Knows signatures and shapes; reads no document. Formats that are known but not read are refused by
name, so that a caller learns what to convert.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from core.errors import EncryptedDocument, UnsupportedFormat
from core.text import normalise
from tools.loaders.archives import opened_archive
from tools.loaders.decoding import decode
from tools.loaders.delimiters import looks_delimited
from tools.loaders.raw import LoadLimits, RawDocument, extension_of

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
EPUB = "application/epub+zip"
RTF = "application/rtf"
LATEX = "text/x-tex"
HTML = "text/html"
MAIL = "message/rfc822"
VTT = "text/vtt"
SRT = "application/x-subrip"
MARKDOWN = "text/markdown"
CSV = "text/csv"
JSON = "application/json"
XML = "application/xml"
PLAIN = "text/plain"


class _Signature(NamedTuple):
    offset: int
    mark: bytes
    name: str


_PICTURES = (
    _Signature(0, b"\x89PNG\r\n\x1a\n", "image/png"),
    _Signature(0, b"\xff\xd8\xff", "image/jpeg"),
    _Signature(0, b"GIF8", "image/gif"),
    _Signature(0, b"II*\x00", "image/tiff"),
    _Signature(0, b"MM\x00*", "image/tiff"),
    _Signature(8, b"WEBPVP8", "image/webp"),
)
_BITMAP = re.compile(rb"BM.{4}\x00{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00{3}", re.DOTALL)
"""Two letters are no signature: the reserved bytes and the header's size are looked at too."""

_REFUSED = (
    _Signature(8, b"WAVEfmt", "WAV audio"),
    _Signature(4, b"ftyp", "MPEG-4 media"),
    _Signature(0, b"ID3", "MP3 audio"),
    _Signature(0, b"OggS", "Ogg media"),
    _Signature(0, b"fLaC", "FLAC audio"),
    _Signature(0, b"\x1aE\xdf\xa3", "Matroska media"),
    _Signature(0, b"%!PS", "PostScript"),
    _Signature(0, b"\x1f\x8b", "gzip archive"),
    _Signature(0, b"BZh", "bzip2 archive"),
    _Signature(0, b"\xfd7zXZ\x00", "xz archive"),
    _Signature(0, b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    _Signature(0, b"Rar!\x1a\x07", "RAR archive"),
    _Signature(0, b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    _Signature(257, b"ustar", "tar archive"),
    _Signature(0, b"SQLite format 3\x00", "SQLite database"),
    _Signature(0, b"\x7fELF", "program"),
    _Signature(0, b"MZ\x90\x00", "program"),
    _Signature(0, b"wOFF", "font"),
    _Signature(0, b"wOF2", "font"),
    _Signature(0, b"PAR1", "Parquet file"),
)

_OFFICE_PARTS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_COMPOUND_STREAMS = (
    ("WordDocument", "Word 97-2003 (.doc)"),
    ("Workbook", "Excel 97-2003 (.xls)"),
    ("Book", "Excel 95 (.xls)"),
    ("PowerPoint Document", "PowerPoint 97-2003 (.ppt)"),
    ("__properties_version1.0", "Outlook message (.msg)"),
)
_PACKED_TYPES = (EPUB, ODT, ODS, ODP)
"""Containers that say in a member of their own what they hold; templates add to the name."""

_HEAD = 4_000
_HTML = re.compile(
    r"<!doctype html|<html[\s>]|<(?:head|body|title|meta|div|p|table|h[1-6]|ul|ol|article|section"
    r"|main|span|a|style|script|center|font|b|br|img|form|nav|header)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_XML = re.compile(r"<\?xml\s|<(?!!--)(?:!DOCTYPE\s|[A-Za-z_][\w:.-]*[\s>])")
_LEADING_COMMENT = re.compile(r"(?:\s*<!--.*?-->)+", re.DOTALL)
_SRT = re.compile(r"\d+\s*\n\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s+-->\s+\d{1,2}:\d\d:\d\d")
_MAIL_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):(?:[ \t]|$)", re.MULTILINE)
_MAIL_FIELDS = frozenset(
    (
        "from", "to", "cc", "subject", "date", "message-id", "received", "return-path",
        "mime-version", "delivered-to", "reply-to", "in-reply-to", "references", "x-mailer",
    )
)  # fmt: skip
_MARKDOWN_MARKS = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)"),
    re.compile(r"\*\*[^*\n]{1,200}\*\*"),
    re.compile(r"^\|?(?: *:?-{3,}:? *\|)+", re.MULTILINE),
    re.compile(r"^\s{0,3}[-*+] \S", re.MULTILINE),
)
_LATEX = re.compile(r"^[ \t]*\\(?:documentclass|documentstyle|begin\{document\})", re.MULTILINE)
_LATEX_EXTENSIONS = frozenset(("tex", "latex", "ltx"))
_PLAIN_EXTENSIONS = frozenset(
    (
        "txt", "text", "log", "rst", "adoc", "asciidoc", "org", "sty", "yaml", "yml",
        "toml", "ini", "py", "js", "ts", "c", "h", "cpp", "java", "go", "rs", "sh", "sql",
    )
)  # fmt: skip
_ODD = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_ODD_SHARE = 0.05
_FEWEST_ODD = 4
"""In a short text one damaged character is already a large share."""
_NUL_SHARE = 0.4


def recognise(content: bytes, filename: str, limits: LoadLimits) -> RawDocument:
    """The file with its format and, for text formats, its decoded text in normal form.

    Raises UnsupportedFormat, EncryptedDocument or CorruptDocument.
    """
    binary = _binary_format(content)
    if binary:
        return RawDocument(content, filename, binary, limits=limits)
    decoded = decode(content)
    if _is_binary(decoded.text):
        raise UnsupportedFormat("binary data of an unknown format")
    text = normalise(decoded.text)
    media_type = _text_format(text, extension_of(filename))
    return RawDocument(content, filename, media_type, text, decoded.warnings, limits)


def _binary_format(content: bytes) -> str | None:
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _packed_format(content)
    if content[:100].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        return RTF
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _refused_compound(content)
    if _BITMAP.match(content):
        return "image/bmp"
    for signature in _PICTURES:
        if content.startswith(signature.mark, signature.offset):
            return signature.name
    for signature in _REFUSED:
        if content.startswith(signature.mark, signature.offset):
            raise UnsupportedFormat(f"{signature.name} files are not read")
    return None


def _packed_format(content: bytes) -> str:
    with opened_archive(content) as archive:
        names = archive.namelist()
        for part, format_ in _OFFICE_PARTS:
            if "[Content_Types].xml" in names and any(name.startswith(part) for name in names):
                return format_
        declared = ""
        if "mimetype" in names:
            with archive.open("mimetype") as stream:
                declared = stream.read(200).decode("ascii", "replace").strip()
        elif "META-INF/container.xml" in names:
            declared = EPUB
    declared = declared.removesuffix("-template")
    if declared in _PACKED_TYPES:
        return declared
    raise UnsupportedFormat("zip archives are not read; add the files in it one by one")


def _refused_compound(content: bytes) -> UnsupportedFormat | EncryptedDocument:
    """Old Office files share one container; encrypted new ones are wrapped in it too."""
    if _has_stream(content, "EncryptedPackage"):
        return EncryptedDocument("the Office file is protected by a password")
    for stream, name in _COMPOUND_STREAMS:
        if _has_stream(content, stream):
            return UnsupportedFormat(f"{name} files are not read")
    return UnsupportedFormat("compound binary files are not read")


def _has_stream(content: bytes, name: str) -> bool:
    return name.encode("utf-16-le") + b"\x00\x00" in content


def _is_binary(text: str) -> bool:
    """Text may hold stray controls, and NULs by the third, but not one odd character in twenty."""
    sample = text[:20_000]
    odd, nuls = len(_ODD.findall(sample)), sample.count("\x00")
    if odd + nuls < _FEWEST_ODD:
        return False
    return odd > len(sample) * _ODD_SHARE or nuls > len(sample) * _NUL_SHARE


def _text_format(text: str, extension: str) -> str:
    head = text[:_HEAD].lstrip("\ufeff \t\n")
    if head.startswith("WEBVTT"):
        return VTT
    if _SRT.match(head):
        return SRT
    markup = _markup_format(head, extension)
    if markup:
        return markup
    if head[:1] in ("{", "[") and _is_json(text):
        return JSON
    if _is_mail(head):
        return MAIL
    return _loose_format(text, extension)


def _markup_format(head: str, extension: str) -> str | None:
    """Markup begins with a tag; a Markdown file that does so keeps its name's word."""
    comment = _LEADING_COMMENT.match(head)
    start = head[comment.end() :].lstrip() if comment else head
    if not start.startswith("<"):
        return None
    if extension in ("md", "markdown") and not re.match(r"<!doctype|<html", start, re.IGNORECASE):
        return None
    declared_xml = start.startswith("<?xml")
    if declared_xml and not re.search(r"<html[\s>]", start, re.IGNORECASE):
        return XML
    if declared_xml or _HTML.match(start):
        return HTML
    if _XML.match(start):
        return HTML if extension in ("html", "htm") else XML
    return None


def _is_json(text: str) -> bool:
    """One JSON value, or one per line."""
    if _parses(text):
        return True
    lines: Sequence[str] = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(_parses(line) for line in lines)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_mail(head: str) -> bool:
    fields = head.partition("\n\n")[0]
    lines = fields.split("\n")
    if lines[0].startswith("From ") and len(lines) > 1:
        lines = lines[1:]
    if not _MAIL_FIELD.match(lines[0]):
        return False
    names = {match.group(1).lower() for match in _MAIL_FIELD.finditer("\n".join(lines))}
    return len(names & _MAIL_FIELDS) >= 2


def _loose_format(text: str, extension: str) -> str:
    """Formats without a signature: here, and only here, the name decides between the likely."""
    if extension in ("md", "markdown", "mdown"):
        return MARKDOWN
    if extension in _LATEX_EXTENSIONS or _LATEX.search(text[:50_000]):
        return LATEX if "\\" in text else PLAIN
    if extension in ("csv", "tsv", "tab"):
        return CSV if looks_delimited(text, strict=False) else PLAIN
    if extension in _PLAIN_EXTENSIONS:
        return PLAIN
    if looks_delimited(text, strict=True):
        return CSV
    marks = sum(bool(mark.search(text[:50_000])) for mark in _MARKDOWN_MARKS)
    return MARKDOWN if marks >= 2 else PLAIN
