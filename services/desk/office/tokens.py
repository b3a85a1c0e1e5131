"""What a session's secret and a sign-in's verifier give to the browser."""

import base64
import hashlib
import hmac

from shared.web.tokens import digest


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge (S256) of *verifier*."""
    return base64.urlsafe_b64encode(digest(verifier)).rstrip(b"=").decode()


def csrf_token(session: str) -> str:
    """Return the token that every form of the *session* carries; it changes with its id."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()
