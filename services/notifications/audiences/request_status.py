"""Requests as the answer to ``status.ask`` shows them, and pages of them."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.intake import Window

NO_DATES = Window()
ENDED = frozenset({"closed", "ineligible", "withdrawn"})


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """The status of a request and the data that its answer may show."""

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
class ListQuery:
    """A participant asks for a list, from its beginning or after a position in it."""

    asker: str
    about: str
    after: str | None = None

    @property
    def position(self) -> tuple[bool, str]:
        """Return whether the page starts among ended requests, and the request before it."""
        group, _, number = (self.after or "open/").partition("/")
        return group == "ended", number


@dataclass(frozen=True, slots=True)
class ListPage:
    """
    A page of requests.

    ``remaining`` counts the requests from its first one to the end of the list, ``last`` is the
    position of its last one.
    """

    requests: tuple[RequestStatus, ...] = ()
    remaining: int = 0
    last: str | None = None


def page(requests: tuple[RequestStatus, ...], remaining: int) -> ListPage:
    """
    Return the page of *requests* as they were read.

    ``last`` uses the status that ordered the list: a request that ends between two pages may
    appear twice, but none is missed.
    """
    if not requests:
        return ListPage()
    group = "ended" if requests[-1].status in ENDED else "open"
    return ListPage(requests, remaining, f"{group}/{requests[-1].tracking_number}")
