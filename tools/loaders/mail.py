"""Mail: the readable part of a message; subject, people and date as metadata.

The plain part is preferred, the HTML part read where there is none. Quoted replies stay, said by
whom they quote. Attachments are named, not opened.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from typing import NamedTuple, cast

from core.errors import CorruptDocument, EncryptedDocument
from core.schemas.document import LoadedDocument
from tools.loaders.decoding import decode
from tools.loaders.plain import PlainText
from tools.loaders.raw import RawDocument
from tools.loaders.units import DocumentBuilder
from tools.loaders.webpage import add_html

_FIELDS = ("subject", "from", "to", "cc", "date", "message-id")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_QUOTED = re.compile(r"[ \t]*((?:>[ \t]?)+)")
_ATTRIBUTION = re.compile(r"On\b.{5,200}?,?\s([^,<>\d]{2,60}?)\s*(?:<[^<>]*>)?\s*wrote:\s*\Z", re.DOTALL)


class _Passage(NamedTuple):
    depth: int
    text: str


def read(raw: RawDocument) -> LoadedDocument:
    """The message."""
    try:
        message = cast(EmailMessage, message_from_bytes(_rewrap(raw), policy=policy.default))
        return _read_message(raw, message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError) as error:
        # The standard parser meets malformed headers with whatever its helpers raise.
        raise CorruptDocument(f"the message cannot be parsed ({type(error).__name__})") from error
