"""The office's desk from outside: its registration, and a browser in front of its pages."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from deploy.participants.client import Client
from tests.proofs.introduced import entry

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_SESSION = "__Host-office"
_ISSUER_SECONDS = 8.0
_DESK = "office-desk"


class Browser:
    """
    One person's browser. Each request names the *address* of the desk, which may change.

    It sends its cookies itself: a browser sends those of HTTPS to this machine over plain HTTP,
    too, and httpx does not. *client* is its own address on this machine, which has many:
    127.x.y.z. Raises what httpx raises.
    """

    def __init__(self, *, seconds: float = 20.0, client: str | None = None) -> None:
        self.client = client
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(local_address=client), timeout=seconds
        )
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        """The token of the forms of the page that was shown last."""

    @property
    def is_signed_in(self) -> bool:
        """Whether it holds a session, which may have ended."""
        return _SESSION in self.cookies

    def get(self, address: str, path: str) -> httpx.Response:
        """Open a page, without following where it leads."""
        return self.send("GET", address + path)

    def post(self, address: str, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send a form as one of the desk's own pages does."""
        form = {"csrf": self.csrf, **fields}
        return self.send("POST", address + path, data=form, headers={"origin": address})

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send any request, with the cookies, and keep those that come back."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = {"cookie": cookies} if cookies else {}
        response = self._http.request(method, url, headers={**own, **(headers or {})}, **more)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if not self.cookies[name]:
                del self.cookies[name]
        self._http.cookies.clear()
        if (found := _CSRF.search(response.text)) is not None:
            self.csrf = found[1]
        return response

    def begin_sign_in(self, address: str, subject: str) -> str | None:
        """Choose *subject* at the issuer; return where that sends the browser, if it does."""
        started = self.get(address, "/sign-in/start")
        location = started.headers.get("location", "/")
        if location.startswith("/"):
            return None
        chosen = httpx.get(
            httpx.URL(location).copy_merge_params({"as": subject}), timeout=_ISSUER_SECONDS
        )
        back: str | None = chosen.headers.get("location")
        return back

    def sign_in(self, address: str, subject: str) -> bool:
        """Sign in as *subject*; return whether that led to a session."""
        self.cookies.pop(_SESSION, None)
        back = self.begin_sign_in(address, subject)
        if back is not None:
            self.send("GET", back)
        if self.is_signed_in:
            self.get(address, "/")
        return self.is_signed_in

    def close(self) -> None:
        """Disconnect."""
        self._http.close()


def desk() -> dict[str, Any]:
    """Return the entry of the participant for which the desk writes and reads."""
    return entry("desks", _DESK)


async def employ(client: Client, people: Mapping[str, Sequence[str]]) -> None:
    """Register the office's desk, and its people with their roles, as the program office."""
    participant = desk()
    await client.send("participant.register", participant, subject=participant["id"])
    for person, roles in people.items():
        data = {"id": person, "participant": participant["id"], "roles": list(roles)}
        await client.send("staff.set", data, subject=person)
    async with asyncio.timeout(60):
        while client.unanswered():
            await asyncio.sleep(0.1)  # the answers come from another process
