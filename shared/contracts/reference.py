"""
Reference data: participants, programs, topics of help, providers and rule sets.

The program office defines them (`shared.contracts.inbound`). Intake publishes each change as an
event on ``cri.int.reference.v1`` that holds the complete new entry. All these events share the
subject ``reference``. Its sequence is the version of the reference data as a whole; other events
name the version they were decided with (``reference_version``).
"""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Facts, Uuid

TOPIC = "cri.int.reference.v1"
SUBJECT = "reference"

CriType = Literal["state", "local", "territorial", "campus", "tribal"]
Goal = Literal["trust", "operations", "wellness", "learning", "promising_practices"]
GOALS: tuple[str, ...] = get_args(Goal)
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
ParticipantId = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$", examples=["midwest-agencies"])
]
Ori = Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{5}([A-Z0-9]{2})?$", examples=["NC0260100"])]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[list[Code], Field(max_length=200)]
Domain = Annotated[
    str, Field(pattern=r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,6}$", examples=["agency.example"])
]
Actor = Annotated[
    str, Field(pattern=r"^(staff|contact|system):[A-Za-z0-9_-]{1,64}$", examples=["staff:k7f2"])
]
"""Who acts: a pseudonym that the sender keeps, never a name or an address."""
WEB_PAGE = r"^https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[!#-;=?-~]{0,230})?$"
"""A page of another site: https, no user name, no quotation mark, no angle bracket."""
StaffRole = Literal["reader", "worker", "approver", "administrator"]
FACTS = frozenset(
    {
        "agency.cri_type",
        "agency.agency_class",
        "agency.state",
        "agency.listed",
        "agency.ori_stated",
        "agency.sworn_band",
        "request.topics",
        "request.families",
        "request.service_forms",
        "request.goals",
        "request.program",
        "urgency.level",
        "urgency.incident_days",
        "program.id",
        "program.name",
        "provider.id",
        "provider.name",
        "provider.programs",
        "provider.serves",
        "provider.topics",
        "provider.families",
        "provider.states",
        "provider.service_forms",
    }
)
"""The facts that rules may read."""
TIE_BREAKS = frozenset({"score", "free_capacity", "longest_without_offer", "load", "provider.id"})
"""The criteria that may order candidates."""
CLOCKS = frozenset(
    {
        "acknowledgement",
        "triage.standard",
        "triage.urgent",
        "offer_answer.standard",
        "offer_answer.urgent",
        "plan_proposed",
        "engagement_silence",
        "rehome",
    }
)
"""The clocks that a rule set may name."""
RESERVED_CLOCKS = frozenset({"acknowledgement", "plan_proposed"})
"""Clocks that are not in use yet: a rule set may already give their lengths."""


class Participant(Facts):
    """
    An organization whose system is connected.

    ``sources`` are the prefixes that its messages' ``source`` may have, by default
    ``urn:cri:<id>``. Later releases may add kinds.
    """

    id: ParticipantId
    """The participant's id: part of its topics' names, and its user."""
    kind: str
    """What kind of participant it is."""
    name: Annotated[Line, Field(examples=["Midwest agencies: shared case system"])]
    """The organization's name, as others see it."""
    sources: Annotated[
        list[Line], Field(max_length=20, examples=[["urn:cri:midwest-agencies"]])
    ] = []
    """
    The URIs with which the source of its messages may begin; by default urn:cri: and its id. None
    may equal, contain or begin a source of another participant.
    """
    oris: Annotated[list[Ori], Field(max_length=2000, examples=[["MI8234400"]])] = []
    """The ORIs of the agencies that it acts for."""
    agency_keys: Annotated[list[Line], Field(max_length=50)] = []
    """Its keys of agencies without an ORI that it acts for."""
    names_actors: bool | None = None
    """
    Whether each of its messages must name, as `actor`, the person who acts. For a program office,
    the roles of that person then decide what the message may do.
    """
    reached_by: Literal["topic", "desk"] | None = None
    """
    Whether it has a system on topics of its own, as by default, or none: then it is reached
    through the public desk, which acts for it.
    """
    effective_from: AwareDatetime | None = None
    """When the registration begins to hold; without it, at once."""
    effective_until: AwareDatetime | None = None
    """When the registration ends; after `effective_from`."""


