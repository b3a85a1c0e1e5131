"""Simulates how participants react to messages, so that requests reach their last status."""

from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from benchmarks.participants import OFFICE

Message = dict[str, Any]
_LAST_RESORT = "iacp"
_ENDS = frozenset({"waiting", "closed", "withdrawn", "ineligible"})


@dataclass(frozen=True, slots=True)
class Reaction:
    """A message for a participant to send."""

    participant: str
    kind: str
    data: Message
    subject: str


@dataclass(slots=True)
class Simulation:
    """
    Agencies, providers and the program office; a hash of the message decides each reaction.

    Of a hundred requests, six are withdrawn at once, six amended and four asked about; of a
    hundred first offers, ten are declined. ``today`` is the date of reported milestones. Of a
    hundred requests, ``staying`` stay offered without an answer, and as many stay engaged.
    ``seed`` varies the hashes.
    """

    today: str
    staying: int = 0
    seed: int = 0
    status: dict[str, str] = field(default_factory=dict)
    """Tracking number → the last status received."""
    scarce: bool = False
    """Whether capacity is used up for good, so that waiting requests stay."""

    @property
    def unfinished(self) -> int:
        """The number of requests that have not reached their last status."""
        return sum(
            status not in _ENDS
            and not self._stays(number)
            and not (self.scarce and status == "waiting")
            for number, status in self.status.items()
        )

    def react(self, participant: str, message: Message) -> list[Reaction]:
        """Process a message to *participant*; return the participant's reactions."""
        data = message["data"]
        match message["type"]:
            case "gov.cri.submission.accepted.v1" if not data.get("repeat"):
                return self._accepted(participant, data["tracking_number"])
            case "gov.cri.request.status_changed.v1":
                self.status[data["tracking_number"]] = data["status"]
            case "gov.cri.offer.made.v1":
                return self._offered(participant, data["offer_id"])
            case "gov.cri.engagement.opened.v1":
                return self._opened(participant, data["engagement_id"])
            case "gov.cri.referral.made.v1":
                number = data["tracking_number"]
                decided = {"action": "assign", "provider": _LAST_RESORT, "reason": "nobody_else"}
                direction = {"tracking_number": number, **decided}
                return [Reaction(OFFICE, "request.direct", direction, number)]
            case _:
                pass
        return []

    def _accepted(self, participant: str, number: str) -> list[Reaction]:
        self.status.setdefault(number, "accepted")
        about: Message = {"tracking_number": number}
        draw = self._draw("agency", number)
        if draw < 6:
            withdrawn = {**about, "reason": "solved_otherwise"}
            return [Reaction(participant, "request.withdraw", withdrawn, number)]
        if draw < 12:
            changed = {**about, "goals": ["wellness"], "may_be_named": True}
            return [Reaction(participant, "request.amend", changed, number)]
        if draw < 16:
            return [Reaction(participant, "status.ask", {"about": number}, number)]
        return []

    def _offered(self, provider: str, offer: str) -> list[Reaction]:
        if self._draw("stay", _request(offer)) < self.staying:
            return []
        data = {"offer_id": offer, "answer": "accept"}
        if offer.endswith("-O1") and self._draw("offer", offer) < 10:
            data = {"offer_id": offer, "answer": "decline", "reason_code": "timing"}
        return [Reaction(provider, "offer.answer", data, offer)]

    def _opened(self, provider: str, engagement: str) -> list[Reaction]:
        about = {"engagement_id": engagement}
        reactions = [
            ("milestone.report", {**about, "milestone": "kick_off", "on": self.today}),
            ("milestone.report", {**about, "milestone": "delivered", "on": self.today}),
            ("engagement.close", {**about, "reason": "completed", "outcome": "plan_done"}),
        ]
        if self._stays(_request(engagement)):
            del reactions[1:]
        return [Reaction(provider, kind, data, engagement) for kind, data in reactions]

    def _stays(self, number: str) -> bool:
        return self._draw("stay", number) < 2 * self.staying

    def _draw(self, purpose: str, subject: str) -> int:
        return crc32(f"{self.seed}/{purpose}/{subject}".encode()) % 100


def _request(identifier: str) -> str:
    """Return the tracking number that an offer's or an engagement's id begins with."""
    return identifier.rpartition("-")[0]
