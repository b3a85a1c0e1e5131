"""
A stand-in for the issuer that the office's staff sign in at: four people by role, no passwords.

For the local stack and tests only: it is in no image, and the desk's settings refuse it elsewhere.
"""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from services.desk.office.tokens import challenge_of

PEOPLE: Mapping[str, str] = {
    "stand-in-reader": "Reader",
    "stand-in-worker": "Worker",
    "stand-in-approver": "Approver",
    "stand-in-administrator": "Administrator",
}
"""Subject → what the person does in the office."""
LOCAL = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}/sign-in/callback")
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300
_TEMPLATES = Environment(
    loader=PackageLoader("deploy.local.issuer"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class _Grant:
    subject: str
    nonce: str
    challenge: str
    until: float


class StandInIssuer:
    """
    An OpenID Connect issuer at *url* with one public client; its codes work once.

    It sends people back to *redirect_uri*; without one, to any port of this machine.
    """

    def __init__(self, url: str, *, client_id: str, redirect_uri: str | None = None) -> None:
        self.url = url
        self._client_id = client_id
        self._redirects = LOCAL if redirect_uri is None else re.compile(re.escape(redirect_uri))
        self._key = ECKey.generate_key("P-256", parameters={"kid": secrets.token_hex(8)})
        self._grants: dict[str, _Grant] = {}

    def app(self) -> Starlette:
        """Return the issuer's pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/end", self._end),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/end",
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self._key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        if (
            asked.get("client_id") != self._client_id
            or not self._redirects.fullmatch(asked.get("redirect_uri", ""))
            or asked.get("code_challenge_method") != "S256"
        ):
            return Response("unknown client", 400)
        subject = asked.get("as")
        if subject is None:
            people = [
                (name, urlencode({**asked, "as": subject})) for subject, name in PEOPLE.items()
            ]
            page = _TEMPLATES.get_template("people.html.j2").render(people=people)
            return HTMLResponse(page)
        code = secrets.token_urlsafe()
        self._grants[code] = _Grant(
            subject, asked["nonce"], asked["code_challenge"], time.monotonic() + _CODE_SECONDS
        )
        answer = urlencode({"code": code, "state": asked["state"], "iss": self.url})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 303)

    async def _token(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        grant = self._grants.pop(form.get("code", ""), None)
        if (
            grant is None
            or time.monotonic() > grant.until
            or form.get("client_id") != self._client_id
            or challenge_of(form.get("code_verifier", "")) != grant.challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = self.claims(grant.subject, nonce=grant.nonce)
        return JSONResponse({"token_type": "Bearer", "id_token": self.signed(claims)})

    async def _end(self, _: Request) -> Response:
        return HTMLResponse(_TEMPLATES.get_template("people.html.j2").render(people=[]))

    def claims(self, subject: str, *, nonce: str) -> dict[str, Any]:
        """Return what an identity token says of *subject*."""
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": subject,
            "aud": self._client_id,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            "nonce": nonce,
        }

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return the token with *claims*."""
        header = {"alg": "ES256", "kid": self._key.kid}
        return jwt.encode(header, dict(claims), self._key)
