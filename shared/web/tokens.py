"""Random secrets of browsers, and what is derived from them."""

import hashlib
import hmac
import re
import secrets

_STAMP = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


def new_secret() -> str:
    """Return 256 random bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of *secret*: all that the database holds of it."""
    return hashlib.sha256(secret.encode()).digest()


def are_equal(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def stamp(secret: str, at: int) -> str:
    """
    Return the token of a form that the browser with *secret* was shown at the Unix time *at*.

    It proves that the form is ours, as no other site can read it, and when it was shown.
    """
    proof = hmac.new(secret.encode(), f"form:{at}".encode(), hashlib.sha256).hexdigest()
    return f"{at}.{proof}"


def shown_at(secret: str, token: str) -> int | None:
    """Return when the form with *token* was shown; None if the token is not of this browser."""
    found = _STAMP.fullmatch(token)
    if not secret or found is None:
        return None
    at = int(found[1])
    return at if are_equal(token, stamp(secret, at)) else None
