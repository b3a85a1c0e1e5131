"""Random secrets of browsers, and what is derived from them."""

import base64
import hashlib
import hmac
import secrets


def new_secret() -> str:
    """Return 256 random bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of *secret*: all that the database holds of it."""
    return hashlib.sha256(secret.encode()).digest()


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge (S256) of *verifier*."""
    return base64.urlsafe_b64encode(digest(verifier)).rstrip(b"=").decode()


def csrf_token(session: str) -> str:
    """Return the token that every form of the *session* carries; it changes with its id."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


def are_equal(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
