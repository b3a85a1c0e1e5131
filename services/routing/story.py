"""Builds what follows from one decision about a request: its new state, its events, in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.books import Book, Library
from services.routing.building import built
from services.routing.decisions import DecisionRecord, record
from services.routing.refusals import reason_of
from services.routing.request import CapacityChange, Request
from shared.contracts import envelope
from shared.contracts.event import Event, Facts, participant_of
from shared.contracts.intake import RequestAmended
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    AmendmentCameTooLate,
    AppliedFacts,
    MessageApplied,
    MessageRefused,
    MessageRefusedFacts,
    Sentences,
    TooLateFacts,
)

_STATE = ("request_id", "tracking_number", "participant", "status", "program", "lane")
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
    inbound record it goes back to, *inreplyto* that record, when there is one, and *inreplytoid*
    the sender's id of the message in it; *noted* says that a note came with it.
    """

    def __init__(
        self,
        request: Request,
        *,
        cause: str,
        at: datetime,
        received_at: datetime | None = None,
        inreplyto: str | None = None,
        inreplytoid: str | None = None,
        noted: bool = False,
    ) -> None:
        self._request: Request | None = request
        self._now = request._asdict()
        self.decided = request.decided
        self.cause = cause
        self.at = at
        self.received_at = received_at
        self.inreplyto = inreplyto
        self.inreplytoid = inreplytoid
        self._requester = request.participant if noted else None
        self._events: list[Event] = []
        self._records: list[DecisionRecord] = []
        self._capacity: list[CapacityChange] = []

    @property
    def request(self) -> Request:
        """The request as it now is."""
        if self._request is None:
            self._request = Request(**self._now)
        return self._request

    def become(self, **changes: Any) -> None:
        """Change the request; it is made anew when somebody asks for it."""
        self._now.update(changes)
        self._request = None

    def keep(
        self,
        kind: str,
        came: Mapping[str, Any],
        because: Sentences,
        *,
        library: Library,
        book: Book | None,
    ) -> DecisionRecord:
        """
        Keep the record of a decision, whose number is the request's next.

        *came* is what it was made from beside the *book* of candidates, and what it came to.
        """
        decided = {
            "kind": kind,
            "request": self.request.tracking_number,
            "number": self.decided + 1,
            "at": self.at.isoformat(),
            "catalog": library.catalog.version,
            "ruleset": library.ruleset_hash,
            "panel": "" if book is None else book.panel_hash,
            **came,
        }
        body = "" if book is None else book.body
        kept = record(decided, cause=self.cause, panel_body=body, because=because)
        self._records.append(kept)
        self.decided = kept.number
        self.become(decided=kept.number)
        return kept

    def change(self, change: CapacityChange) -> None:
        """Leave a change of capacity to the matcher."""
        self._capacity.append(change)

    def publish(
        self, event: type[Event], facts: type[Facts], *, ordinal: int = 0, **data: Any
    ) -> str:
        """Publish *event* about the request as it now is; return the event's id."""
        data |= {name: self._now[name] for name in _STATE}
        identity = self._append(event, built(facts, data), ordinal=ordinal)
        self.become(last_event=identity)
        return identity

    def applied(self, what: str, about: str) -> None:
        """Answer the inbound record: what it says was done."""
        assert self.inreplyto is not None
        facts = AppliedFacts(
            participant=participant_of(self.inreplyto),
            what=what,
            about=about,
            requester=self._requester,
        )
        self._append(MessageApplied, facts, answer=True)

    def refused(self, what: str, about: str, refusal: Refusal) -> None:
        """Answer the inbound record: it was refused, and why."""
        assert self.inreplyto is not None
        facts = MessageRefusedFacts(
            participant=participant_of(self.inreplyto),
            what=what,
            about=about,
            reasons=[reason_of(refusal)],
            requester=self._requester,
        )
        self._append(MessageRefused, facts, answer=True)

    def came_too_late(self, event: RequestAmended) -> None:
        """Say that an amendment, which was answered as applied, crossed the request's end."""
        request = self.request
        facts = TooLateFacts(
            request_id=request.request_id,
            tracking_number=request.tracking_number,
            participant=request.participant,
            ended=request.status,
            amendment=event.number,
            record=event.inreplyto,
            message_id=event.inreplytoid,
        )
        self._append(AmendmentCameTooLate, facts)

    def told(self) -> Told:
        """Return what it all came to."""
        events, records = tuple(self._events), tuple(self._records)
        return Told(self.request, events, records, tuple(self._capacity))

    def _append(
        self, event: type[Event], facts: Facts, *, ordinal: int = 0, answer: bool = False
    ) -> str:
        now = self._now
        number = now["published"] + 1
        about = envelope.attributes(
            kind=kind_of(event),
            source=SOURCE,
            subject=now["tracking_number"],
            at=self.at,
            cause=self.cause,
            correlation=now["request_id"],
            ordinal=ordinal,
            number=number,
            inreplyto=self.inreplyto if answer else None,
            inreplytoid=self.inreplytoid if answer else None,
            received_at=self.received_at,
            traceparent=now["traceparent"],
        )
        about["data"] = facts
        self._events.append(built(event, about))
        self.become(published=number)
        return str(about["id"])


_KINDS: dict[type[Event], str] = {}


def kind_of(event: type[Event]) -> str:
    """Return the literal ``type`` of an event model."""
    kind = _KINDS.get(event)
    if kind is None:
        kind = _KINDS[event] = event.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    return kind
