"""
Messages that participants send on ``cri.in.<participant>.v1``: one strict model per type.

Every text and list is bounded, so that the largest valid submission stays below 256 KiB.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.reference import (
    Code,
    Codes,
    CriType,
    Ori,
    Participant,
    ParticipantId,
    Program,
    Provider,
    RuleSet,
    TopicOfHelp,
)
from shared.contracts.states_and_zones import State

Text = Annotated[str, Field(max_length=8000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
Tracking = Annotated[str, Field(min_length=1, max_length=40)]
Identifier = Annotated[str, Field(min_length=1, max_length=100)]
ServiceForm = Code
LISTS = ("open_offers", "all")
PLACE = r"^(open|ended)/CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]$"
"""A position in a participant's list of requests; open requests come first."""
JSON_TYPE = r'(?i)^application/json *(; *charset="?utf-8"? *)?$'
AgencyClass = Literal["city", "county", "state", "university", "tribal", "federal", "other"]
AGENCY_CLASSES: tuple[str, ...] = get_args(AgencyClass)
SwornBand = Literal["0", "1-9", "10-49", "50-99", "100-249", "250-999", "1000+"]
SWORN_BANDS: tuple[str, ...] = get_args(SwornBand)
Goal = Literal["trust", "operations", "wellness", "learning", "promising_practices"]
GOALS: tuple[str, ...] = get_args(Goal)
SERVICE_FORMS = (
    "training_in_person",
    "training_virtual",
    "strategic_planning",
    "policy_review",
    "consultation",
    "peer_exchange",
    "bias_audit",
    "after_action_review",
    "issue_specific_review",
    "in_depth_assessment",
    "ongoing_assistance",
    "meeting_facilitation",
    "virtual_coaching",
    "resource_referral",
)
DeclineReason = Literal[
    "no_capacity",
    "conflict_of_interest",
    "outside_expertise",
    "timing",
    "region",
    "agency_declines_us",
    "other",
]
CloseReason = Literal[
    "completed",
    "withdrawn_by_agency",
    "ended_by_program",
    "superseded",
    "handed_over",
    "provider_lost",
    "duplicate",
]
CLOSE_REASONS: tuple[str, ...] = get_args(CloseReason)


class Strict(BaseModel):
    """Part of an inbound message; an unknown field is refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class Agency(Strict):
    """The requesting agency. ``key`` identifies one without an ORI (new, tribal, territorial)."""

    ori: Ori | None = None
    key: Line | None = None
    name: Line
    cri_type: CriType
    agency_class: AgencyClass
    state: State
    sworn_band: SwornBand | None = None


class RequestedBy(Strict):
    """The person who requests help, normally the executive: a role code and a contact."""

    role: Code
    contact_id: Identifier | None = None
    authorized_on: date | None = None


class Need(Strict):
    """The agency's description of its need: restricted."""

    issue: Text
    how_noticed: Text | None = None
    if_nothing_is_done: Text | None = None
    supporting_data: Text | None = None
    obstacles: Text | None = None
    current_policy: Text | None = None


class Urgency(Strict):
    level: Literal["standard", "urgent"] = "standard"
    reason: Note | None = None
    incident_on: date | None = None


class Wished(Strict):
    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None


class Submission(Strict):
    """An agency's request for help; ``reference`` is the sender's own key for it."""

    reference: Identifier
    first_contact_on: date | None = None
    agency: Agency
    requested_by: RequestedBy
    program: Code | None = None
    topics: Annotated[list[Code], Field(min_length=1, max_length=20)]
    other_topic: Note | None = None
    service_forms: Annotated[list[ServiceForm], Field(max_length=14)] = []
    goals: Annotated[list[Goal], Field(max_length=5)] = []
    need: Need | None = None
    urgency: Urgency = Urgency()
    wished: Wished = Wished()
    may_be_named: bool = False


class NeedChange(Strict):
    """Changes to the description of the need: an absent field stays, null clears."""

    clearable: ClassVar = frozenset(
        {"how_noticed", "if_nothing_is_done", "supporting_data", "obstacles", "current_policy"}
    )
    issue: Text | None = None
    how_noticed: Text | None = None
    if_nothing_is_done: Text | None = None
    supporting_data: Text | None = None
    obstacles: Text | None = None
    current_policy: Text | None = None


class Amendment(Strict):
    """Changes to a request: absent fields stay, at every depth; null clears ``clearable`` ones."""

    clearable: ClassVar = frozenset({"other_topic", "service_forms", "goals", "wished"})
    tracking_number: Tracking
    topics: Annotated[list[Code], Field(min_length=1, max_length=20)] | None = None
    other_topic: Note | None = None
    service_forms: Annotated[list[ServiceForm], Field(max_length=14)] | None = None
    goals: Annotated[list[Goal], Field(max_length=5)] | None = None
    need: NeedChange | None = None
    wished: Wished | None = None
    may_be_named: bool | None = None


class Withdrawal(Strict):
    tracking_number: Tracking
    reason: Code | None = None


class Contact(Strict):
    """How to reach a person: restricted."""

    contact_id: Identifier
    name: Line
    title: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    zone: Line | None = None