class Program(Facts):
    """
    One of the three programs.

    It is open for offers if ``status`` is ``open``, or ``announced`` with ``opens_at`` in the
    past. Any other status, such as one that a later release adds, means closed.
    """

    id: Annotated[Code, Field(examples=["cri-tac"])]
    """The program's id."""
    name: Annotated[Line, Field(examples=["Technical Assistance Center"])]
    """The program's name."""
    status: str
    """Whether it takes requests and offers them."""
    opens_at: AwareDatetime | None = None
    """When an announced program opens."""
    summary: Annotated[str, Field(max_length=1000)] = ""
    """What the program offers, for the public."""
    on_suspension: Literal["go_on", "stop"] | None = None
    """Whether work under way goes on while the program is suspended; by default it does."""
    on_end: Literal["go_on", "rehome", "close"] | None = None
    """
    What becomes of work under way when the program ends: it goes on (the default), is to be given
    to another program, or is closed with its request.
    """
    effective_from: AwareDatetime | None = None
    """When the program began; without it, at once."""
    effective_until: AwareDatetime | None = None
    """When the program ends; after `effective_from`."""


class TopicOfHelp(Facts):
    """
    A topic that agencies can ask help with.

    It is sent whole, and replaces the entry with its id.
    """

    id: Annotated[Code, Field(examples=["crisis_intervention"])]
    """The topic's id."""
    name: Annotated[Line, Field(examples=["Crisis intervention"])]
    """The topic's name."""
    families: Annotated[Codes, Field(examples=[["general"]])] = []
    """The fields of work that the topic belongs to; providers name them."""
    aliases: Annotated[list[Line], Field(max_length=20)] = []
    """Other ids for the topic that messages may use."""
    programs: Codes = []
    """The programs that help with it; kept, and without effect."""
    verified: bool = False
    """Whether a public source names the topic."""
    effective_from: AwareDatetime | None = None
    """When the topic was added; kept, and without effect."""
    effective_until: AwareDatetime | None = None
    """When the topic is dropped; kept, and without effect. After `effective_from`."""


class Provider(Facts):
    """
    An organization that delivers help; ``id`` is also its participant's id.

    Empty ``topics`` means every topic of its families; empty ``states`` means everywhere. It is
    sent whole, and replaces the entry with its id.
    """

    id: Annotated[ParticipantId, Field(examples=["iadlest"])]
    """The id of the participant that acts for the provider."""
    name: Annotated[Line, Field(examples=["Association of Directors"])]
    """The provider's name, as agencies see it."""
    programs: Annotated[Codes, Field(examples=[["cri-tac"]])]
    """The programs that it helps in."""
    serves: Annotated[list[CriType], Field(max_length=5, examples=[["local", "state"]])]
    """The kinds of agencies that it serves."""
    families: Annotated[Codes, Field(examples=[["general"]])] = []
    """The fields of work that it helps in."""
    topics: Codes = []
    """The topics that it helps with; empty: every topic of its families."""
    states: Annotated[
        list[Annotated[Line, Field(json_schema_extra={"x-codes": "states"})]],
        Field(max_length=60),
    ] = []
    """The states and territories that it serves; empty: all."""
    service_forms: Annotated[
        list[Annotated[Code, Field(json_schema_extra={"x-codes": "service_forms"})]],
        Field(max_length=200),
    ] = []
    """The forms of help that it gives; empty: all."""
    role: Literal["lead", "member"] = "member"
    """Its part in the group of providers."""
    status: Literal["active", "suspended", "ended"] | None = None
    """
    Whether it gets offers; by default active. If it gets none, its open offers are withdrawn and
    go to others; its work goes on.
    """
    status_reason: Annotated[Code | None, Field(examples=["under_review"])] = None
    """Why it is not active, as a code of your own choice."""
    effective_from: AwareDatetime | None = None
    """When it begins to help; without it, at once."""
    effective_until: AwareDatetime | None = None
    """When it stops getting offers; after `effective_from`."""


FactName = Annotated[str, Field(json_schema_extra={"x-codes": "facts"})]
FactValue = Annotated[str, Field(json_schema_extra={"maxLength": 200})]


