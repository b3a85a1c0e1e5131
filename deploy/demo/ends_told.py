"""Checks, by the messages sent, that everyone affected by an end was told of it once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.participants.behavior import LOST_PROVIDER
from deploy.participants.client import Message
from deploy.participants.sample import ENDED_PROGRAM, LATER, LOST, POSTPONED_PROGRAM

OFFICE = "program-office"
Received = Mapping[str, Sequence[Message]]
"""The messages that each participant has received."""
_NEVER = datetime.max.replace(tzinfo=UTC)
"""The time of what has not happened yet."""


@dataclass(slots=True)
class Happened:
    """What ended or stopped: engagements and offers by id, requests by tracking number."""

    lost: Sequence[str] = ()
    """The engagements of the provider that left; it reported itself that it gave up the last."""
    suspended: str = ""
    withdrawn: Sequence[str] = ()
    """The offers that were open to the provider that was suspended."""
    away_from: datetime = _NEVER
    away_until: datetime = _NEVER
    postponed: Sequence[str] = ()
    """The requests that waited for the program that was postponed until ``opens_at``."""
    opens_at: datetime = _NEVER
    referred: Sequence[str] = ()
    """The requests that waited for the program that ended."""


def summary(happened: Happened, received: Received) -> str:
    """Return in words how things went on."""
    lost = sum(bool(continued(received, each)) for each in happened.lost)
    postponed = sum(bool(of_opening(happened, received, each)) for each in happened.postponed)
    referred = sum(bool(referrals(received, each)) for each in happened.referred)
    return (
        f"{lost} engagements of a lost provider went on with another,"
        f" 1 provider suspended ({len(happened.withdrawn)} offers withdrawn) and taken up again,"
        f" 1 program postponed ({postponed} told), 1 program ended ({referred} referred)"
    )


def faults(happened: Happened, received: Received) -> list[str]:
    """Return what did not go on, and who was not told of it, or was told more than once."""
    return [
        *_of_lost(happened, received),
        *_of_suspended(happened, received),
        *_of_postponed(happened, received),
        *_of_ended(happened, received),
    ]


def continued(received: Received, engagement: str) -> list[Message]:
    """Return the messages to other providers that took over the request of an engagement."""
    return [
        each
        for participant in received
        for each in _sent(received, participant, "engagement.opened")
        if participant != LOST_PROVIDER
        and each["data"]["tracking_number"] == engagement.rpartition("-E")[0]
    ]


def referrals(received: Received, number: str) -> list[Message]:
    """Return what the program office was told of a request whose program has ended."""
    return [
        each
        for each in _sent(received, OFFICE, "referral.made")
        if each["data"]["tracking_number"] == number
        and each["data"]["reason"] == "program_not_offered"
    ]


def of_opening(happened: Happened, received: Received, number: str) -> list[Message]:
    """Return what the agency of a waiting request was told of the new date."""
    return [
        each
        for participant in received
        if participant != OFFICE
        for each in _sent(received, participant, "request.status_changed")
        if each["data"]["tracking_number"] == number
        and each["data"]["status"] == "waiting"
        and (by := (each["data"].get("next") or {}).get("by")) is not None
        and datetime.fromisoformat(by) == happened.opens_at
    ]


def told(received: Received, participant: str, kind: str, about: str) -> list[Message]:
    """Return what a participant was sent about an offer or an engagement."""
    return [
        each
        for each in _sent(received, participant, kind)
        if about in (each["data"].get("offer_id"), each["data"].get("engagement_id"))
    ]


def _of_lost(happened: Happened, received: Received) -> Iterator[str]:
    if len(happened.lost) != LOST:
        yield f"{LOST_PROVIDER} left with {len(happened.lost)} engagements, not {LOST}"
    for place, each in enumerate(happened.lost):
        other = LOST_PROVIDER if place < LOST - 1 else OFFICE
        for participant, kind in (
            (OFFICE, "engagement.affected"),
            (LOST_PROVIDER, "engagement.affected"),
            (other, "engagement.ended"),
        ):
            if (times := len(told(received, participant, kind, each))) != 1:
                yield f"{participant} was sent {times} {kind} of {each}"
        if (others := len(continued(received, each))) != 1:
            yield f"{others} other providers went on with {each}"


def _of_suspended(happened: Happened, received: Received) -> Iterator[str]:
    if not happened.withdrawn:
        yield f"{happened.suspended} had no open offer when it was suspended"
    for offer in happened.withdrawn:
        if (times := len(told(received, happened.suspended, "offer.withdrawn", offer))) != 1:
            yield f"the withdrawal of {offer} was told {times} times"
        if not _offered_again(happened, received, offer):
            yield f"{offer} went to nobody else"
    made = [_time(each) for each in _sent(received, happened.suspended, "offer.made")]
    if any(happened.away_from < at < happened.away_until for at in made):
        yield f"{happened.suspended} got an offer while it was suspended"
    if not any(at > happened.away_until for at in made):
        yield f"{happened.suspended} got no offer after it was taken up again"


def _of_postponed(happened: Happened, received: Received) -> Iterator[str]:
    if not happened.postponed:
        yield f"nobody waited for {POSTPONED_PROGRAM} when it was postponed"
    for number in happened.postponed:
        if (times := len(of_opening(happened, received, number))) != 1:
            yield f"{number} was told {times} times of the new date"
    for participant in received:
        for made in _sent(received, participant, "offer.made"):
            early = _time(made) < happened.opens_at
            if made["data"]["program"] == POSTPONED_PROGRAM and early:
                yield f"{made['data']['offer_id']} came before its program opened"


def _of_ended(happened: Happened, received: Received) -> Iterator[str]:
    if len(happened.referred) != LATER:
        yield f"{len(happened.referred)} waited for {ENDED_PROGRAM}, not {LATER}"
    for number in happened.referred:
        found = referrals(received, number)
        proposed = [each["data"].get("proposed_program") for each in found]
        if len(found) != 1 or proposed[0] in (None, ENDED_PROGRAM):
            yield f"{number} was referred {len(found)} times, with the proposals {proposed}"


def _offered_again(happened: Happened, received: Received, offer: str) -> bool:
    """Return whether the request of an offer was later offered to another provider."""
    number, _, ordinal = offer.rpartition("-O")
    return any(
        participant != happened.suspended
        and each["data"]["tracking_number"] == number
        and int(each["data"]["offer_id"].rpartition("-O")[2]) > int(ordinal)
        for participant in received
        for each in _sent(received, participant, "offer.made")
    )


def _sent(received: Received, participant: str, kind: str) -> list[Message]:
    return [each for each in received.get(participant, ()) if each["type"] == f"gov.cri.{kind}.v1"]


def _time(message: Message) -> datetime:
    return datetime.fromisoformat(message["time"])
