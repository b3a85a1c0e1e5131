"""What came of one try to send a mail. Pure."""

import re
from typing import Literal, NamedTuple

Stage = Literal["connect", "starttls", "login", "mail", "rcpt", "data"]
Kind = Literal["accepted", "try_later", "refused", "outcome_unknown"]
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_ABOUT_THE_MAIL = frozenset({"mail", "rcpt", "data"})
_NO_SUCH_MAILBOX = "5.1."
_MAILBOX_DISABLED = "5.2.1"


class Outcome(NamedTuple):
    """
    What came of one try, and the stage that decided it.

    ``accepted``: the server has taken over the mail. ``try_later``: it certainly has not.
    ``refused``: it never will. ``outcome_unknown``: perhaps it has, so that another try could send
    a second copy. ``status`` is the server's enhanced status code (RFC 3463), or its reply code if
    it gave none; None if it did not reply. A server's words are never kept: they name addresses.
    """

    kind: Kind
    stage: Stage
    status: str | None = None

    @property
    def is_address_dead(self) -> bool:
        """Whether the server said that there is no such mailbox, or that it is disabled."""
        return (
            self.kind == "refused"
            and self.stage == "rcpt"
            and self.status is not None
            and (self.status.startswith(_NO_SUCH_MAILBOX) or self.status == _MAILBOX_DISABLED)
        )


def replied(stage: Stage, code: int, words: str) -> Outcome:
    """Return the outcome of a try that ended with the server's reply *code* at *stage*."""
    status = status_of(code, words)
    if code == 250 and stage == "data":
        return Outcome("accepted", stage, status)
    if 500 <= code < 600 and stage in _ABOUT_THE_MAIL:
        return Outcome("refused", stage, status)
    if 400 <= code < 600:
        return Outcome("try_later", stage, status)
    return broken_off(stage)


def broken_off(stage: Stage) -> Outcome:
    """Return the outcome of a try that ended at *stage* without a reply that can be read."""
    return Outcome("outcome_unknown" if stage == "data" else "try_later", stage)


def status_of(code: int, words: str) -> str:
    """Return the enhanced status code at the start of *words* if it fits *code*, else *code*."""
    found = _ENHANCED.match(words)
    if found is None or found[0][0] != str(code)[0]:
        return str(code)
    return found[0]