class Condition(Facts):
    """
    One test of one fact; exactly one test is given. "Other" is the list fact that the test names.

    ``in``: the fact is one of these values. ``has``: the list fact contains this value.
    ``overlaps``: the list fact shares a value with the other; an empty other overlaps everything.
    ``within``: the single fact is in the other; an empty other contains nothing.
    ``fits``: the fact, or one value of the list fact, is in the other; an empty list on either
    side, or an unstated fact, fits.
    ``is``: equality. ``at_most``, ``at_least``: numbers; an unknown fact fails both.
    """

    fact: Annotated[
        Line, Field(examples=["agency.cri_type"], json_schema_extra={"x-codes": "facts"})
    ]
    """The fact that is tested."""
    in_: Annotated[
        Annotated[list[FactValue], Field(max_length=200)] | None,
        Field(alias="in", examples=[["state", "local"]]),
    ] = None
    """The test holds if the fact is one of these values."""
    has: FactValue | None = None
    """The test holds if the fact, a list, contains this value."""
    overlaps: FactName | None = None
    """The test holds if the fact shares a value with this list, or if this list is empty."""
    within: FactName | None = None
    """The test holds if the fact, a single value, is in this list."""
    fits: FactName | None = None
    """The test holds if a value of the fact is in this list, or if either is empty or unstated."""
    is_: Annotated[FactValue | bool | int | None, Field(alias="is")] = None
    """The test holds if the fact equals this value."""
    at_most: int | None = None
    """The test holds if the fact is a known number, and at most this one."""
    at_least: int | None = None
    """The test holds if the fact is a known number, and at least this one."""


class Because(Facts):
    """One plain sentence per audience; placeholders such as ``{provider.name}`` name facts."""

    staff: Annotated[
        str, Field(max_length=500, examples=["CRI-TAC serves state and local agencies."])
    ]
    """The sentence for the program office."""
    provider: Annotated[str, Field(max_length=500)] | None = None
    """The sentence for the provider."""
    requester: Annotated[str, Field(max_length=500)] | None = None
    """The sentence for the agency's system."""


class Rule(Facts):
    """A rule matches if all conditions of ``when`` hold."""

    id: Annotated[Code, Field(examples=["cri-tac-serves"])]
    """The rule's id, used once in the rule set."""
    about: Annotated[
        Literal["eligibility", "program", "lane", "provider"], Field(examples=["eligibility"])
    ]
    """What the rule helps to decide."""
    effect: Annotated[
        Literal["require", "exclude", "prefer", "propose"], Field(examples=["require"])
    ]
    """What follows if the rule matches."""
    weight: Annotated[int, Field(ge=0, le=10_000)] = 0
    """How much a preference or a proposal counts."""
    value: Code | None = None
    """What is proposed: a program, or a lane."""
    programs: Codes = []
    """The programs for which the rule holds; empty: all."""
    when: Annotated[list[Condition], Field(max_length=20)]
    """The conditions; all must hold. Without any, the rule always matches."""
    because: Because
    """The sentences that explain a decision which rests on the rule."""


Pace = Literal["urgent", "standard"]
"""Urgency of a lane; a lane is a program and a pace."""
SERVED_FIRST: tuple[Pace, ...] = ("urgent", "standard")


class Clock(Facts):
    """A length of time; the rule set's calendar defines working days."""

    amount: Annotated[int, Field(ge=0, le=100_000, examples=[5])]
    """How many units."""
    unit: Annotated[
        Literal["working_days", "days", "hours", "minutes", "seconds"],
        Field(examples=["working_days"]),
    ]
    """The unit."""


class Closure(Facts):
    """Days on which the office is closed, besides its holidays."""

    from_: Annotated[date, Field(alias="from", examples=["2025-12-24"])]
    """The first day."""
    until: Annotated[date, Field(examples=["2025-12-24"])]
    """The last day, not before the first."""
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["executive order"])]
    """Why the office is closed."""


