"""Compares what Kafka has with what it should have. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.provision.access import Grant
from deploy.provision.quotas import Quota
from deploy.provision.topics import Participant, Topic
from deploy.stack.failure import StackFailed
from shared.contracts.reserved import is_reserved
from shared.contracts.services import DESKS

PARTICIPANTS_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Registration:
    """A participant as the program office registered it last."""

    participant: Participant
    effective_until: datetime | None = None
    reached_by_desk: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """One entry of the broker's access list; ``grant`` is None if nobody should have it."""

    text: str
    grant: Grant | None


@dataclass(frozen=True, slots=True)
class State:
    """What Kafka has, or should have."""

    partitions: Mapping[str, int]
    settings: Mapping[str, Mapping[str, str]]
    users: frozenset[str]
    rights: frozenset[Right]
    limits: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Kafka should have."""

    topics: Sequence[Topic]
    users: frozenset[str]
    grants: frozenset[Grant]
    quotas: Mapping[str, Quota]


@dataclass(frozen=True, slots=True)
class Drift:
    """What to make or correct, and what is there without being wanted."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def connected(
    registrations: Iterable[Registration], office: Participant, *, now: datetime
) -> list[Participant]:
    """
    Return the participants that connect to Kafka: the registered ones, and the program office.

    The office must be connected before it can register anyone, itself included. The desks, and the
    participants for which a desk acts, are left out: desks have topics and users of their own.
    """
    current = {office.id: office}
    for each in registrations:
        if each.reached_by_desk or each.participant.id in DESKS:
            continue
        if each.effective_until is None or now < each.effective_until:
            current[each.participant.id] = each.participant
    if reserved := sorted(filter(is_reserved, current)):
        raise StackFailed(
            f"registered under reserved ids, by an older release: {', '.join(reserved)}. The"
            " program office ends these registrations and makes new ones. Nothing was changed."
        )
    if len(current) > PARTICIPANTS_AT_MOST:
        raise StackFailed(
            f"{len(current)} participants are registered, and at most {PARTICIPANTS_AT_MOST} may"
            " have topics of their own. Intake reads all of them with one consumer, which names"
            " every topic in every fetch: at 3,000 an idle intake takes two thirds of a core, and"
            " somewhere below 6,000 it falls behind for good. Let a system that acts for many"
            " agencies connect once, with their ORIs in its registration. Nothing was changed."
        )
    return [current[each] for each in sorted(current)]


def drift(found: State, wanted: Wanted) -> Drift:
    """Return how *found* differs from *wanted*; topics that nobody needs are not a difference."""
    granted = {right.grant for right in found.rights}
    missing = [
        *_topics(found, wanted.topics),
        *(f"user {user}" for user in sorted(wanted.users - found.users)),
        *(f"right {text_of(each)}" for each in sorted(wanted.grants - granted)),
        *_quotas(found.limits, wanted.quotas),
    ]
    unknown = [
        *(f"user {user}" for user in sorted(found.users - wanted.users)),
        *sorted(f"right {each.text}" for each in found.rights if each.grant is None),
        *(f"quota of {user}" for user in sorted(found.limits.keys() - wanted.quotas)),
    ]
    return Drift(tuple(missing), tuple(unknown))


def text_of(grant: Grant) -> str:
    """Return a grant in words."""
    name = f"{grant.name}*" if grant.pattern == "PREFIXED" else grant.name
    return f"{grant.principal}: {grant.operation} {grant.resource} {name}"


def _topics(found: State, topics: Iterable[Topic]) -> Iterator[str]:
    for topic in topics:
        if topic.name not in found.partitions:
            yield f"topic {topic.name}"
            continue
        if found.partitions[topic.name] != topic.partitions:
            yield (
                f"partitions of {topic.name}: {topic.partitions}, not"
                f" {found.partitions[topic.name]} (fixed for life)"
            )
        has = found.settings.get(topic.name, {})
        for name, value in topic.settings.items():
            if has.get(name) != value:
                yield f"setting {name}={value} of {topic.name}, not {has.get(name)}"


def _quotas(
    found: Mapping[str, Mapping[str, float]], quotas: Mapping[str, Quota]
) -> Iterator[str]:
    for user, quota in sorted(quotas.items()):
        if found.get(user) != quota.limits():
            yield f"quota of {user}"
