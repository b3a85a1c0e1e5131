"""Pages as somebody attacks them: what is sent, and what is wrong with the answers."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import httpx

from tests.proofs.hostile.judging import Tally
from tests.proofs.office import Browser

EVIL = "evil.example"


class Site:
    """
    Sends requests and notes what is wrong with the answers.

    No answer may be a server's fault, lead to or name another host, or carry an injected header.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._browsers: list[Browser] = []
        self._stranger = self.new_browser()
        self._sent = 0
        self._wrong: Counter[str] = Counter()

    def new_browser(self, *, client: str | None = None) -> Browser:
        """Return a browser without cookies, at the address *client* of this machine."""
        self._browsers.append(Browser(client=client))
        return self._browsers[-1]

    def ask(
        self,
        method: str,
        path: str,
        *,
        expected: Collection[int],
        by: Browser | None = None,
        may_be_cut: bool = False,
        **more: Any,
    ) -> httpx.Response | None:
        """
        Send a request as the browser *by*, or as one without cookies; return the answer.

        None if there was none, which is right only if the server *may_be_cut*: it hangs up on a
        sender that goes on.
        """
        self._sent += 1
        name = f"{method} {path[:40]}"
        self._stranger.cookies.clear()
        try:
            answer = (by or self._stranger).send(method, self.address + path, **more)
        except httpx.HTTPError as error:
            if not may_be_cut:
                self.note(f"{name}: no answer, {type(error).__name__}")
            return None
        location = answer.headers.get("location", "")
        if answer.status_code not in expected:
            self.note(f"{name}: status {answer.status_code}, leads to {location[:60]!r}")
        if EVIL in location + answer.text or "x-injected" in answer.headers:
            self.note(f"{name}: an answer with what was injected")
        return answer

    def note(self, wrong: str) -> None:
        """Note something wrong."""
        self._wrong[wrong] += 1

    def count(self, requests: int) -> None:
        """Count requests that were sent in another way."""
        self._sent += requests

    def close(self) -> None:
        """Close the browsers."""
        for browser in self._browsers:
            browser.close()

    def tally(self) -> Tally:
        """Return what became of all that was sent since the last tally."""
        wrong = tuple(f"{what}, {often} times" for what, often in self._wrong.most_common(5))
        sent, self._sent, self._wrong = self._sent, 0, Counter()
        return Tally(sent=sent, taken=sent, answered=sent, wrong=wrong)
