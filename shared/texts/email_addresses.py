"""The form of email addresses. Pure."""

import re

# The usual form, without quoted local parts. Only a mail shows whether an address exists.
_LOCAL = r"[^\s@\".,:;<>()\[\]\\]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL}){{0,20}}@{_LABEL}(?:\.{_LABEL}){{1,10}}")
_IN_DNS = re.compile(r"[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){0,126}")
_DOMAIN_CHARACTERS = 253


def is_email(text: str) -> bool:
    """Tell whether *text* has the form of an email address, with a domain that DNS can have."""
    if _EMAIL.fullmatch(text) is None:
        return False
    try:
        domain_in_dns(text.rpartition("@")[2])
    except ValueError:
        return False
    return True


def domain_in_dns(domain: str) -> str:
    """
    Return *domain* in ASCII, as DNS has it.

    Raises UnicodeError if a label has no ASCII form, and ValueError if the ASCII form is not made
    of labels of 1 to 63 characters, 253 in all: single characters such as U+2488 (1 with a full
    stop) become several.
    """
    written = domain.encode("idna").decode()
    if len(written) > _DOMAIN_CHARACTERS or not _IN_DNS.fullmatch(written):
        raise ValueError("no domain of DNS")
    return written
