"""The answer to ``status.ask``: what the asker may know, and nothing else. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.audiences import render
from services.notifications.audiences.answers import answer
from services.notifications.audiences.audience import Decision
from services.notifications.audiences.request import Directory
from shared.contracts import refusals
from shared.contracts.intake import StatusAsked, Window
from shared.contracts.outbound import Refused, StatusLine, StatusTold
from shared.contracts.refusals import Refusal

PAGE = 100
"""Requests in an answer: some 30 kB, for a question of 300 bytes."""
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


def told(
    event: StatusAsked,
    known: Known | None,
    listing: Listing | None,
    directory: Directory,
    *,
    at: datetime,
) -> Decision:
    """Answer with the current state: of the one request asked about, or of the list."""
    asker = event.data.participant
    office = asker in directory.offices
    if listing is not None:
        return _told(event, listing, office=office, at=at)
    if known is None:
        return _refused(event, refusals.UNKNOWN_REQUEST)
    if not office and asker not in (known.participant, known.provider):
        return _refused(event, refusals.NOT_YOURS)
    return _told(event, Listing((known,), 1), office=office, at=at)


def _told(event: StatusAsked, listing: Listing, *, office: bool, at: datetime) -> Decision:
    lines = [_line(known, event.data.participant, office=office) for known in listing.requests]
    more = listing.of_all - len(lines)
    data = StatusTold(
        about=event.data.about,
        as_of=at,
        requests=lines,
        more=more,
        next=listing.last if more else None,
    )
    return Decision((answer(event, "status", data, audience=event.data.participant),))


def _line(known: Known, asker: str, *, office: bool) -> StatusLine:
    own = asker == known.participant
    sentence = known.sentence
    if not own and not office:
        sentence = known.provider_sentence or ""
    engaged = not office and asker == known.provider and known.engagement_id is not None
    return StatusLine(
        tracking_number=known.tracking_number,
        status=known.status,
        since=known.since,
        sentence=sentence,
        program=known.program,
        provider=known.provider,
        offer_id=None if own else known.offer_id,
        expires_at=None if own else known.expires_at,
        engagement_id=known.engagement_id if engaged else None,
        topics=list(known.topics) if engaged else None,
        service_forms=list(known.service_forms) if engaged else None,
        wished=known.wished if engaged else None,
    )


def _refused(event: StatusAsked, refusal: Refusal) -> Decision:
    data = Refused(
        refused_by="notifications",
        reasons=[refusal.reason("/about")],
        elsewhere=render.ASK_THE_OFFICE,
    )
    return Decision((answer(event, "message_refused", data, audience=event.data.participant),))