class StatusQuestion(Strict):
    """
    ``about`` is a tracking number, ``open_offers`` or ``all``.

    ``after`` is the ``next`` of an earlier answer, and asks for the following page.
    """

    about: Tracking
    after: Annotated[str, Field(pattern=PLACE)] | None = None


class CapacityEntry(Strict):
    """How many new engagements of this kind a provider can take; an empty list means all."""

    topics: Codes = []
    agency_types: Annotated[list[CriType], Field(max_length=5)] = []
    states: Annotated[list[State], Field(max_length=60)] = []
    service_forms: Codes = []
    can_take: Annotated[int, Field(ge=0, le=1_000_000)]


class Capacity(Strict):
    """A provider's current capacity; it replaces the provider's earlier declaration."""

    valid_until: AwareDatetime
    entries: Annotated[list[CapacityEntry], Field(min_length=1, max_length=50)]


class Counter(Strict):
    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None
    service_forms: Annotated[list[ServiceForm], Field(max_length=14)] = []


class OfferAnswer(Strict):
    offer_id: Identifier
    answer: Literal["accept", "decline", "counter"]
    reason_code: DeclineReason | None = None
    counter: Counter | None = None
    note: Note | None = None


class Milestone(Strict):
    engagement_id: Identifier
    milestone: Literal["kick_off", "on_site", "data_collected", "draft", "delivered"]
    on: date
    note: Note | None = None


class Close(Strict):
    engagement_id: Identifier
    reason: CloseReason
    outcome: Code | None = None


class Direction(Strict):
    """
    The program office's decision about a request that was referred to it.

    ``route`` puts it (back) into the lane of ``program``. ``assign`` makes an offer to
    ``provider``, or opens the engagement if that provider had made a counteroffer.
    ``ineligible`` ends it.
    """

    tracking_number: Tracking
    action: Literal["route", "assign", "ineligible"]
    program: Code | None = None
    provider: ParticipantId | None = None
    reason: Code


class ParticipantRegistration(Participant):
    """The participant to register; only today's kinds are valid."""

    kind: Literal["agency_system", "provider", "program_office", "observer"]


class ProgramDefinition(Program):
    """The program to define; only today's statuses are valid."""

    status: Literal["announced", "open", "suspended", "ended"]


class Inbound(Strict):
    """The envelope of participants' messages; the model of ``type`` validates ``data``."""

    specversion: Literal["1.0"]
    id: Identifier
    source: Line
    type: Line
    subject: Line
    time: AwareDatetime
    datacontenttype: Annotated[str, Field(pattern=JSON_TYPE)] = "application/json"
    dataschema: Line | None = None
    dataclassification: Literal["public", "internal", "confidential", "restricted"] | None = None
    traceparent: Annotated[str, Field(max_length=100)] | None = None
    tracestate: Annotated[str, Field(max_length=8000)] | None = None
    correlationid: Identifier | None = None
    causationid: Line | None = None
    sequence: Identifier | None = None
    data: Any


DATA: dict[str, type[BaseModel]] = {
    "gov.cri.request.submit.v1": Submission,
    "gov.cri.request.amend.v1": Amendment,
    "gov.cri.request.withdraw.v1": Withdrawal,
    "gov.cri.contact.set.v1": Contact,
    "gov.cri.status.ask.v1": StatusQuestion,
    "gov.cri.capacity.declare.v1": Capacity,
    "gov.cri.offer.answer.v1": OfferAnswer,
    "gov.cri.milestone.report.v1": Milestone,
    "gov.cri.engagement.close.v1": Close,
    "gov.cri.participant.register.v1": ParticipantRegistration,
    "gov.cri.program.define.v1": ProgramDefinition,
    "gov.cri.topic.define.v1": TopicOfHelp,
    "gov.cri.provider.list.v1": Provider,
    "gov.cri.ruleset.approve.v1": RuleSet,
    "gov.cri.request.direct.v1": Direction,
}
"""Inbound type → the model of its ``data``."""

SENDERS: dict[str, frozenset[str]] = {
    "gov.cri.request.submit.v1": frozenset({"agency_system"}),
    "gov.cri.request.amend.v1": frozenset({"agency_system"}),
    "gov.cri.request.withdraw.v1": frozenset({"agency_system"}),
    "gov.cri.contact.set.v1": frozenset({"agency_system", "provider", "program_office"}),
    "gov.cri.status.ask.v1": frozenset(
        {"agency_system", "provider", "program_office", "observer"}
    ),
    "gov.cri.capacity.declare.v1": frozenset({"provider"}),
    "gov.cri.offer.answer.v1": frozenset({"provider"}),
    "gov.cri.milestone.report.v1": frozenset({"provider"}),
    "gov.cri.engagement.close.v1": frozenset({"provider"}),
    "gov.cri.participant.register.v1": frozenset({"program_office"}),
    "gov.cri.program.define.v1": frozenset({"program_office"}),
    "gov.cri.topic.define.v1": frozenset({"program_office"}),
    "gov.cri.provider.list.v1": frozenset({"program_office"}),
    "gov.cri.ruleset.approve.v1": frozenset({"program_office"}),
    "gov.cri.request.direct.v1": frozenset({"program_office"}),
}
"""Inbound type → the kinds of participant that may send it."""
