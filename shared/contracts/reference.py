"""
Reference data: participants, programs, topics of help, providers and rule sets.

The program office defines them (`shared.contracts.inbound`). Intake publishes each change as an
event on ``cri.int.reference.v1`` that holds the complete new entry. All these events share the
subject ``reference``. Its sequence is the version of the reference data as a whole; other events
name the version they were decided with (``reference_version``).
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Facts

TOPIC = "cri.int.reference.v1"
SUBJECT = "reference"

CriType = Literal["state", "local", "territorial", "campus", "tribal"]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
ParticipantId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Ori = Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{5}([A-Z0-9]{2})?$")]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[list[Code], Field(max_length=200)]
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
    kind: str
    name: Line
    sources: Annotated[list[Line], Field(max_length=20)] = []
    oris: Annotated[list[Ori], Field(max_length=2000)] = []
    agency_keys: Annotated[list[Line], Field(max_length=50)] = []
    effective_from: AwareDatetime | None = None
    effective_until: AwareDatetime | None = None


class Program(Facts):
    """
    One of the three programs.

    It is open for offers if ``status`` is ``open``, or ``announced`` with ``opens_at`` in the
    past. Any other status, such as one that a later release adds, means closed.
    """

    id: Code
    name: Line
    status: str
    opens_at: AwareDatetime | None = None
    summary: Annotated[str, Field(max_length=1000)] = ""
    effective_from: AwareDatetime | None = None
    effective_until: AwareDatetime | None = None


class TopicOfHelp(Facts):
    """A topic that agencies can ask help with; ``verified``: a public source names it."""

    id: Code
    name: Line
    families: Codes = []
    aliases: Annotated[list[Line], Field(max_length=20)] = []
    programs: Codes = []
    verified: bool = False
    effective_from: AwareDatetime | None = None
    effective_until: AwareDatetime | None = None


class Provider(Facts):
    """
    An organization that delivers help; ``id`` is also its participant's id.

    Empty ``topics`` means every topic of its families; empty ``states`` means everywhere.
    """

    id: ParticipantId
    name: Line
    programs: Codes
    serves: Annotated[list[CriType], Field(max_length=5)]
    families: Codes = []
    topics: Codes = []
    states: Annotated[list[Line], Field(max_length=60)] = []
    service_forms: Codes = []
    role: Literal["lead", "member"] = "member"
    effective_from: AwareDatetime | None = None
    effective_until: AwareDatetime | None = None


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

    fact: Line
    in_: Annotated[list[str] | None, Field(alias="in", max_length=200)] = None
    has: str | None = None
    overlaps: str | None = None
    within: str | None = None
    fits: str | None = None
    is_: Annotated[str | bool | int | None, Field(alias="is")] = None
    at_most: int | None = None
    at_least: int | None = None


class Because(Facts):
    """One plain sentence per audience; placeholders such as ``{provider.name}`` name facts."""

    staff: Annotated[str, Field(max_length=500)]
    provider: Annotated[str, Field(max_length=500)] | None = None
    requester: Annotated[str, Field(max_length=500)] | None = None


class Rule(Facts):
    """A rule matches if all conditions of ``when`` hold."""

    id: Code
    about: Literal["eligibility", "program", "lane", "provider"]
    effect: Literal["require", "exclude", "prefer", "propose"]
    weight: Annotated[int, Field(ge=0, le=10_000)] = 0
    value: Code | None = None
    programs: Codes = []
    when: Annotated[list[Condition], Field(max_length=20)]
    because: Because


Pace = Literal["urgent", "standard"]
"""Urgency of a lane; a lane is a program and a pace."""
SERVED_FIRST: tuple[Pace, ...] = ("urgent", "standard")


class Clock(Facts):
    """A length of time; the rule set's calendar defines working days."""

    amount: Annotated[int, Field(ge=0, le=100_000)]
    unit: Literal["working_days", "days", "hours", "minutes", "seconds"]


class Calendar(Facts):
    """
    Defines working days, until the end of the last holiday's year; without holidays it has no end.

    With ``seconds_per_day`` (demonstrations and tests) every day takes that many seconds, an hour
    a twenty-fourth of it, and holidays do not count.
    """

    zone: Line = "America/New_York"
    holidays: Annotated[list[str], Field(max_length=200)] = []
    seconds_per_day: Annotated[int, Field(ge=1, le=86_400)] | None = None
    grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 1800

    @property
    def last_day(self) -> date | None:
        """The last day of the calendar; None if it has no end."""
        if self.seconds_per_day is not None or not self.holidays:
            return None
        return date(int(max(self.holidays)[:4]), 12, 31)


class RuleSet(Facts):
    """
    The rules, clocks and calendar by which requests are routed.

    ``lanes`` is the order in which lanes that share a provider are served (default: urgent first).
    """

    id: Code
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    effective_from: AwareDatetime
    rules: Annotated[list[Rule], Field(max_length=100)]
    tie_break: Annotated[list[Line], Field(max_length=10)]
    clocks: Annotated[dict[str, Clock], Field(max_length=50)]
    calendar: Calendar = Calendar()
    lanes: Annotated[list[Pace], Field(min_length=2, max_length=2)] | None = None


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


ReferenceEvent = (
    ParticipantRegistered | ProgramDefined | TopicDefined | ProviderListed | RulesetApproved
)
