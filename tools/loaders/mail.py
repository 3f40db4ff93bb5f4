"""Mail: the readable part of a message; subject, people and date as metadata.

The plain part is preferred, the HTML part read where there is none. Quoted replies stay, said by
whom they quote. Attachments are named, not opened.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
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
    _add_body(builder, message, sender[0] or sender[1] or None)
    for attachment in message.walk():
        if _is_attachment(attachment):
            builder.warn(_attachment_note(attachment))
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


def _add_body(builder: DocumentBuilder, message: EmailMessage, sender: str | None) -> None:
    plain = message.get_body(("plain",))
    text = _text_of(plain) if plain is not None else ""
    rich = message.get_body(("html",))
    if not text.strip() and rich is not None and _text_of(rich).strip():
        add_html(builder, _text_of(rich))
        return
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


def _text_of(part: Message) -> str:
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


def _is_attachment(part: Message) -> bool:
    named = part.get_filename() is not None or part.get_content_disposition() == "attachment"
    return named and not part.is_multipart()


def _attachment_note(part: Message) -> str:
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    name = shorten(normalise(part.get_filename() or "without a name"), 100)
    return f"attachment not read: {name} ({part.get_content_type()}, {size} bytes)"
