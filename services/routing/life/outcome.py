"""Builds the outcome of one decision about a request: its new state and its events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.routing.life.evolve import evolve
from services.routing.life.refusals import reason_of
from services.routing.life.request import CapacityChange, Request, capacity_changes
from services.routing.rules.building import built
from services.routing.rules.decisions import DecisionRecord, record
from services.routing.rules.in_force import DecisionBasis, Rules
from shared.contracts import envelope
from shared.contracts.event import Event, Facts
from shared.contracts.intake import RequestAmended
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    AmendmentCameTooLate,
    AppliedFacts,
    EngagementEnded,
    MessageApplied,
    MessageRefused,
    MessageRefusedFacts,
    OfferDeclined,
    OfferLapsed,
    OfferWithdrawn,
    RequestTriaged,
    RequestWaitlisted,
    RoutingEvent,
    Sentences,
    StateEvent,
    TooLateFacts,
)

SOURCE = "urn:cri:continuum:routing"


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """The outcome of a decision: the new state, and what to write and publish."""

    request: Request
    events: tuple[RoutingEvent, ...] = ()
    records: tuple[DecisionRecord, ...] = ()
    changes: tuple[CapacityChange, ...] = ()


class OutcomeBuilder:
    """
    Collects the numbered events of one decision and applies each to the request.

    *cause* is the id of the event that is decided about. If an inbound record led to it,
    *received_at* is the broker's timestamp of the record, *inreplyto* its coordinate and
    *inreplytoid* the *sender*'s message id; *actor* is the person who acted for the sender, if it
    named one; *noted* tells whether the message has a note.
    ``program`` and ``lane`` are those of the next events; callers set them before publishing.
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
        sender: str | None = None,
        actor: str | None = None,
        noted: bool = False,
    ) -> None:
        self.request = self._before = request
        self.program, self.lane = request.program, request.lane
        self.cause = cause
        self.at = at
        self.received_at = received_at
        self.inreplyto = inreplyto
        self.inreplytoid = inreplytoid
        self.sender = sender
        self.actor = actor
        self._requester = request.participant if noted else None
        self._events: list[RoutingEvent] = []
        self._records: list[DecisionRecord] = []

    def record_decision(
        self,
        kind: str,
        details: Mapping[str, Any],
        because: Sentences,
        *,
        rules: Rules,
        basis: DecisionBasis | None,
    ) -> DecisionRecord:
        """
        Add the record of a decision, numbered as the request's next, and return it.

        *details* are its inputs, apart from *basis*, and its result. The caller publishes the
        event that names the record.
        """
        decided = {
            "kind": kind,
            "request": self.request.tracking_number,
            "number": self.request.decided + 1,
            "at": self.at.isoformat(),
            "catalog": rules.catalog.version,
            "ruleset": rules.ruleset_hash,
            "panel": "" if basis is None else basis.panel_hash,
            **({} if self.actor is None else {"actor": self.actor}),
            **details,
        }
        body = "" if basis is None else basis.body
        kept = record(decided, cause=self.cause, panel_body=body, because=because)
        self._records.append(kept)
        return kept

    def publish(
        self,
        event: type[StateEvent],
        model: type[Facts],
        /,
        *,
        status: str,
        ordinal: int = 0,
        **data: Any,
    ) -> None:
        """Add *event* with data of type *model*, and set the request's status to *status*."""
        request = self.request
        data |= {
            "request_id": request.request_id,
            "tracking_number": request.tracking_number,
            "participant": request.participant,
            "status": status,
            "program": self.program,
            "lane": self.lane,
            "decided": len(self._records) + self._before.decided,
        }
        self._append(event, built(model, data), ordinal=ordinal)

    def answer_applied(self, what: str, about: str, *, taken_as: str | None = None) -> None:
        """Add the answer that the message was applied, as if its reason were *taken_as*."""
        assert self.sender is not None
        facts = AppliedFacts(
            participant=self.sender,
            what=what,
            about=about,
            requester=self._requester,
            taken_as=taken_as,
        )
        self._append(MessageApplied, facts, answer=True)

    def answer_refused(
        self, what: str, about: str, refusal: Refusal, *, path: str | None = None
    ) -> None:
        """Add the answer that the message was refused, with the reason, at *path* if given."""
        assert self.sender is not None
        facts = MessageRefusedFacts(
            participant=self.sender,
            what=what,
            about=about,
            reasons=[reason_of(refusal, path=path)],
            requester=self._requester,
        )
        self._append(MessageRefused, facts, answer=True)

    def came_too_late(self, event: RequestAmended) -> None:
        """Add the event that an amendment, already answered as applied, came after the end."""
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

    def build(self) -> DecisionOutcome:
        """Return the outcome."""
        return DecisionOutcome(
            self.request,
            tuple(self._events),
            tuple(self._records),
            capacity_changes(self._before, self.request),
        )

    def _append(
        self, event: type[RoutingEvent], facts: Facts, *, ordinal: int = 0, answer: bool = False
    ) -> None:
        request = self.request
        about = envelope.attributes(
            kind=kind_of(event),
            source=SOURCE,
            subject=request.tracking_number,
            at=self.at,
            cause=self.cause,
            correlation=request.request_id,
            ordinal=ordinal,
            number=request.published + 1,
            inreplyto=self.inreplyto if answer else None,
            inreplytoid=self.inreplytoid if answer else None,
            participant=self.sender if answer else None,
            actor=self.actor,
            received_at=self.received_at,
            traceparent=request.traceparent,
        )
        about["data"] = facts
        published = built(event, about)
        self._events.append(published)
        self.request = evolve(request, published)


def with_queue_number(outcome: DecisionOutcome, queue_number: int) -> DecisionOutcome:
    """Return *outcome* with *queue_number* in its request and in the events that contain one."""
    events = tuple(_with_queue_number(event, queue_number) for event in outcome.events)
    return replace(
        outcome, request=outcome.request._replace(queue_number=queue_number), events=events
    )


_QUEUES = (
    RequestTriaged
    | RequestWaitlisted
    | OfferDeclined
    | OfferLapsed
    | OfferWithdrawn
    | EngagementEnded
)


def _with_queue_number(event: RoutingEvent, queue_number: int) -> RoutingEvent:
    if not isinstance(event, _QUEUES):
        return event
    facts = built(type(event.data), {**event.data.__dict__, "queue_number": queue_number})
    return built(type(event), {**event.__dict__, "data": facts})


_KINDS: dict[type[Event], str] = {}


def kind_of(event: type[Event]) -> str:
    """Return the literal ``type`` of an event model."""
    kind = _KINDS.get(event)
    if kind is None:
        kind = _KINDS[event] = event.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    return kind