class Calendar(Facts):
    """
    Defines working days, until the end of the last holiday's year; without holidays it has no end.

    With ``seconds_per_day`` (demonstrations and tests) every day takes that many seconds, an hour
    a twenty-fourth of it, and holidays do not count.
    """

    zone: Annotated[Line, Field(examples=["America/New_York"])] = "America/New_York"
    """The time zone in which days are counted: a name of the IANA database."""
    holidays: Annotated[
        list[Annotated[str, Field(json_schema_extra={"format": "date"})]],
        Field(max_length=200, examples=[["2026-12-25"]]),
    ] = []
    """Days that are not working days, besides weekends."""
    closures: Annotated[list[Closure], Field(max_length=100)] | None = None
    """Further days that are not working days."""
    seconds_per_day: Annotated[int, Field(ge=1, le=86_400)] | None = None
    """For demonstrations: how many seconds a day takes."""
    grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 1800
    """How many seconds after its end a clock is taken to have run out."""

    @property
    def last_day(self) -> date | None:
        """The last day of the calendar; None if it has no end."""
        if self.seconds_per_day is not None or not self.holidays:
            return None
        return date(int(max(self.holidays)[:4]), 12, 31)


class CalendarDefinition(Facts):
    """
    A calendar of its own, apart from rule sets: a rule set may name it.

    It is sent whole, and replaces the one with its id at once. A calendar that has ended is
    refused.
    """

    id: Annotated[Code, Field(examples=["federal"])]
    """The calendar's id."""
    version: Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
    """The calendar's version, for those who read it."""
    zone: Annotated[Line, Field(examples=["America/New_York"])] = "America/New_York"
    """The time zone in which days are counted: a name of the IANA database."""
    holidays: Annotated[list[date], Field(max_length=200, examples=[["2026-12-25"]])]
    """Days that are not working days, besides weekends."""
    closures: Annotated[list[Closure], Field(max_length=100)] = []
    """Further days that are not working days, such as those of a storm."""


class RuleSet(Facts):
    """
    The rules, clocks and calendar by which requests are routed.

    It is sent whole. A value that a fact can never have is refused, and so is a calendar that has
    ended.
    """

    id: Annotated[Code, Field(examples=["continuum"])]
    """The rule set's id."""
    version: Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
    """The rule set's version; decisions name it."""
    effective_from: AwareDatetime
    """When the rule set begins to hold."""
    rules: Annotated[list[Rule], Field(max_length=100)]
    """The rules, in any order."""
    tie_break: Annotated[
        list[Annotated[Line, Field(json_schema_extra={"x-codes": "tie_breaks"})]],
        Field(max_length=10, examples=[["score", "free_capacity"]]),
    ]
    """What orders candidates: the first of these that differs."""
    clocks: Annotated[
        dict[Annotated[str, Field(json_schema_extra={"x-codes": "clocks"})], Clock],
        Field(max_length=50),
    ]
    """How long until something is late, by the name of the clock."""
    calendar: Calendar = Calendar()
    """The working days."""
    calendar_id: Annotated[Code, Field(examples=["federal"])] | None = None
    """
    The calendar that defines the working days, if it was sent apart; `calendar` then has the rest.
    """
    lanes: Annotated[
        Annotated[list[Pace], Field(min_length=2, max_length=2)] | None,
        Field(examples=[["urgent", "standard"]]),
    ] = None
    """
    The order in which lanes that share a provider are served; by default urgent before standard.
    """


class StaffMember(Facts):
    """
    A person of a program office, under a pseudonym, with what the person may do.

    It is sent whole, and replaces the one with its id and participant. Without roles, the person
    may do nothing any more.
    """

    id: Annotated[str, Field(pattern=r"^staff:[A-Za-z0-9_-]{1,64}$", examples=["staff:k7f2"])]
    """The person's pseudonym, as messages name it in `actor`."""
    participant: ParticipantId
    """The program office that the person works for."""
    roles: Annotated[list[StaffRole], Field(max_length=4, examples=[["worker"]])]
    """What the person may do: the types of messages that each role may send are in the guide."""


class Solicitation(Facts):
    """
    A call for applications in a program, which is made on an outside page.

    It is sent whole, each version under the next number, and replaces the one with its id.
    """

    id: Annotated[Code, Field(examples=["cri-tac-2026"])]
    """The solicitation's id."""
    version: Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
    """Its version: 1 for the first announcement, then one more each time."""
    program: Annotated[Code, Field(examples=["cri-tac"])]
    """The program that it belongs to."""
    title: Annotated[Line, Field(examples=["Partners for technical assistance"])]
    """Its title, for the public."""
    for_: Annotated[str, Field(alias="for", json_schema_extra={"x-codes": "solicited"})]
    """Who may apply."""
    opens_on: Annotated[date, Field(examples=["2026-03-02"])]
    """The first day on which applications are taken."""
    closes_at: Annotated[AwareDatetime, Field(examples=["2026-05-15T23:59:00-04:00"])]
    """Until when applications are taken; not before `opens_on`."""
    url: Annotated[
        str,
        Field(max_length=500, pattern=WEB_PAGE, examples=["https://grants.example/cri-tac-2026"]),
    ]
    """The outside page on which to apply."""
    summary: Annotated[str, Field(max_length=1000)] = ""
    """What it is about, for the public."""
    status: Annotated[str, Field(json_schema_extra={"x-codes": "solicitation_statuses"})]
    """Whether it is to open, open, closed, or canceled."""


