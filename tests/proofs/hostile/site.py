"""The office's pages as somebody attacks them, without a session or as a reader."""

import time
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import httpx

from tests.proofs.hostile.judging import Tally
from tests.proofs.office import Browser

EVIL = "evil.example"
_READER = {"subject": "stand-in-reader", "name": "R. Eader", "alias": "reader"}
ACTOR = "staff:reader"
_PATIENCE = 30.0


class NoReader(Exception):
    """The reader cannot sign in."""


class Site:
    """
    Sends requests and notes what is wrong with the answers.

    No answer may be a server's fault, lead to or name another host, or carry an injected header.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.reader = _signed_in(address)
        self._stranger = Browser()
        self._sent = 0
        self._wrong: Counter[str] = Counter()

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

    def post(
        self, path: str, fields: Mapping[str, str], *, expected: Collection[int], **headers: str
    ) -> httpx.Response | None:
        """Send a form as the reader, from the desk's own origin unless *headers* say otherwise."""
        own = {"origin": self.address, **headers}
        return self.ask(
            "POST", path, expected=expected, by=self.reader, data=dict(fields), headers=own
        )

    def note(self, wrong: str) -> None:
        """Note something wrong."""
        self._wrong[wrong] += 1

    def count(self, requests: int) -> None:
        """Count requests that were sent in another way."""
        self._sent += requests

    def tally(self) -> Tally:
        """Return what became of all that was sent since the last tally."""
        wrong = tuple(f"{what}, {often} times" for what, often in self._wrong.most_common(5))
        sent, self._sent, self._wrong = self._sent, 0, Counter()
        return Tally(sent=sent, taken=sent, answered=sent, wrong=wrong)


def _signed_in(address: str) -> Browser:
    """Have the administrator enter the reader; return the reader's browser with its role."""
    administrator, reader = Browser(), Browser()
    administrator.sign_in(address, "stand-in-administrator")
    administrator.get(address, "/people")
    administrator.post(address, "/people", _READER)
    reader.sign_in(address, _READER["subject"])
    until = time.monotonic() + _PATIENCE
    while (page := reader.get(address, "/")).status_code != httpx.codes.OK:
        if time.monotonic() > until:
            raise NoReader(f"the reader's first page has the status {page.status_code}")
        time.sleep(0.2)  # the desk reads the roles when they come
    return reader
