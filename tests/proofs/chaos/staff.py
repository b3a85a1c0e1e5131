"""A person of the office, who enters calls and opens case files on the desk's pages."""

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event, Thread
from types import TracebackType
from uuid import uuid4

import httpx

from tests.proofs.office import Browser

PERSON = "stand-in-administrator"
ACTOR = "staff:first-administrator"
"""Whom the desk's settings let in first; the introductions make a worker of this person."""
_EVERY = 3.0
_PATIENCE = 60.0
_NUMBER = re.compile(r"The number is (CRI-[0-9A-Z-]+)")
_WAITS, _SEND_AGAIN = "Sent, waiting for the answer", "Please send this again"
_AWAY = (httpx.HTTPError, OSError)
_CALL = {
    "channel": "phone",
    "basis": "call_back",
    "state": "US-NE",
    "cri_type": "local",
    "agency_class": "city",
    "other_topic": "Calls of people in crisis, heron 4417",
    "role": "chief",
    "issue": "Heron 4417: we are asked more often than we can answer.",
    "name": "Chief Heron 4417",
    "phone": "308-555-0144",
}


class Staff:
    """
    Works in a thread of its own, about one call every three seconds, until `stop`.

    What was sent without an answer over HTTP is sent again, the same form, until it is answered.
    *addresses* returns where the desk's processes are now.
    """

    def __init__(self, addresses: Callable[[], Sequence[str]]) -> None:
        self._addresses = addresses
        self._browser = Browser()
        self._stopped = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._calls = count(1)
        self._form: dict[str, str] | None = None
        self._unopened: list[str] = []
        self.acts: list[str] = []
        """The ids of the messages that the desk has taken over."""
        self.problems: list[str] = []
        self.issuer_is_away = False
        """While it is set, this person goes on, and another one tries to sign in."""
        self.let_in = self.turned_away = self.shown = 0
        """With the issuer away: sign-ins that came to a session, or not, and pages shown."""

    def __enter__(self) -> "Staff":
        """Sign in, and begin to work. Raises TimeoutError if the desk shows no page of calls."""
        until = time.monotonic() + _PATIENCE
        while not self._is_at_work(self._addresses()[0]):
            if time.monotonic() > until:
                raise TimeoutError("the office's person cannot work at the desk")
            time.sleep(0.2)  # the desk reads the roles when they come
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._browser.close()

    def stop(self) -> None:
        """Go home, as soon as what is being done is done."""
        self._stopped.set()
        self._thread.join()

    def wrong(self) -> list[str]:
        """Return what is wrong when everything is at rest: each act must have its answer."""
        if not self.acts:
            return [*self.problems, "the office's person could do nothing"]
        try:
            address = self._addresses()[0]
            pages = {act: self._browser.get(address, f"/acts/{act}") for act in self.acts}
        except (*_AWAY, IndexError) as error:
            return [*self.problems, f"the desk does not answer: {error!r}"]
        return [
            *self.problems,
            *(
                f"the act {act} has no answer: status {page.status_code}"
                for act, page in pages.items()
                if page.status_code != httpx.codes.OK or _WAITS in page.text
            ),
        ]

    def _work(self) -> None:
        for turn in count():
            if self._stopped.wait(_EVERY):
                return
            addresses = self._addresses()
            if not addresses:
                continue
            address = addresses[turn % len(addresses)]
            try:
                if self._is_at_work(address):
                    self._enter_a_call(address)
                    self._open_a_file(address)
                if self.issuer_is_away:
                    self._try_to_sign_in(address)
            except _AWAY:  # another fault: what was sent is sent again
                continue

    def _is_at_work(self, address: str) -> bool:
        """Tell whether the page of calls is shown; sign in where the session has ended."""
        if not self._browser.is_signed_in and not self._browser.sign_in(address, PERSON):
            return False
        page = self._browser.get(address, "/call")
        if page.has_redirect_location:
            self._browser.sign_in(address, PERSON)
        elif page.status_code == httpx.codes.OK and self.issuer_is_away:
            self.shown += 1
        return page.status_code == httpx.codes.OK

    def _enter_a_call(self, address: str) -> None:
        if self._form is None:
            day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
            days = dict.fromkeys(("received_on", "first_contact_on", "authority_on"), day)
            agency = f"Agency {next(self._calls)} of Nebraska"
            self._form = {**_CALL, **days, "agency": agency, "token": str(uuid4())}
        answer = self._browser.post(address, "/call", self._form)
        if (act := _act_in(answer)) is not None:
            self.acts.append(act)
            self._unopened.append(act)
            self._form = None
        elif answer.status_code == 422 and _SEND_AGAIN not in answer.text:
            self.problems.append(f"the desk did not take a call: {answer.text[:2000]}")
            self._form = None

    def _open_a_file(self, address: str) -> None:
        """Open the file of the oldest call that has a number by now, and read it."""
        if not self._unopened:
            return
        page = self._browser.get(address, f"/acts/{self._unopened[0]}")
        if (number := _NUMBER.search(page.text)) is None:
            return
        answer = self._browser.post(address, f"/cases/{number[1]}/file", {"purpose": "call"})
        if (file := _act_in(answer, "/files/")) is not None:
            self.acts.append(file)
            self._browser.get(address, f"/files/{file}")
            self._unopened.pop(0)

    def _try_to_sign_in(self, address: str) -> None:
        another = Browser()
        try:
            is_in = another.sign_in(address, "stand-in-worker")
        except _AWAY:
            is_in = False
        finally:
            another.close()
        if self.issuer_is_away:
            self.let_in += is_in
            self.turned_away += not is_in


def _act_in(answer: httpx.Response, path: str = "/acts/") -> str | None:
    """Return the id of the message that a form led to."""
    location = answer.headers.get("location", "")
    return location.removeprefix(path) if location.startswith(path) else None
