"""The office's pages as somebody attacks them, without a session or as a reader."""

import time
from collections.abc import Collection, Mapping

import httpx

from tests.proofs.hostile.site import Site
from tests.proofs.office import Browser

_READER = {"subject": "stand-in-reader", "name": "R. Eader", "alias": "reader"}
ACTOR = "staff:reader"
_PATIENCE = 30.0


class NoReader(Exception):
    """The reader cannot sign in."""


class OfficeSite(Site):
    """The pages with a reader, who is signed in."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.reader = self._signed_in()

    def post(
        self, path: str, fields: Mapping[str, str], *, expected: Collection[int], **headers: str
    ) -> httpx.Response | None:
        """Send a form as the reader, from the desk's own origin unless *headers* say otherwise."""
        own = {"origin": self.address, **headers}
        return self.ask(
            "POST", path, expected=expected, by=self.reader, data=dict(fields), headers=own
        )

    def _signed_in(self) -> Browser:
        """Have the administrator enter the reader; return the reader's browser with its role."""
        administrator, reader = self.new_browser(), self.new_browser()
        administrator.sign_in(self.address, "stand-in-administrator")
        administrator.get(self.address, "/people")
        administrator.post(self.address, "/people", _READER)
        reader.sign_in(self.address, _READER["subject"])
        until = time.monotonic() + _PATIENCE
        while (page := reader.get(self.address, "/")).status_code != httpx.codes.OK:
            if time.monotonic() > until:
                raise NoReader(f"the reader's first page has the status {page.status_code}")
            time.sleep(0.2)  # the desk reads the roles when they come
        return reader
