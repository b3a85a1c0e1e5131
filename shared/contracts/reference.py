"""
Reference data: participants, programs, topics of help, providers and rule sets.

The program office says them (`shared.contracts.inbound`); intake publishes each as an event on
``cri.int.reference.v1`` with the whole thing as it now is. All these events share the subject
``reference``: its sequence is the version of the reference data as a whole, and other events
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
"""What rules may read."""
TIE_BREAKS = frozenset({"score", "free_capacity", "longest_without_offer", "load", "provider.id"})
"""What may order candidates."""
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
"""Those that nothing starts yet: a rule set keeps their lengths for a later release."""


class Participant(Facts):
    """
    An organization whose system is connected; ``sources`` are the prefixes it may use.

    Without any, its prefix is ``urn:cri:<id>``. A later release may know more kinds.
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

    Open for offers when ``status`` is ``open``, or ``announced`` and ``opens_at`` has passed; not
    with any other, such as one of a later release.
    """

    id: Code
    name: Line
    status: str
    opens_at: AwareDatetime | None = None
    summary: Annotated[str, Field(max_length=1000)] = ""
    effective_from: AwareDatetime | None = None
    effective_until: AwareDatetime | None = None


class TopicOfHelp(Facts):
    """An entry of the catalogue; ``verified`` says whether a public source names it."""

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
    An organization that delivers help; its id is that of the participant that speaks for it.

    ``topics`` empty means every topic of its families; ``states`` empty means everywhere.
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
    One test of one fact; exactly one of the tests is given.

    ``in``: the fact is one of these. ``has``: the list fact holds this value. ``overlaps``: the
    list fact shares a value with the other list fact named (an empty other list overlaps all).
    ``within``: the value of the single fact is in the list fact named (an empty one holds none).
    ``fits``: the fact, or a value of the list fact, is in the list fact named; an empty list on
    either side, or a fact that is not stated, fits.
    ``is``: equal to. ``at_most``/``at_least``: numbers; a fact that is not known fails both.
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
    """One plain sentence for each audience; ``{fact.name}`` is filled in."""

    staff: Annotated[str, Field(max_length=500)]
    provider: Annotated[str, Field(max_length=500)] | None = None
    requester: Annotated[str, Field(max_length=500)] | None = None


class Rule(Facts):
    """All conditions of ``when`` must hold for the rule to match."""

    id: Code
    about: Literal["eligibility", "program", "lane", "provider"]
    effect: Literal["require", "exclude", "prefer", "propose"]
    weight: Annotated[int, Field(ge=0, le=10_000)] = 0
    value: Code | None = None
    programs: Codes = []
    when: Annotated[list[Condition], Field(max_length=20)]
    because: Because


Pace = Literal["urgent", "standard"]
"""How a request is served in its program; a lane is a program and a pace."""
SERVED_FIRST: tuple[Pace, ...] = ("urgent", "standard")


class Clock(Facts):
    """A length of time; working days are counted in the rule set's calendar."""

    amount: Annotated[int, Field(ge=0, le=100_000)]
    unit: Literal["working_days", "days", "hours", "minutes", "seconds"]


class Calendar(Facts):
    """
    Working days of the clocks, until the end of the year of the last holiday: later ones are not
    known. Without any holiday it has no end. With ``seconds_per_day`` it is not used: a day of any
    kind takes that many seconds, an hour a twenty-fourth of it (demonstrations and tests).
    """

    zone: Line = "America/New_York"
    holidays: Annotated[list[str], Field(max_length=200)] = []
    seconds_per_day: Annotated[int, Field(ge=1, le=86_400)] | None = None
    grace_seconds: Annotated[int, Field(ge=0, le=86_400)] = 1800

    @property
    def last_day(self) -> date | None:
        """The last day that is known to be a working day or none; None when it has no end."""
        if self.seconds_per_day is not None or not self.holidays:
            return None
        return date(int(max(self.holidays)[:4]), 12, 31)


class RuleSet(Facts):
    """
    How requests are routed; its hash is that of its canonical JSON.

    ``lanes`` is the order in which lanes that share a provider are served; urgent first if absent.
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
