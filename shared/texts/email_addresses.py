"""The form of email addresses. Pure."""

import re

# The usual form, without quoted local parts. Only a mail shows whether an address exists.
_LOCAL = r"[^\s@\".,:;<>()\[\]\\]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL}){{0,20}}@{_LABEL}(?:\.{_LABEL}){{1,10}}")


def is_email(text: str) -> bool:
    """Tell whether *text* has the form of an email address."""
    return _EMAIL.fullmatch(text) is not None
