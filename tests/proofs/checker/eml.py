"""Reads mails as a mail server keeps them."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

_OWN = frozenset({"delivered-to", "to"})
"""The headers that may name the recipient's address."""
_TAG = re.compile(r"<[^>]*>")


def parsed(content: bytes) -> EmailMessage:
    """Return a mail with its headers and parts decoded."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def id_of(message: EmailMessage) -> str:
    """Return the id that the mail has in its Message-ID."""
    return str(message["Message-ID"]).strip("<>").partition("@")[0]


def readable(content: bytes) -> str:
    """Return all that a mail says, decoded, without its recipient's address where that belongs."""
    message = parsed(content)
    lines = [str(value) for name, value in message.items() if name.lower() not in _OWN]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = str(part.get_content())
            is_html = part.get_content_subtype() == "html"
            lines += [text, unescape(text), unescape(_TAG.sub("", text))] if is_html else [text]
    return "\n".join(lines)
