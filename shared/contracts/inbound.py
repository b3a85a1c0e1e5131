"""
What participants write on ``cri.in.<participant>.v1``: strict models, one for each type.

Every text and list has a maximum, so that the largest valid submission stays under 256 KiB.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.places import State
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

Text = Annotated[str, Field(max_length=8000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=2000)]
Tracking = Annotated[str, Field(min_length=1, max_length=40)]
Identifier = Annotated[str, Field(min_length=1, max_length=100)]
ServiceForm = Code
LISTS = ("open_offers", "all")
PLACE = r"^(open|ended)/CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]$"
"""A place in a list of requests: those that are open come first."""
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
    """A part of an inbound message: an unknown field is a refusal."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class Agency(Strict):
    """The agency that asks. ``key`` names one that has no ORI (new, tribal, territorial)."""

    ori: Ori | None = None
    key: Line | None = None
    name: Line
    cri_type: CriType
    agency_class: AgencyClass
    state: State
    sworn_band: SwornBand | None = None


class RequestedBy(Strict):
    """Who asks; it is the executive who does. Roles are codes, people are contacts."""

    role: Code
    contact_id: Identifier | None = None
    authorized_on: date | None = None


class Need(Strict):
    """The need in words: restricted."""

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
    """One agency's wish for help; ``reference`` is the sender's own key for it."""

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
    """What changes in the words of the need: absent stays, null clears."""

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
    """What changes: absent stays, at every depth; null clears what is ``clearable``."""

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

    ``after`` is the ``next`` of an answer: the page that follows it.
    """

    about: Tracking
    after: Annotated[str, Field(pattern=PLACE)] | None = None


class CapacityEntry(Strict):
    """So many new engagements of this kind; an empty list stands for all."""

    topics: Codes = []
    agency_types: Annotated[list[CriType], Field(max_length=5)] = []
    states: Annotated[list[State], Field(max_length=60)] = []
    service_forms: Codes = []
    can_take: Annotated[int, Field(ge=0, le=1_000_000)]


class Capacity(Strict):
    """What a provider can take on from now; it replaces what it declared before."""

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
    What the program office decides about a request that was referred to it.

    ``route`` puts it (back) into the lane of ``program``; ``assign`` makes an offer to
    ``provider`` (or opens the engagement when that provider had countered); ``ineligible``
    ends it.
    """

    tracking_number: Tracking
    action: Literal["route", "assign", "ineligible"]
    program: Code | None = None
    provider: ParticipantId | None = None
    reason: Code


class ParticipantRegistration(Participant):
    """A participant as the program office may register it: only kinds that there are."""

    kind: Literal["agency_system", "provider", "program_office", "observer"]


class ProgramDefinition(Program):
    """A program as the program office may define it: only states that there are."""

    status: Literal["announced", "open", "suspended", "ended"]


class Inbound(Strict):
    """The envelope of what participants send; ``data`` is checked by the model of its type."""

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
"""The model of ``data`` for every inbound type."""

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
"""The kinds of participant that may send each type."""
