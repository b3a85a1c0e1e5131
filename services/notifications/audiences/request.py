"""What notifications holds of a request: only what may be told to somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.contracts import routing
from shared.contracts.intake import RequestAccepted, RequestFacts


class Request(NamedTuple):
    """
    A request as the audiences may know it.

    ``provider`` holds the open offer or the
    engagement; ``expires_at`` is there while an offer is open. ``sentence`` is for the
    requester, ``provider_sentence`` for that provider.
    """

    tracking_number: str
    participant: str
    agency_name: str
    cri_type: str
    agency_class: str
    state: str
    sworn_band: str | None
    topics: tuple[str, ...]
    service_forms: tuple[str, ...]
    wished_from: date | None
    wished_until: date | None
    contact_ids: tuple[str, ...]
    status: str
    since: datetime
    sentence: str
    provider_sentence: str | None = None
    program: str | None = None
    provider: str | None = None
    offer_id: str | None = None
    expires_at: datetime | None = None
    engagement_id: str | None = None

    @property
    def offer_open(self) -> bool:
        return self.expires_at is not None


@dataclass(frozen=True, slots=True)
class Directory:
    """Names to be used in sentences, and who the program offices are."""

    participants: Mapping[str, str]
    programs: Mapping[str, str]
    offices: tuple[str, ...]

    def participant(self, identifier: str) -> str:
        return self.participants.get(identifier, identifier)

    def program(self, identifier: str | None) -> str:
        """Return the program's name, or words for a program that was not chosen yet."""
        if identifier is None:
            return "the program"
        return self.programs.get(identifier, identifier)


def accepted(event: RequestAccepted, *, sentence: str) -> Request:
    """Return the request that *event* tells of."""
    facts = event.data
    agency = facts.agency
    return Request(
        tracking_number=facts.tracking_number,
        participant=facts.participant,
        agency_name=agency.name,
        cri_type=agency.cri_type,
        agency_class=agency.agency_class,
        state=agency.state,
        sworn_band=agency.sworn_band,
        topics=tuple(facts.topics),
        service_forms=tuple(facts.service_forms),
        wished_from=facts.wished.from_,
        wished_until=facts.wished.until,
        contact_ids=tuple(facts.contact_ids),
        status="accepted",
        since=event.time,
        sentence=sentence,
        program=facts.program,
    )


def amended(request: Request, facts: RequestFacts) -> Request:
    """Return *request* with the facts as they now are; its state stays."""
    return request._replace(
        topics=tuple(facts.topics),
        service_forms=tuple(facts.service_forms),
        wished_from=facts.wished.from_,
        wished_until=facts.wished.until,
        contact_ids=tuple(facts.contact_ids),
    )


def moved(event: routing.RequestEvent, request: Request, sentence: str, **changes: Any) -> Request:
    """Return *request* in the state that *event* leaves it in, with *changes*."""
    facts = event.data
    return request._replace(
        status=facts.status,
        since=event.time if facts.status != request.status else request.since,
        sentence=sentence,
        program=facts.program or request.program,
        **changes,
    )


def released(request: Request) -> Request:
    """Return *request* with no provider that holds an offer or an engagement."""
    return request._replace(provider=None, provider_sentence=None, offer_id=None, expires_at=None)
