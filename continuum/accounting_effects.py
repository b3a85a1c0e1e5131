"""Works out the effects that each fact must have, and which are missing. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from shared.contracts import assessments, intake, notifications, reference, reporting, routing
from shared.contracts.services import DEPLOYABLES
from shared.delivery.take_in.reader import LOGGED

READERS: Mapping[str, tuple[str, ...]] = {
    intake.TOPIC: ("routing", "notifications", "reporting", "desk"),
    routing.TOPIC: ("notifications", "reporting", "desk"),
    reference.TOPIC: ("routing", "notifications", "reporting", "desk"),
    intake.ANSWERS_TOPIC: ("notifications",),
    intake.CONFIDENTIAL_TOPIC: ("notifications",),
    assessments.DRAFTS_TOPIC: ("reporting",),
    reporting.TOPIC: ("notifications", "desk"),
    notifications.TOPIC: ("desk",),
    notifications.MAIL_TOPIC: ("routing", "notifications", "desk"),
}
"""Topic → the services that must store its facts (intake notes only which requests ended)."""
_REQUESTS = frozenset({intake.TOPIC, routing.TOPIC})
"""The topics whose facts about a request count in figures and lead to notices."""

AT_RISK = {
    "announced": "promise 1: what was decided is not on the log",
    "stored by routing": "promise 7: the request does not move",
    "stored by notifications": "promise 4: it is not decided yet whom to notify",
    "stored by reporting": "promise 5: the figures lack it",
    "stored by desk": "the office does not see it on its list",
    "routed": "promise 7: the request does not move",
    "ended at intake": "promise 3: intake takes a request for open that has ended",
    "notified": "promise 4: neither notified nor a reason why not",
    "counted": "promise 5: the figures lack it",
    "answered": "promise 1: what a person of the office sent is neither applied nor refused",
}
"""Effect → the promise that is broken without it."""

_BOTH = ("requester", "provider")
_NOTIFIED: Mapping[str, tuple[str, ...]] = {
    "request_accepted": ("requester",),
    "request_triaged": ("requester",),
    "request_ineligible": ("requester",),
    "request_waitlisted": ("requester",),
    "request_referred": ("requester", "program office"),
    "request_withdrawn": _BOTH,
    "clock_missed": ("requester",),
    "clock_moved": _BOTH,
    "clock_paused": ("requester",),
    "clock_resumed": ("requester",),
    "clock_reminded": _BOTH,
    "clock_settled": ("requester",),
    "clock_still_missed": ("requester", "program office"),
    "facts_changed": (),
    "request_recorded": (),
    "amendment_came_too_late": ("requester",),
    "offer_made": _BOTH,
    "offer_declined": _BOTH,
    "offer_lapsed": _BOTH,
    "offer_withdrawn": _BOTH,
    "engagement_opened": _BOTH,
    "engagement_progressed": _BOTH,
    "engagement_closed": _BOTH,
    "engagement_ended": _BOTH,
    "engagement_affected": _BOTH,
    "offer_answered": ("provider",),
    "milestone_reported": ("provider",),
    "engagement_close_reported": ("provider",),
}
"""Fact type → the roles for which notifications must decide; for all others, the sender."""
_KNOWN = frozenset(kind.split(".")[3] for kind in LOGGED)
"""The types this build knows; for a later release's types it cannot know whom to notify."""


class Subject(NamedTuple):
    """A subject on a topic; its ``published`` facts are numbered from 1."""

    topic: str
    name: str
    published: int


class Line(NamedTuple):
    """One fact about a request, from reporting's timeline."""

    type: str
    fact: UUID
    provider: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """The effects observed in all services for some subjects."""

    services: Collection[str] = DEPLOYABLES
    """Those of this installation, which may lack either desk."""
    gates: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """The last fact stored, by (service, topic, subject)."""
    requesters: Mapping[str, str] = field(default_factory=dict)
    routed: Set[str] = frozenset()
    ended: Set[str] = frozenset()
    """Requests in a terminal status in routing."""
    ended_at_intake: Set[str] = frozenset()
    counted: Set[str] = frozenset()
    timeline: Mapping[tuple[str, str, int], Line] = field(default_factory=dict)
    notified: Mapping[UUID, Set[str]] = field(default_factory=dict)
    """Fact id → the audiences for which notifications has decided."""


