"""Accounts for every clock, from the messages that participants received. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from deploy.participants.client import Message

_RUNS_IN = {
    "offered": "offer",
    "referred": "referral",
    "assigned": "engagement",
    "in_delivery": "engagement",
    "delivered": "engagement",
}
"""The status in which the clock of an offer, of a referral or of an engagement runs."""
Late = tuple[str, str, str]
"""A clock that ran out: its request, its name, and when it was due."""


@dataclass(slots=True)
class Ledger:
    """The clocks of all requests: an offer's, a referral's and an engagement's."""

    offers: set[str] = field(default_factory=set)
    lapsed: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    referrals: "Counter[str]" = field(default_factory=Counter)
    decided: "Counter[str]" = field(default_factory=Counter)
    engagements: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    late: "dict[Late, dict[str, list[Message]]]" = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    """What each participant was told of a clock that ran out."""
    moved: "dict[str, list[Message]]" = field(default_factory=lambda: defaultdict(list))
    """What the provider of an offer was told of a new end."""

    @property
    def started(self) -> int:
        """How many clocks were started."""
        return len(self.offers) + self.referrals.total() + len(self.engagements)

    def summary(self) -> str:
        """Return the counts in words."""
        return (
            f"{self.started} started, {len(self.lapsed)} lapsed, {len(self.late)} missed,"
            f" {self.told().total()} told of a miss, {len(self.moved)} of a closure"
        )

    def told(self) -> "Counter[str]":
        """Return how many times a participant was told that a request is late, by request."""
        return Counter(
            {
                late[0]: sum(len(told) for told in by_participant.values())
                for late, by_participant in self.late.items()
            }
        )

    def running(self) -> dict[str, list[str]]:
        """Return which clocks of each request still run."""
        found: dict[str, list[str]] = defaultdict(list)
        for offer in self.offers - self.lapsed - self.withdrawn - self.answered:
            found[_request_of(offer)].append("offer")
        for number in (self.referrals - self.decided).elements():
            found[number].append("referral")
        for engagement in self.engagements - self.ended:
            found[_request_of(engagement)].append("engagement")
        return found


def ledger(received: Mapping[str, Iterable[Message]]) -> Ledger:
    """Return the ledger of the messages that each participant has *received*."""
    found = Ledger()
    for participant, messages in received.items():
        for message in messages:
            _add(found, participant, message)
    return found


def _add(found: Ledger, participant: str, message: Message) -> None:
    data = message["data"]
    match message["type"]:
        case "gov.cri.offer.made.v1":
            found.offers.add(data["offer_id"])
        case "gov.cri.offer.lapsed.v1":
            found.lapsed.add(data["offer_id"])
        case "gov.cri.offer.withdrawn.v1":
            found.withdrawn.add(data["offer_id"])
        case "gov.cri.referral.made.v1":
            found.referrals[data["tracking_number"]] += 1
        case "gov.cri.engagement.opened.v1":
            found.engagements.add(data["engagement_id"])
        case "gov.cri.engagement.ended.v1":
            found.ended.add(data["engagement_id"])
        case "gov.cri.message.applied.v1" if not data.get("repeat"):
            _add_applied(found, data)
        case "gov.cri.clock.late.v1":
            late = (data["tracking_number"], data["clock"], data["due_at"])
            found.late[late][participant].append(message)
        case "gov.cri.clock.moved.v1" if "offer_id" in data:
            found.moved[data["offer_id"]].append(message)
        case _:
            pass


def _add_applied(found: Ledger, data: Message) -> None:
    match data["what"]:
        case "offer.answer":
            found.answered.add(data["about"])
        case "request.direct" | "request.withdraw":
            found.decided[data["about"]] += 1
        case "engagement.close" | "engagement.end" | "engagement.rehome":
            found.ended.add(data["about"])
        case _:
            pass


def faults(found: Ledger, statuses: Mapping[str, str]) -> list[str]:
    """
    Return where the ledger does not add up; *statuses* are those that the agencies know.

    Each clock that was started has ended, or is the one that runs in its request's status.
    """
    running, wrong = found.running(), []
    for number, status in statuses.items():
        expected = [_RUNS_IN[status]] if status in _RUNS_IN else []
        if (runs := running.pop(number, [])) != expected:
            wrong.append(f"{number} is {status}, its running clocks are {runs}, not {expected}")
    wrong += [
        f"{number} is unknown, its running clocks are {runs}" for number, runs in running.items()
    ]
    for late, by_participant in found.late.items():
        wrong += [f"{' '.join(late)}: {line}" for line in _wrong_misses(by_participant)]
    wrong += [
        f"the move of {offer} was told {len(told)} times"
        for offer, told in found.moved.items()
        if len(told) != 1
    ]
    return wrong


def untold(
    found: Ledger, *, late: Collection[str], times: int, moved: Collection[str]
) -> list[str]:
    """
    Return which messages are missing.

    Two participants must be told *times* times that a request in *late* is late, and the provider
    of each offer in *moved* once that it ends at another time.
    """
    told = found.told()
    wrong = [
        f"{number} was told as late {told[number]} times, not {2 * times}"
        for number in late
        if told[number] != 2 * times
    ]
    wrong += [
        f"the provider of {each} was not told of its new end"
        for each in moved
        if each not in found.moved
    ]
    return wrong if moved else [*wrong, "no offer was open when the office said that it closes"]


def _wrong_misses(by_participant: Mapping[str, Sequence[Message]]) -> Iterator[str]:
    """Yield what is wrong with what the agency and the office were told of a late clock."""
    times = [[each["data"]["times"] for each in told] for told in by_participant.values()]
    if len(times) != 2 or times[0] != times[1]:
        yield f"{len(times)} participants were told, {' and '.join(map(str, times))} times"
    for participant, told in by_participant.items():
        if [each["data"]["times"] for each in told] != list(range(1, len(told) + 1)):
            yield f"{participant} was not told once, twice, … in this order"
        for before, after in pairwise(told):
            if _moment(after["time"]) < _moment(before["data"]["next_at"]):
                yield f"{participant} was told again before {before['data']['next_at']}"


def _request_of(work: str) -> str:
    return work.rpartition("-")[0]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
