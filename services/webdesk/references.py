"""References of drafts: the key by which a request is known from its first page on."""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without letters that are easily misread."""
_LENGTH = 10


def new_reference() -> str:
    """Return a reference that nobody has, such as ``WEB-7F3K9QZ2MX``."""
    return f"WEB-{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"
