"""Mail: the readable part of a message; subject, people and date as metadata.

Every text part that stands in the message is read; of parts that say the same, the plain one is
preferred, the HTML one read where there is none. Quoted replies stay, said by whom they quote.
Attachments and forwarded messages are named, not opened.
"""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from typing import NamedTuple

from core.errors import CorruptDocument, EncryptedDocument
from core.schemas.document import LoadedDocument
from core.text import normalise, shorten
from tools.loaders.decoding import decode
from tools.loaders.plain import PlainText
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder
from tools.loaders.webpage import add_html

_FIELDS = ("subject", "from", "to", "cc", "date", "message-id")
_HEADER_LIMIT = 2_000
_READ = ("text/plain", "text/html")
_FORWARDED = "message/rfc822"
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_NOT_BYTEWISE = ("utf-16", "utf-32", "utf-7", "iso-2022", "hz")
_QUOTED = re.compile(r"[ \t]*((?:>[ \t]?)+)")
_ATTRIBUTION = re.compile(
    r"On\b.{5,200}?,?\s([^,<>\d]{2,60}?)\s*(?:<[^<>]*>)?\s*wrote:\s*\Z", re.DOTALL
)


class _Passage(NamedTuple):
    depth: int
    text: str


def read(raw: RawDocument) -> LoadedDocument:
    """The message. Raises EncryptedDocument for S/MIME and PGP, CorruptDocument for chaos."""
    try:
        message = message_from_bytes(_source(raw), policy=policy.default)
        return _read_message(raw, message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        # The standard parser meets malformed headers with whatever its helpers raise.
        raise CorruptDocument(f"the message cannot be parsed ({type(error).__name__})") from error


def _source(raw: RawDocument) -> bytes:
    """The original bytes, unless they are UTF-16: the parser expects ASCII with declared parts."""
    return raw.text.encode() if b"\x00" in raw.content[:64] else raw.content.lstrip()


def _read_message(raw: RawDocument, message: EmailMessage) -> LoadedDocument:
    builder = DocumentBuilder()
    metadata = _fields(message)
    if message.get_content_type() in _ENCRYPTED:
        raise EncryptedDocument("the message is encrypted")
    if "subject" in metadata:
        builder.heading(metadata["subject"], 1)
    sender = parseaddr(metadata.get("from", ""))
    body = dict.fromkeys(_inline(message))
    for part in body:
        _add_part(builder, part, sender[0] or sender[1] or None)
    for part in _leaves(message):
        if part not in body and _is_told(part):
            builder.warn(_note(part))
    return builder.build(
        raw.media_type, metadata.get("subject"), metadata=metadata, warnings=raw.warnings
    )


def _fields(message: EmailMessage) -> dict[str, str]:
    """The first header of each name, decoded; absurdly long ones are cut before that."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        field = name.lower()
        if field in _FIELDS and field not in found:
            cut = str(value)[:_HEADER_LIMIT]
            found[field] = str(message.policy.header_fetch_parse(name, cut)).strip()
    return {field: value for field, value in found.items() if value}


def _inline(part: EmailMessage) -> Iterator[EmailMessage]:
    """The text parts a reader sees, in order; of alternatives one."""
    kind = part.get_content_type()
    if kind == _FORWARDED or part.get_content_disposition() == "attachment":
        return
    if kind == "multipart/alternative":
        versions = [list(_inline(version)) for version in _children(part)]
        yield from min(filter(None, versions), key=_is_rich, default=())
    elif part.is_multipart():
        for child in _children(part):
            yield from _inline(child)
    elif kind in _READ and _text_of(part).strip():
        yield part


def _is_rich(version: Sequence[EmailMessage]) -> bool:
    return any(part.get_content_type() == "text/html" for part in version)


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """Every part that holds no others; a forwarded message counts as one."""
    if part.get_content_type() == _FORWARDED or not part.is_multipart():
        yield part
    else:
        for child in _children(part):
            yield from _leaves(child)


def _children(part: EmailMessage) -> list[EmailMessage]:
    parts = part.get_payload()
    return (
        [child for child in parts if isinstance(child, EmailMessage)] if part.is_multipart() else []
    )


def _add_part(builder: DocumentBuilder, part: EmailMessage, sender: str | None) -> None:
    text = _text_of(part)
    if part.get_content_type() == "text/html":
        add_html(builder, text)
    else:
        _add_plain(builder, text, sender)


def _add_plain(builder: DocumentBuilder, text: str, sender: str | None) -> None:
    speaker = sender
    previous = 0
    for passage in _passages(text):
        if passage.depth > previous:
            builder.end_block()
        if passage.depth == 0:
            speaker = sender
        PlainText(builder).add(passage.text, speaker=speaker)
        match = _ATTRIBUTION.search(passage.text[-400:].rstrip())
        if match:
            speaker = match.group(1).strip("\"' ")
        previous = passage.depth


def _passages(text: str) -> Iterator[_Passage]:
    """Runs of lines quoted to the same depth, quote marks removed."""
    depth, lines = 0, list[str]()
    for line in normalise(text).split("\n"):
        quoted = _QUOTED.match(line)
        level = quoted.group(1).count(">") if quoted else 0
        if level != depth and lines:
            yield _Passage(depth, "\n".join(lines))
            lines = []
        depth = level
        lines.append(line[quoted.end() :] if quoted else line)
    yield _Passage(depth, "\n".join(lines))


def _text_of(part: EmailMessage) -> str:
    """The decoded text of a part; a wrong or unknown charset is found out from the bytes."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = (part.get_content_charset() or "utf-8").lower()
    if not charset.startswith(_NOT_BYTEWISE):
        # Valid UTF-8 is not there by chance, whatever the header claims.
        charset = "utf-8"
    try:
        return payload.decode(charset)
    except (LookupError, UnicodeError):
        return _decode_as(payload, part.get_content_charset())


def _decode_as(payload: bytes, charset: str | None) -> str:
    try:
        return payload.decode(charset or "ascii")
    except (LookupError, UnicodeError):
        return decode(payload).text


def _is_told(part: EmailMessage) -> bool:
    """Whether a part left out is more than another version of what was read, or decoration."""
    named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    unread_text = part.get_content_maintype() == "text" and part.get_content_type() not in _READ
    return named or unread_text or part.get_content_type() == _FORWARDED


def _note(part: EmailMessage) -> str:
    if part.get_content_type() == _FORWARDED:
        subjects = (_fields(child).get("subject", "") for child in _children(part))
        subject = shorten(normalise(next(subjects, "")), 100)
        return f"forwarded message not read: {subject or 'without a subject'}"
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    name = shorten(normalise(part.get_filename() or "without a name"), 100)
    return f"attachment not read: {name} ({part.get_content_type()}, {size} bytes)"
