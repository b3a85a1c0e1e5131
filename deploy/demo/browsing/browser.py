"""A person's browser at pages of ours."""

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from deploy.demo.browsing.shown_page import Fields, Form, Page, read_page
from deploy.demo.progress import Stuck

_FORM = "application/x-www-form-urlencoded"
_PATIENCE, _PAUSE = 60.0, 0.2
"""For how long a person tries again when the pages do not answer, and how often (seconds)."""
_SIGN_IN = "/sign-in"


class Browser:
    """
    Shows one page at a time and keeps its cookies.

    While the pages do not answer, it tries the same again, as a person does: a form that was sent
    twice is one act.
    """

    def __init__(self, address: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.address = address
        self.page = read_page("", address=address)
        self.tried_again = 0
        """How often the pages did not answer."""
        # Local pages have no TLS: loading the machine's CA certificates would only cost time.
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.AsyncClient(timeout=20, transport=transport, verify=tls)
        self._cookies: dict[str, str] = {}

    async def close(self) -> None:
        """Close it."""
        await self._http.aclose()

    async def sign_in(self, name: str) -> Page:
        """Sign in as the person *name* of the stand-in issuer; return the page that follows."""
        await self.open("/")
        await self.follow("Sign in")
        return await self.follow(name)

    async def open(self, address: str) -> Page:
        """Open an address, and follow where it leads."""
        return self._show(await self._get(urljoin(self.address, address)))

    async def follow(self, words: str) -> Page:
        """Click on the link that shows *words*."""
        return await self.open(self.page.link(words).address)

    async def read(self, path: str) -> str:
        """Return a file at *path*, such as a table; the shown page stays."""
        return (await self._get(urljoin(self.address, path))).text

    async def send(
        self,
        form: Form,
        values: Mapping[str, str | Sequence[str]] | None = None,
        *,
        button: tuple[str, str] | None = None,
    ) -> Page:
        """Fill in a form and send it; follow where it leads."""
        filled = form.filled(values or {}, button=button)
        if form.is_search:
            return await self.open(f"{form.action}?{urlencode(filled)}")
        response = await self._request(form.action, filled)
        if response.has_redirect_location:
            response = await self._get(urljoin(form.action, response.headers["location"]))
        return self._show(response)

    async def click_once(self, address: str) -> int:
        """End a subscription by the one click of RFC 8058; return the status."""
        click = urlencode({"List-Unsubscribe": "One-Click"})
        response = await self._http.post(address, content=click, headers={"Content-Type": _FORM})
        return response.status_code

    def _show(self, response: httpx.Response) -> Page:
        self.page = read_page(
            response.text, address=str(response.url), status=response.status_code
        )
        return self.page

    async def _get(self, address: str) -> httpx.Response:
        response = await self._request(address)
        while response.has_redirect_location:
            address = urljoin(address, response.headers["location"])
            response = await self._request(address)
        return response

    async def _request(self, address: str, form: Fields | None = None) -> httpx.Response:
        deadline = time.monotonic() + _PATIENCE
        while True:
            response = await self._try(address, form)
            if response is not None:
                return response
            self.tried_again += 1
            if time.monotonic() > deadline:
                raise Stuck(f"{urlsplit(address).path} does not answer")
            await asyncio.sleep(_PAUSE)

    async def _try(self, address: str, form: Fields | None) -> httpx.Response | None:
        """Return the response; None if there is none now, and trying again may help."""
        # The cookies are for TLS only; for pages on the same machine, browsers send them without.
        is_own = address.startswith(f"{self.address}/")
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies} if is_own and cookies else {}
        try:
            if form is None:
                response = await self._http.get(address, headers=headers)
            else:
                headers |= {"Origin": self.address, "Content-Type": _FORM}
                response = await self._http.post(address, content=urlencode(form), headers=headers)
        except httpx.TransportError:
            return None
        if is_own:
            self._keep_cookies(response)
        path = urlsplit(address).path
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and not path.startswith(
            _SIGN_IN
        ):
            return None
        return response

    def _keep_cookies(self, response: httpx.Response) -> None:
        for header in response.headers.get_list("set-cookie"):
            for name, cookie in SimpleCookie(header).items():
                if cookie.value and cookie["max-age"] != "0":
                    self._cookies[name] = cookie.value
                else:
                    self._cookies.pop(name, None)