class KnownAgency(Facts):
    """
    An agency as the program office knows it.

    It is sent whole, and replaces the entry with its id.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{7}$", examples=["CA0194200"])]
    """The agency's ORI, of nine characters."""
    known_domains: Annotated[list[Domain], Field(max_length=50, examples=[["agency.example"]])]
    """
    The domains of its mail addresses. A person who repeats a code that was mailed to one of them
    speaks for the agency; anybody else only claims to.
    """


class Hold(Facts):
    """
    A records hold: while it stands, nobody whom it covers is erased.

    It is sent whole, and replaces the hold with its id: with `lifted` it ends. It covers one
    request and the contacts that it names, or one contact, or a participant with all its
    contacts, or one subscription; if it names none of them, it covers everything.
    """

    id: Annotated[Code, Field(examples=["litigation-2026-7"])]
    """The office's own key of the hold."""
    tracking_number: Annotated[
        Annotated[str, Field(min_length=1, max_length=40)] | None,
        Field(examples=["CRI-2026-000123-K"]),
    ] = None
    """The request that it covers."""
    participant: ParticipantId | None = None
    """The participant that it covers, or whose contact it covers."""
    contact_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """With `participant`: the contact that it covers."""
    subscription_id: Uuid | None = None
    """The subscription that it covers."""
    ends_at: AwareDatetime | None = None
    """When it ends by itself; without it, the hold stands until it is lifted."""
    lifted: bool = False
    """Whether it is lifted."""
    reason: Annotated[Code, Field(examples=["litigation"])]
    """Why it is set or lifted, as a code of the office's own choice."""

    def stands(self, at: datetime) -> bool:
        """Return whether it stands at that moment."""
        return not self.lifted and (self.ends_at is None or at < self.ends_at)

    @property
    def covers_everything(self) -> bool:
        """Whether it names nothing that it covers."""
        return self.tracking_number is self.participant is self.subscription_id is None


Entry = (
    Participant
    | Program
    | TopicOfHelp
    | Provider
    | RuleSet
    | CalendarDefinition
    | StaffMember
    | Solicitation
    | KnownAgency
    | Hold
)
"""One entry of the reference data; the program office sends it whole."""


class ParticipantRegistered(Event):
    type: Literal["gov.cri.intake.participant_registered.v1"]
    data: Participant


class ProgramDefined(Event):
    type: Literal["gov.cri.intake.program_defined.v1"]
    data: Program


class TopicDefined(Event):
    type: Literal["gov.cri.intake.topic_defined.v1"]
    data: TopicOfHelp


class ProviderListed(Event):
    type: Literal["gov.cri.intake.provider_listed.v1"]
    data: Provider


class RulesetApproved(Event):
    type: Literal["gov.cri.intake.ruleset_approved.v1"]
    data: RuleSet


class CalendarDefined(Event):
    type: Literal["gov.cri.intake.calendar_defined.v1"]
    data: CalendarDefinition


class StaffSet(Event):
    type: Literal["gov.cri.intake.staff_set.v1"]
    data: StaffMember


class SolicitationAnnounced(Event):
    type: Literal["gov.cri.intake.solicitation_announced.v1"]
    data: Solicitation


class AgencySet(Event):
    type: Literal["gov.cri.intake.agency_set.v1"]
    data: KnownAgency


class HoldSet(Event):
    type: Literal["gov.cri.intake.hold_set.v1"]
    data: Hold


ReferenceEvent = (
    ParticipantRegistered
    | ProgramDefined
    | TopicDefined
    | ProviderListed
    | RulesetApproved
    | CalendarDefined
    | StaffSet
    | SolicitationAnnounced
    | AgencySet
    | HoldSet
)
