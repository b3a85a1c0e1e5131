"""What is held of requests as a question about their states sees it."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.intake import Window

NO_DATES = Window()
ENDED = frozenset({"closed", "ineligible", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is held of a request, as far as a question about states needs it."""

    tracking_number: str
    participant: str
    status: str
    since: datetime
    sentence: str
    provider_sentence: str | None
    program: str | None
    provider: str | None
    offer_id: str | None
    expires_at: datetime | None
    engagement_id: str | None = None
    topics: tuple[str, ...] = ()
    service_forms: tuple[str, ...] = ()
    wished: Window = NO_DATES


@dataclass(frozen=True, slots=True)
class Question:
    """A participant asks for a list, from its beginning or after a place in it."""

    asker: str
    about: str
    after: str | None = None

    @property
    def place(self) -> tuple[bool, str]:
        """Whether the place is among requests that have ended, and the request it is behind."""
        group, _, number = (self.after or "open/").partition("/")
        return group == "ended", number


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of requests, how many there are from its first one on, and the place of its last."""

    requests: tuple[Known, ...] = ()
    of_all: int = 0
    last: str | None = None


def page(requests: tuple[Known, ...], of_all: int) -> Listing:
    """
    Return the page of *requests* as they were read.

    Its last place goes by the state that the list was ordered by: a request that ends meanwhile
    comes a second time, and none is left out.
    """
    if not requests:
        return Listing()
    group = "ended" if requests[-1].status in ENDED else "open"
    return Listing(requests, of_all, f"{group}/{requests[-1].tracking_number}")
