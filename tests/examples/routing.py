"""Input of routing, deterministic and overridable: reference data, requests, messages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from services.routing.rules.in_force import Rules
from shared.catalog.catalog import Catalog, with_entry
from shared.contracts import intake
from shared.contracts.event import Event, derived_id, padded
from shared.contracts.reference import (
    Because,
    Calendar,
    Condition,
    Program,
    Provider,
    Rule,
    RuleSet,
    TopicOfHelp,
)
from shared.contracts.tracking import tracking_number

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday, 10 in the morning in New York."""
_Said = TypeVar("_Said", bound=Event)
_OPENED = datetime(2022, 5, 1, tzinfo=UTC)


def rule(name: str, about: str, effect: str, *when: dict[str, Any], **more: Any) -> Rule:
    because = more.pop("because", {"staff": f"{name}."})
    return Rule(
        id=name,
        about=about,
        effect=effect,
        when=[Condition(**condition) for condition in when],
        because=Because(**because),
        **more,
    )


def rules() -> list[Rule]:
    """A small rule set: Critical Response does not serve campus agencies."""
    types = ["state", "local", "territorial", "campus", "tribal"]
    return [
        rule("tac-serves", "eligibility", "require", {"fact": "agency.cri_type", "in": types},
             programs=["cri-tac"]),
        rule("response-serves", "eligibility", "exclude",
             {"fact": "agency.cri_type", "in": ["campus"]}, programs=["critical-response"],
             because={"staff": "Campus.", "requester": "It serves no campus agencies."}),
        rule("recent-incident", "program", "propose",
             {"fact": "urgency.incident_days", "at_most": 90},
             value="critical-response", weight=50,
             because={"staff": "An incident {urgency.incident_days} days before."}),
        rule("urgent-lane", "lane", "propose", {"fact": "urgency.level", "is": "urgent"},
             value="urgent", programs=["critical-response"]),
        rule("serves-type", "provider", "require",
             {"fact": "agency.cri_type", "within": "provider.serves"},
             because={"staff": "{provider.name} serves {agency.cri_type} agencies.",
                      "provider": "You serve {agency.cri_type} agencies."}),
        rule("offers-topic", "provider", "require",
             {"fact": "request.topics", "overlaps": "provider.topics"}),
        rule("campus-fit", "provider", "prefer", {"fact": "agency.cri_type", "in": ["campus"]},
             {"fact": "provider.id", "in": ["iaclea"]}, weight=40),
    ]  # fmt: skip


def ruleset(**changes: Any) -> RuleSet:
    return RuleSet(**{
        "id": "test", "version": 1, "effective_from": _OPENED, "rules": rules(),
        "tie_break": ["score", "free_capacity", "longest_without_offer", "load", "provider.id"],
        "clocks": {}, "calendar": Calendar(grace_seconds=60), **changes,
    })  # fmt: skip


def program(name: str = "cri-tac", **changes: Any) -> Program:
    return Program(**{"id": name, "name": name.upper(), "status": "open", **changes})


def provider(name: str, **changes: Any) -> Provider:
    return Provider(**{
        "id": name, "name": name.upper(), "programs": ["cri-tac"],
        "serves": ["state", "local", "territorial", "campus", "tribal"], "topics": [], **changes,
    })  # fmt: skip


def entries(**changes: Any) -> list[Any]:
    """The entries of a small catalog: two providers, one program open and one announced."""
    return [
        changes.get("ruleset", ruleset()),
        changes.get("program", program()),
        changes.get("announced", program("critical-response", status="announced")),
        TopicOfHelp(id="wellness", name="Wellness", families=["general"]),
        *changes.get("providers", [provider("iacp"), provider("iaclea", serves=["campus"])]),
    ]


def catalog(*more: Any, **changes: Any) -> Catalog:
    made = Catalog()
    for number, entry in enumerate([*entries(**changes), *more], 1):
        made = with_entry(made, number, entry)
    return made


def rules_with(*more: Any, at: datetime = AT, **changes: Any) -> Rules:
    made = catalog(*more, **changes)
    return Rules(made, made.ruleset_at(at))


def facts(number: int = 1, **changes: Any) -> intake.RequestFacts:
    agency = intake.AgencyFacts(**{
        "ori": "CA0194200", "name": "Los Angeles Police Department", "cri_type": "local",
        "agency_class": "city", "state": "US-CA", "listed": True, **changes.pop("agency", {}),
    })  # fmt: skip
    tracking = tracking_number(2026, number)
    return intake.RequestFacts(**{
        "request_id": derived_id("example", "request", tracking), "tracking_number": tracking,
        "participant": "ca-post", "reference": f"R-{number}", "version": 1, "submitted_at": AT,
        "agency": agency, "requested_role": "chief", "topics": ["wellness"],
        "urgency": "standard", "need_stated": True, "reference_version": 0, **changes,
    })  # fmt: skip


