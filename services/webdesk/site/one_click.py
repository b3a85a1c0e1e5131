"""The one click of RFC 8058: what a mail program sends when somebody unsubscribes. Pure."""

from email import message_from_bytes
from email.policy import HTTP

from shared.web.forms import parse
from shared.web.posted import FORM

MOST_BYTES = 4096
_NAME, _VALUE = "List-Unsubscribe", "One-Click"
_MULTIPART = "multipart/form-data"


def is_one_click(body: bytes, *, kind: str, header: str) -> bool:
    """Tell whether *body* is one; *header* is its content type, *kind* without parameters."""
    if kind == FORM:
        try:
            return parse(body).text(_NAME) == _VALUE
        except ValueError:
            return False
    if kind != _MULTIPART:
        return False
    whole = f"Content-Type: {header}\r\n\r\n".encode() + body
    parts = message_from_bytes(whole, policy=HTTP)
    return any(
        part.get_param("name", header="Content-Disposition") == _NAME
        and str(part.get_payload()).strip() == _VALUE
        for part in parts.walk()
        if not part.is_multipart()
    )
