"""
The links in mails, which the public desk opens. Pure.

Notifications writes a link, the desk checks it; both derive its token with one key, so that no
token is on a topic or in a table. A token is good for one of these: a subscription, for one
purpose and its kinds; the request of one contact, as long as the contact keeps its address; an
offer, for one contact of its provider.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, Self

Purpose = Literal["confirm", "preferences", "end"]
LEAST_KEY = 32
"""The fewest bytes that a key may have."""
OFFER_PATH = "/offer"
"""Where the public desk opens the link in a mail about an offer."""
WORK_PATH = "/provider/engagements"
"""Where the public desk shows the work of an engagement, once somebody has signed in."""
_BYTES = 18
_CADENCE, _PROGRAM, _DAY = "as-", "of-", "on-"
"""Prefixes of the parts of a link that are not kinds; no kind has a hyphen."""


class Gets(NamedTuple):
    """What a subscription got on a day, as the link to its page says it."""

    kinds: tuple[str, ...]
    cadence: str | None
    program: str | None
    on: date

    def parts(self) -> list[str]:
        """Return it as parts of a link."""
        cadence = [] if self.cadence is None else [f"{_CADENCE}{self.cadence}"]
        program = [] if self.program is None else [f"{_PROGRAM}{self.program}"]
        return [*self.kinds, *cadence, *program, f"{_DAY}{self.on}"]

    @classmethod
    def read(cls, parts: Sequence[str]) -> Self | None:
        """Return what *parts* say; None for a link of an earlier release, which lacks them."""
        said = {part[:3]: part[3:] for part in parts if "-" in part}
        if _DAY not in said:
            return None
        kinds = tuple(sorted(part for part in parts if "-" not in part))
        day = date.fromisoformat(said[_DAY])
        return cls(kinds, said.get(_CADENCE), said.get(_PROGRAM), day)


@dataclass(frozen=True, slots=True)
class Links:
    """Writes links to the desk at ``url``, which does not end in a slash, with ``key``."""

    url: str
    key: bytes = field(repr=False)

    def confirm(self, subscription_id: str, kinds: Sequence[str]) -> str:
        """Return the link to the page that confirms *kinds*."""
        return self._to("confirm", subscription_id, kinds)

    def preferences(self, subscription_id: str, gets: Gets | None = None) -> str:
        """Return the link to the subscription's page, which shows what it *gets*."""
        return self._to("preferences", subscription_id, [] if gets is None else gets.parts())

    def end(self, subscription_id: str, kind: str) -> str:
        """Return the link that ends *kind*: a page, and the one click of RFC 8058 by POST."""
        return self._to("end", subscription_id, [kind])

    def status(self, contact: str, address: str) -> str:
        """Return the link to the request of *contact*, to be mailed to *address*."""
        return f"{self.url}/s/{self.status_token(contact, address)}"

    def status_token(self, contact: str, address: str) -> str:
        """
        Return the token of that link: 24 characters of a URL.

        *contact* is the contact's key, ``contact:<participant>:<contact id>``.
        """
        return _token(self.key, "status", contact, address.lower())

    def offer(self, offer_id: str, provider: str, contact_id: str) -> str:
        """Return the link to the page of an offer, for a contact of *provider*."""
        contact = urlsafe_b64encode(contact_id.encode()).decode()
        token = self.offer_token(offer_id, provider, contact_id)
        return f"{self.url}{OFFER_PATH}/{offer_id}/{provider}/{contact}/{token}"

    def work(self, engagement_id: str) -> str:
        """Return the address of the page of an engagement, which asks for a code."""
        return f"{self.url}{WORK_PATH}/{engagement_id}"

    def offer_token(self, offer_id: str, provider: str, contact_id: str) -> str:
        """Return the token of that link: 24 characters of a URL."""
        return _token(self.key, "offer", offer_id, provider, contact_id)

    def _to(self, purpose: Purpose, subscription_id: str, kinds: Sequence[str]) -> str:
        named = f"/{'.'.join(sorted(kinds))}" if kinds else ""
        proof = token(self.key, purpose, subscription_id, kinds)
        return f"{self.url}/subscriptions/{purpose}/{subscription_id}{named}/{proof}"


def token(key: bytes, purpose: Purpose, subscription_id: str, kinds: Sequence[str]) -> str:
    """Return the token of a link: 24 characters of a URL."""
    return _token(key, purpose, subscription_id, *sorted(kinds))


def read_key(hexadecimal: str) -> bytes:
    """Return the key in *hexadecimal*. Raise ValueError if it is malformed or too short."""
    try:
        key = bytes.fromhex(hexadecimal)
    except ValueError:
        key = b""
    if len(key) < LEAST_KEY:
        raise ValueError(f"link_key is at least {LEAST_KEY} bytes in hexadecimal")
    return key


def is_genuine(
    given: str, key: bytes, purpose: Purpose, subscription_id: str, kinds: Sequence[str]
) -> bool:
    """Tell whether *given* is the token of the link; the time that takes reveals nothing of it."""
    expected = token(key, purpose, subscription_id, kinds)
    return hmac.compare_digest(given.encode(), expected.encode())


def _token(key: bytes, *about: str) -> str:
    named = "\n".join(about).encode()
    return urlsafe_b64encode(hmac.digest(key, named, "sha256")[:_BYTES]).decode()
