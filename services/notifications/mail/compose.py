"""Writes a mail: its headers and its two parts. Pure."""

from datetime import datetime
from email.errors import MessageDefect, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from services.notifications.mail.address import BAD_SYNTAX, AddressError, ascii_form
from shared.mail.templates import Rendered

_UNFOLDED = SMTP.clone(max_line_length=998)
"""A link in a header stays one line: folded, it would be written as encoded words."""


class OutgoingMail(NamedTuple):
    """A mail as it goes out: to one recipient."""

    sender: str
    recipient: str
    content: bytes


class Letterhead(NamedTuple):
    """The sender of all mails, and the address that gets the replies."""

    sender: str
    sender_name: str
    reply_to: str


class MailingList(NamedTuple):
    """A kind of news; ``end_url`` ends it for one recipient, by a page or one click (RFC 8058)."""

    kind: str
    end_url: str


def compose(
    head: Letterhead,
    mail_id: str,
    rendered: Rendered,
    *,
    recipient: str,
    at: datetime,
    of_list: MailingList | None = None,
) -> OutgoingMail:
    """
    Return the mail *mail_id* to *recipient*: the same arguments give the same bytes.

    *of_list* is the list that it belongs to.

    Raises `AddressError` for an address that cannot be written, and ValueError for a control
    character in a header.
    """
    if not rendered.subject.isprintable():
        raise ValueError("a control character in a header")
    recipient = ascii_form(recipient)
    domain = head.sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(head.sender_name, addr_spec=head.sender)
    try:
        message["To"] = Address(addr_spec=recipient)
    except (MessageError, MessageDefect):
        raise AddressError(BAD_SYNTAX) from None
    message["Reply-To"] = Address(addr_spec=head.reply_to)
    message["Subject"] = rendered.subject.replace("=?", "= ?")  # no encoded word: text of others
    message["Date"] = at
    message["Message-ID"] = f"<{mail_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if of_list is not None:
        message["List-Id"] = f"<{of_list.kind.replace('_', '-')}.{domain}>"
        message["List-Unsubscribe"] = f"<{of_list.end_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"part-{mail_id}")
    return OutgoingMail(head.sender, recipient, message.as_bytes(policy=_UNFOLDED))
