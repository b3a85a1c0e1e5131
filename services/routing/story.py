"""Builds what follows from one decision about a request: its new state, its events, in order."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.routing.decisions import DecisionRecord
from services.routing.refusals import reason_of
from services.routing.request import CapacityChange, Request
from shared.contracts.event import Event, Facts, derived_id, padded, participant_of
from shared.contracts.routing import (
    AppliedFacts,
    MessageApplied,
    MessageRefused,
    MessageRefusedFacts,
)

SOURCE = "urn:cri:continuum:routing"


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision came to: the request after it, and what is to be written and published."""

    request: Request
    events: tuple[Event, ...] = ()
    records: tuple[DecisionRecord, ...] = ()
    changes: tuple[CapacityChange, ...] = ()


class Story:
    """
    A request's next lines, numbered as they are told.

    *cause* is the id of the event that leads here; *received_at* the broker's time of the
    inbound record it goes back to, *inreplyto* that record, when there is one.
    """

    def __init__(
        self,
        request: Request,
        *,
        cause: str,
        at: datetime,
        received_at: datetime | None = None,
        inreplyto: str | None = None,
    ) -> None:
        self._request = request
        self._changes: dict[str, Any] = {}
        self._published = request.published
        self._last_event = request.last_event
        self.decided = request.decided
        self.cause = cause
        self.at = at
        self.received_at = received_at
        self.inreplyto = inreplyto
        self._events: list[Event] = []
        self._records: list[DecisionRecord] = []
        self._capacity: list[CapacityChange] = []

    @property
    def request(self) -> Request:
        """The request as it now is; its counters are brought up to date at the end."""
        if self._changes:
            self._request = replace(self._request, **self._changes)
            self._changes = {}
        return self._request

    def become(self, **changes: Any) -> None:
        """Change the request (in one copy for several changes: copies are what costs here)."""
        self._changes |= changes

    def decide(self, record: DecisionRecord) -> None:
        """Keep *record*; its number is the request's next."""
        self._records.append(record)
        self.decided = record.number

    def change(self, change: CapacityChange) -> None:
        """Leave a change of capacity to the matcher."""
        self._capacity.append(change)

    def publish(
        self, event: type[Event], facts: type[Facts], *, ordinal: int = 0, **data: Any
    ) -> str:
        """Publish *event* about the request as it now is; return the event's id."""
        now = self.request
        told = facts.model_construct(
            request_id=now.request_id,
            tracking_number=now.tracking_number,
            participant=now.participant,
            status=now.status,
            program=now.program,
            lane=now.lane,
            **data,
        )
        self._last_event = self._append(event, told, ordinal=ordinal)
        return self._last_event

    def applied(self, what: str, about: str) -> None:
        """Answer the inbound record: what it says was done."""
        assert self.inreplyto is not None
        facts = AppliedFacts.model_construct(
            participant=participant_of(self.inreplyto), what=what, about=about
        )
        self._append(MessageApplied, facts, inreplyto=self.inreplyto)

    def refused(self, what: str, about: str, code: str) -> None:
        """Answer the inbound record: it was refused, and why."""
        assert self.inreplyto is not None
        facts = MessageRefusedFacts.model_construct(
            participant=participant_of(self.inreplyto),
            what=what,
            about=about,
            refused_by="routing",
            reasons=[reason_of(code)],
        )
        self._append(MessageRefused, facts, inreplyto=self.inreplyto)

    def told(self) -> Told:
        """Return what it all came to."""
        self.become(published=self._published, last_event=self._last_event, decided=self.decided)
        events, records = tuple(self._events), tuple(self._records)
        return Told(self.request, events, records, tuple(self._capacity))

    def _append(
        self, event: type[Event], facts: Facts, *, ordinal: int = 0, inreplyto: str | None = None
    ) -> str:
        now = self.request
        kind = kind_of(event)
        identity = derived_id(self.cause, kind, now.tracking_number, ordinal)
        self._published += 1
        self._events.append(
            event.model_construct(
                specversion="1.0",
                id=identity,
                source=SOURCE,
                type=kind,
                subject=now.tracking_number,
                time=self.at,
                datacontenttype="application/json",
                dataclassification="internal",
                correlationid=now.request_id,
                causationid=self.cause,
                sequence=padded(self._published),
                inreplyto=inreplyto,
                receivedat=self.received_at,
                traceparent=now.traceparent,
                data=facts,
            )
        )
        return identity


_KINDS: dict[type[Event], str] = {}


def kind_of(event: type[Event]) -> str:
    """Return the literal ``type`` of an event model."""
    kind = _KINDS.get(event)
    if kind is None:
        kind = _KINDS[event] = event.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    return kind
