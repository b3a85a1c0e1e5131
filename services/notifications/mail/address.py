"""Mail addresses as they are written to a server and into a header. Pure."""

import re

from shared.texts.email_addresses import domain_in_dns

_ATOM = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM}){{0,31}}")
_LOCAL_CHARACTERS = 64
_ENCODED_WORD = "=?"
"""So begins what a header shows in other characters (RFC 2047), even in an address."""
_NOT_ASCII, BAD_SYNTAX = "5.6.7", "5.1.3"


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
        local.encode("ascii")
        written = f"{local}@{domain_in_dns(domain)}"
    except UnicodeError:
        raise AddressError(_NOT_ASCII) from None
    except ValueError:
        raise AddressError(BAD_SYNTAX) from None
    is_plain = len(local) <= _LOCAL_CHARACTERS and _LOCAL.fullmatch(local)
    if not is_plain or _ENCODED_WORD in local:
        raise AddressError(BAD_SYNTAX)
    return written
