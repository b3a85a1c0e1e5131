"""The one OpenID Connect issuer: where people sign in, and who it says they are."""

import asyncio
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from services.desk.office.settings import OfficeSettings

SECONDS = 5.0
"""Time limit of each call to the issuer, from connecting to the last byte."""
METADATA_SECONDS = 10.0
"""How long metadata is cached; a sign-in after that asks the issuer, and sees if it is away."""
KEYS_SECONDS = 3600.0
_AWAY_SECONDS = 2.0
_NEWER_KEYS_SECONDS = 60.0
_MAX_BYTES = 256 * 1024
_MAX_SUBJECT = 255
_LEEWAY_SECONDS = 60
_ALGORITHMS = ("RS256", "ES256")
CALLBACK = "/sign-in/callback"
SIGNED_OUT = "/signed-out"


class IssuerAway(Exception):
    """The issuer does not answer, or its answer is not one of an OpenID Connect issuer."""


class NotIdentified(Exception):
    """The issuer does not confirm who signs in, or its token is not for this sign-in."""


@dataclass(frozen=True, slots=True)
class _Metadata:
    authorization: str
    token: str
    keys: str
    end_session: str | None
    names_itself: bool


class Issuer:
    """
    Asks the issuer; caches its metadata for ten seconds, its keys for an hour.

    Each call has a time limit. For two seconds after a failure, calls fail at once, so that people
    do not queue up behind an issuer that is away. ``transport`` is for tests.
    """

    def __init__(
        self, settings: OfficeSettings, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = settings.issuer
        self._client_id = settings.client_id
        self._client_secret = settings.client_secret
        self._acr_values = settings.acr_values
        self._redirect = settings.public_url + CALLBACK
        self._signed_out = settings.public_url + SIGNED_OUT
        self._scheme = "http://" if settings.stand_in_issuer else "https://"
        authority = settings.issuer_ca_file
        # The environment is ignored: a .netrc or a proxy must not change whom the desk trusts.
        self._http = httpx.AsyncClient(
            timeout=SECONDS,
            verify=True if authority is None else ssl.create_default_context(cafile=authority),
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # sign-ins are rare
            transport=transport,
        )
        self._lock = asyncio.Lock()
        self._away_until = 0.0
        self._metadata: _Metadata | None = None
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    async def authorization_url(self, *, state: str, nonce: str, challenge: str) -> str:
        """Return the address at which a person signs in. Raises `IssuerAway`."""
        metadata = await self._current_metadata()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self._acr_values is not None:
            query["acr_values"] = self._acr_values
        return _with_query(metadata.authorization, query)

    @property
    def end_session(self) -> str | None:
        """The address that signs a person out at the issuer and leads back; None if not known."""
        if self._metadata is None or self._metadata.end_session is None:
            return None
        query = {"client_id": self._client_id, "post_logout_redirect_uri": self._signed_out}
        return _with_query(self._metadata.end_session, query)

    async def subject(self, *, code: str, verifier: str, nonce: str, sender: str | None) -> str:
        """
        Exchange *code* and return the subject of its identity token.

        *sender* is the issuer that the answer names (RFC 9207). Raises `NotIdentified`, and
        `IssuerAway`.
        """
        metadata = await self._current_metadata()
        if sender != self.url and (sender is not None or metadata.names_itself):
            raise NotIdentified
        answer = await self._exchange(metadata, code=code, verifier=verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotIdentified
        return await self._subject_of(metadata, token, nonce=nonce)

    async def _exchange(
        self, metadata: _Metadata, *, code: str, verifier: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        else:  # RFC 6749: both parts are form-encoded before they are joined
            secret = quote(self._client_secret.get_secret_value(), safe="")
            basic = httpx.BasicAuth(quote(self._client_id, safe=""), secret)
        return await self._ask("POST", metadata.token, data=form, auth=basic)

    async def _subject_of(self, metadata: _Metadata, token: str, *, nonce: str) -> str:
        try:
            claims = await self._claims(metadata, token)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_SECONDS,
                iss={"essential": True, "value": self.url},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
                sub={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise NotIdentified from error
        subject = claims["sub"]
        if claims.get("azp", self._client_id) != self._client_id:
            raise NotIdentified
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
            raise NotIdentified
        return subject

    async def _claims(self, metadata: _Metadata, token: str) -> dict[str, Any]:
        keys = await self._current_keys(metadata, newer=False)
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        except InvalidKeyIdError:  # the issuer may have changed its keys
            keys = await self._current_keys(metadata, newer=True)
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims

    async def _current_keys(self, metadata: _Metadata, *, newer: bool) -> KeySet:
        async with self._lock:
            age = time.monotonic() - self._keys_at
            if self._keys is None or age > (_NEWER_KEYS_SECONDS if newer else KEYS_SECONDS):
                found = await self._ask("GET", metadata.keys)
                try:
                    self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                    self._fail(error)
                self._keys_at = time.monotonic()
            return self._keys

    async def _current_metadata(self) -> _Metadata:
        async with self._lock:
            if self._metadata is None or time.monotonic() > self._metadata_until:
                address = f"{self.url.rstrip('/')}/.well-known/openid-configuration"
                found = await self._ask("GET", address)
                try:
                    self._metadata = self._read(found)
                except (KeyError, TypeError, ValueError) as error:
                    self._fail(error)
                self._metadata_until = time.monotonic() + METADATA_SECONDS
            return self._metadata

    def _read(self, found: Mapping[str, Any]) -> _Metadata:
        if found["issuer"] != self.url:
            raise ValueError("another issuer")
        end = found.get("end_session_endpoint")
        return _Metadata(
            authorization=self._safe(found["authorization_endpoint"]),
            token=self._safe(found["token_endpoint"]),
            keys=self._safe(found["jwks_uri"]),
            end_session=None if end is None else self._safe(end),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _safe(self, address: str) -> str:
        if not address.startswith(self._scheme):
            raise ValueError("an address without TLS")
        return address

    async def _ask(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """Return the JSON object at *address*; a 4xx of the token endpoint is `NotIdentified`."""
        if time.monotonic() < self._away_until:
            raise IssuerAway
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.stream(method, address, **more) as answer,
            ):
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _MAX_BYTES:
                        raise ValueError("too large")
            if method == "POST" and 400 <= answer.status_code < 500:
                raise NotIdentified
            found = json.loads(body) if answer.status_code == httpx.codes.OK else None
            if not isinstance(found, dict):
                raise ValueError("no JSON object")
        except (httpx.HTTPError, OSError, TimeoutError, ValueError) as error:
            self._fail(error)
        return found

    def _fail(self, error: Exception) -> NoReturn:
        self._away_until = time.monotonic() + _AWAY_SECONDS
        raise IssuerAway from error


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