class Sender:
    """Builds events of intake about one request, numbered, a minute apart."""

    def __init__(self, number: int = 1, **changes: Any) -> None:
        self.facts = facts(number, **changes)
        self.number = 0

    @property
    def tracking_number(self) -> str:
        return self.facts.tracking_number

    def accepted(self) -> intake.RequestAccepted:
        return self._say(intake.RequestAccepted, self.facts)

    def amended(self, **changes: Any) -> intake.RequestAmended:
        self.facts = self.facts.model_copy(update={"version": self.facts.version + 1, **changes})
        return self._say(intake.RequestAmended, self.facts)

    def withdrawn(self, participant: str = "ca-post") -> intake.WithdrawalRequested:
        about = {**self._about, "participant": participant}
        return self._say(intake.WithdrawalRequested, intake.WithdrawalFacts(**about))

    def answered(
        self, answer: str, by: str, *, offer: int = 1, at: datetime = AT
    ) -> intake.OfferAnswered:
        data = intake.OfferAnswerFacts(
            **self._about, offer_id=f"{self.tracking_number}-O{offer}", provider=by, answer=answer
        )
        return self._say(intake.OfferAnswered, data, receivedat=at)

    def milestone(self, name: str, by: str, *, offer: int = 1) -> intake.MilestoneReported:
        engagement = f"{self.tracking_number}-E{offer}"
        data = intake.MilestoneFacts(
            **self._about,
            engagement_id=engagement,
            provider=by,
            milestone=name,
            on=date(2026, 4, 1),
        )
        return self._say(intake.MilestoneReported, data)

    def closed(
        self, by: str, *, reason: str = "completed", offer: int = 1
    ) -> intake.EngagementCloseReported:
        engagement = f"{self.tracking_number}-E{offer}"
        data = intake.CloseFacts(
            **self._about, engagement_id=engagement, provider=by, reason=reason
        )
        return self._say(intake.EngagementCloseReported, data)

    def ended(
        self, then: str = "back_to_lane", *, reason: str = "provider_lost", offer: int = 1
    ) -> intake.EngagementEndDirected:
        engagement = f"{self.tracking_number}-E{offer}"
        data = intake.EngagementEndFacts(
            **self._about,
            engagement_id=engagement,
            participant="program-office",
            reason=reason,
            then=then,
        )
        return self._say(intake.EngagementEndDirected, data)

    def rehomed(
        self, to: str = "provider", *, reason: str = "provider_lost", offer: int = 1, **named: Any
    ) -> intake.EngagementRehomeDirected:
        data = intake.EngagementRehomeFacts(
            **self._about,
            engagement_id=f"{self.tracking_number}-E{offer}",
            participant="program-office",
            reason=reason,
            to=to,
            reference_version=0,
            **named,
        )
        return self._say(intake.EngagementRehomeDirected, data, by="program-office")

    def settled(
        self, clock: str = "engagement_silence", *, until: datetime | None = None
    ) -> intake.ClockSettleDirected:
        data = intake.ClockSettleFacts(
            **self._about,
            participant="program-office",
            clock=clock,
            valid_until=until,
            reason="agreed_by_telephone",
        )
        return self._say(intake.ClockSettleDirected, data, by="program-office")

    def directed(self, action: str, **more: Any) -> intake.RequestDirected:
        data = intake.DirectionFacts(**{
            **self._about, "participant": "program-office", "action": action, "reason": "checked",
            "reference_version": 0, **more,
        })  # fmt: skip
        return self._say(intake.RequestDirected, data)

    @property
    def _about(self) -> dict[str, str]:
        return {
            "request_id": self.facts.request_id,
            "tracking_number": self.facts.tracking_number,
        }

    def _say(
        self,
        model: type[_Said],
        data: Any,
        *,
        receivedat: datetime = AT,
        by: str | None = None,
    ) -> _Said:
        self.number += 1
        by = by or getattr(data, "provider", None) or data.participant
        return said(
            model,
            data,
            subject=self.tracking_number,
            number=self.number,
            by=by,
            correlation=self.facts.request_id,
            receivedat=receivedat,
        )


def declared(
    by: str,
    *can_take: int,
    number: int = 1,
    until: datetime = AT + timedelta(days=36_500),
    **kind: Any,
) -> intake.CapacityDeclared:
    """A declaration with an entry for each number."""
    data = intake.CapacityFacts(
        provider=by,
        valid_until=until,
        entries=[intake.CapacityEntryFacts(can_take=room, **kind) for room in can_take],
        reference_version=0,
    )
    return said(
        intake.CapacityDeclared, data, subject=by, number=number, by=by,
        correlation=derived_id("example", "capacity", by), receivedat=AT,
    )  # fmt: skip


def said(
    model: type[_Said],
    data: Any,
    *,
    subject: str,
    number: int,
    by: str,
    correlation: str,
    receivedat: datetime,
) -> _Said:
    """An event of intake about *subject*, caused by the *number*-th record of *by*."""
    kind = model.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
    offset = int(derived_id("offset", subject, by, number)[:8], 16)
    back_to = f"cri.in.{by}.v1/0/{offset}"
    said_so: Any = model
    event: _Said = said_so(
        id=derived_id(back_to, kind, subject),
        source="urn:cri:continuum:intake",
        type=kind,
        subject=subject,
        time=receivedat,
        correlationid=correlation,
        causationid=back_to,
        sequence=padded(number),
        inreplyto=back_to,
        receivedat=receivedat,
        data=data,
    )
    return event