class Missing(NamedTuple):
    """
    A missing effect of the facts ``first`` to ``last``; ``whom`` it concerns, or why.

    Both are 0 for one fact whose number is not known.
    """

    effect: str
    topic: str
    subject: str
    first: int
    last: int
    whom: str = ""

    @property
    def facts(self) -> int:
        return self.last - self.first + 1

    @property
    def about(self) -> str:
        """The facts it concerns, as text."""
        numbers = f" {self.first}" if self.facts == 1 else f" {self.first} to {self.last}"
        return f"{self.subject}: {self.topic}{numbers if self.last else ''}"


@dataclass(slots=True)
class Account:
    """
    The number of facts, the number of expected effects by kind, and the missing effects.

    Effects that can no longer follow are ``lost``, and not among the missing ones.
    """

    facts: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    missing: list[Missing] = field(default_factory=list)
    lost: list[Missing] = field(default_factory=list)

    def add(self, other: "Account") -> None:
        """Add another account, of other facts."""
        self.facts += other.facts
        self.expected += other.expected
        self.missing += other.missing
        self.lost += other.lost

    @property
    def unaccounted(self) -> Counter[str]:
        """The number of missing effects, by kind."""
        counted: Counter[str] = Counter()
        for each in self.missing:
            counted[each.effect] += each.facts
        return counted


def account_of(subjects: Sequence[Subject], observed: Observed) -> Account:
    """Compare the effects that the facts of *subjects* must have with those observed."""
    account = Account()
    for subject in subjects:
        account.facts += subject.published
        for effect, expected, missing in _effects(subject, observed):
            account.expected[effect] += expected
            account.missing += missing
    return account


def _effects(subject: Subject, observed: Observed) -> Iterator[tuple[str, int, list[Missing]]]:
    topic, name, published = subject
    yield "announced", published, []  # missing ones are found in the outboxes
    for service in (each for each in READERS[topic] if each in observed.services):
        stored = observed.gates.get((service, topic, name), 0)
        effect = f"stored by {service}"
        late = [Missing(effect, topic, name, stored + 1, published)] if stored < published else []
        yield effect, published, late
    if name not in observed.requesters or topic not in _REQUESTS:
        return
    if topic == intake.TOPIC:
        lost = [] if name in observed.routed else [Missing("routed", topic, name, 1, 1)]
        yield "routed", 1, lost
    elif name in observed.ended:
        known = name in observed.ended_at_intake
        lost = [] if known else [Missing("ended at intake", topic, name, published, published)]
        yield "ended at intake", 1, lost
    for number in range(1, published + 1):
        line = observed.timeline.get((topic, name, number))
        counted = line is not None and name in observed.counted
        yield "counted", 1, [] if counted else [Missing("counted", topic, name, number, number)]
        yield from _notifications(subject, number, line, observed)


def _notifications(
    subject: Subject, number: int, line: Line | None, observed: Observed
) -> Iterator[tuple[str, int, list[Missing]]]:
    """Expect a decision for each recipient; only the timeline's line names the provider."""
    topic, name, _ = subject
    if line is None or line.type not in _KNOWN:
        return
    notified = observed.notified.get(line.fact, frozenset())
    for role in _NOTIFIED.get(line.type, ("sender",)):
        whom, decided = role, bool(notified)
        if role == "requester":
            whom = observed.requesters[name]
            decided = whom in notified
        elif role == "provider":
            if line.provider is None:
                continue
            whom = line.provider
            decided = whom in notified
        elif role == "program office":
            decided = bool(notified - {observed.requesters[name]})
        lost = [] if decided else [Missing("notified", topic, name, number, number, whom)]
        yield "notified", 1, lost


def subjects_of(missing: Sequence[Missing], subjects: Sequence[Subject]) -> list[Subject]:
    """Return those of *subjects* that have a missing effect."""
    concerned = {(each.topic, each.subject) for each in missing}
    return [each for each in subjects if (each.topic, each.name) in concerned]
