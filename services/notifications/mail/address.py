"""Mail addresses as they are written to a server and into a header. Pure."""

import re

_PLAIN = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9.-]{1,253}")
_NOT_ASCII, _BAD_SYNTAX = "5.6.7", "5.1.3"


class AddressError(Exception):
    """An address that no mail can be sent to; ``status`` is the code of RFC 3463 that says why."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def ascii_form(address: str) -> str:
    """
    Return *address* in ASCII, its domain as in DNS, without characters that SMTP interprets.

    Raises `AddressError`, also if the part before the ``@`` is not ASCII: SMTPUTF8 is not used.
    """
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise AddressError(_NOT_ASCII) from None
    if not _PLAIN.fullmatch(written):
        raise AddressError(_BAD_SYNTAX)
    return written
