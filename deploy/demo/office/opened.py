"""An item of the office's work list, as the log opens and settles it. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Opened:
    """
    An item, and when it was opened and settled.

    ``about`` is its request's number, or the id until that is known; empty if it has none.
    """

    kind: str
    about: str
    since: datetime
    until: datetime | None = None

    def was_there(self, at: datetime) -> bool:
        """Return whether it has been on the list by then."""
        return self.since <= (at if self.until is None else min(self.until, at))
