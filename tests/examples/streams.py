"""The events of one request on both topics, with deterministic ids, numbers and times."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from shared.contracts import intake, routing
from shared.contracts.event import Event, derived_id, padded
from shared.contracts.tracking import tracking_number

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
_Event = TypeVar("_Event", bound=Event)


class EventStream:
    """Appends events of one request; each method appends one, a minute after the last."""

    def __init__(self, number: int, **agency: Any) -> None:
        self.tracking_number = tracking_number(2026, number)
        self.request_id = derived_id("stream", "request", self.tracking_number)
        self.agency = intake.AgencyFacts(
            **{
                "ori": "CA0194200",
                "name": "Los Angeles Police Department",
                "cri_type": "local",
                "agency_class": "city",
                "state": "US-CA",
                "sworn_band": "1000+",
                "listed": True,
                **agency,
            }
        )
        self.program = "cri-tac"
        self.events: list[tuple[str, Event]] = []
        self._at = START + timedelta(seconds=number)

    def accepted(self, **facts: Any) -> intake.RequestAccepted:
        return self._append(intake.TOPIC, intake.RequestAccepted, {**self._facts(), **facts})

    def amended(self, **facts: Any) -> intake.RequestAmended:
        return self._append(intake.TOPIC, intake.RequestAmended, {**self._facts(), **facts})

    def answered(self, answer: str, reason: str | None = None) -> intake.OfferAnswered:
        facts = {"offer_id": "O1", "provider": "iacp", "answer": answer, "reason_code": reason}
        return self._append(intake.TOPIC, intake.OfferAnswered, self._about(facts))

    def directed(self, action: str, **facts: Any) -> intake.RequestDirected:
        facts = {"participant": "program-office", "reference_version": 1, **facts}
        facts |= {"action": action, "reason": "agency_called"}
        return self._append(intake.TOPIC, intake.RequestDirected, self._about(facts))

    def triaged(self) -> routing.RequestTriaged:
        return self._route(routing.RequestTriaged, "triaged", decision=_decision())

    def waitlisted(self, reason: str = "no_capacity") -> routing.RequestWaitlisted:
        return self._route(
            routing.RequestWaitlisted, "waiting", decision=_decision(), reason=reason
        )

    def offered(self, provider: str = "iacp") -> routing.OfferMade:
        return self._route(
            routing.OfferMade,
            "offered",
            decision=_decision(),
            offer_id="O1",
            provider=provider,
            expires_at=self._at + timedelta(days=5),
        )

    def referred(self, reason: str = "no_ori", **facts: Any) -> routing.RequestReferred:
        return self._route(
            routing.RequestReferred, "referred", decision=_decision(), reason=reason, **facts
        )

    def declined(self, reason: str = "timing") -> routing.OfferDeclined:
        return self._route(
            routing.OfferDeclined, "triaged", offer_id="O1", provider="iacp", reason=reason
        )

    def lapsed(self) -> routing.OfferLapsed:
        return self._route(routing.OfferLapsed, "triaged", offer_id="O1", provider="iacp")

    def engaged(self, **facts: Any) -> routing.EngagementOpened:
        about = {**_ENGAGEMENT, **facts}
        return self._route(routing.EngagementOpened, "assigned", offer_id="O1", **about)

    def progressed(self, milestone: str) -> routing.EngagementProgressed:
        status = "delivered" if milestone == "delivered" else "in_delivery"
        return self._route(
            routing.EngagementProgressed,
            status,
            milestone=milestone,
            on=date(2026, 3, 2),
            **_ENGAGEMENT,
        )

    def affected(self, cause: str, status: str = "in_delivery", **facts: Any) -> Event:
        return self._route(
            routing.EngagementAffected, status, cause=cause, **{**_ENGAGEMENT, **facts}
        )

    def ended(self, reason: str = "provider_lost", status: str = "triaged") -> Event:
        return self._route(
            routing.EngagementEnded, status, reason=reason, ended_by="iacp", **_ENGAGEMENT
        )

    def closed(self, reason: str = "completed") -> routing.EngagementClosed:
        return self._route(routing.EngagementClosed, "closed", reason=reason, **_ENGAGEMENT)

    def withdrawn(self, before: str = "triaged") -> routing.RequestWithdrawn:
        return self._route(routing.RequestWithdrawn, "withdrawn", before=before)

    def clock_missed(
        self, status: str = "offered", clock: str = "triage.standard", **facts: Any
    ) -> routing.ClockMissed:
        about = {"clock": clock, "due_at": self._at, **facts}
        return self._route(routing.ClockMissed, status, **about)

    def clock_still_missed(self, missed: routing.ClockMissed, n: int = 2) -> Event:
        late = missed.data
        return self._route(
            routing.ClockStillMissed, late.status, clock=late.clock, due_at=late.due_at, n=n
        )

    def clock_settled(self, missed: routing.ClockMissed) -> Event:
        late = missed.data
        return self._route(
            routing.ClockSettled,
            late.status,
            clock=late.clock,
            due_at=late.due_at,
            n=1,
            settled_by="office-desk",
            reason="agreed_by_telephone",
        )

    def _facts(self) -> dict[str, Any]:
        return self._about(
            {
                "participant": "ca-post",
                "reference": "CA-2026-0042",
                "version": 1,
                "submitted_at": self._at - timedelta(seconds=1),
                "first_contact_on": date(2026, 2, 20),
                "agency": self.agency,
                "requested_role": "chief",
                "topics": ["crisis_intervention"],
                "urgency": "standard",
                "reference_version": 1,
            }
        )

    def _about(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "tracking_number": self.tracking_number,
            **facts,
        }

    def _route(self, model: type[_Event], status: str, **facts: Any) -> _Event:
        state = {
            "participant": "ca-post",
            "status": status,
            "program": self.program,
            "lane": f"{self.program}.standard",
        }
        return self._append(routing.TOPIC, model, self._about({**state, **facts}))

    def _append(self, topic: str, model: type[_Event], data: Mapping[str, Any]) -> _Event:
        self._at += timedelta(minutes=1)
        number = 1 + sum(each == topic for each, _ in self.events)
        kind = model.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
        event = model.model_validate(
            {
                "id": derived_id(f"{topic}/{number}", kind, self.tracking_number),
                "source": f"urn:cri:continuum:{topic.split('.')[2]}",
                "type": kind,
                "subject": self.tracking_number,
                "time": self._at,
                "correlationid": self.request_id,
                "causationid": "cri.in.ca-post.v1/0/1",
                "sequence": padded(number),
                "data": data,
            }
        )
        self.events.append((topic, event))
        return event


_ENGAGEMENT = {"engagement_id": "E1", "provider": "iacp"}


def _decision() -> dict[str, Any]:
    return {
        "id": derived_id("stream", "decision", ""),
        "hash": "0" * 64,
        "ruleset": "cri-tac-2026-03/7",
        "because": {"staff": "First by score."},
    }
