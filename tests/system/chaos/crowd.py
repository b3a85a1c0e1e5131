"""What the participants answer to what they are told: a hash of the subject decides, no clock."""

from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from benchmarks.participants import OFFICE
from deploy.local.demo.behavior import offer_number

Message = dict[str, Any]
_LAST_RESORT = "iacp"


@dataclass(frozen=True, slots=True)
class Said:
    """One message that a participant is about to send."""

    participant: str
    kind: str
    data: Message
    subject: str


@dataclass(slots=True)
class Crowd:
    """
    Agencies, providers and the program office.

    They remember each request's last status, so that one can tell what has come to its end.
    ``today`` is written into reports of work.
    """

    seed: int
    today: str
    agencies: dict[str, str] = field(default_factory=dict)
    """The participant that asked, by tracking number."""
    status: dict[str, str] = field(default_factory=dict)

    def told(self, participant: str, message: Message) -> list[Said]:
        """Take a message in; return what the participant says to it."""
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
                data = {"tracking_number": number, **decided}
                return [Said(OFFICE, "request.direct", data, number)]
        return []

    def unfinished(self) -> list[str]:
        """Return the requests that will still move by themselves."""
        ends = ("waiting", "closed", "withdrawn", "ineligible")
        return [number for number, status in self.status.items() if status not in ends]

    def _accepted(self, participant: str, number: str) -> list[Said]:
        self.agencies[number] = participant
        self.status.setdefault(number, "accepted")
        about: Message = {"tracking_number": number}
        draw = self._draw("agency", number)
        if draw < 6:
            withdrawn = {**about, "reason": "solved_otherwise"}
            return [Said(participant, "request.withdraw", withdrawn, number)]
        if draw < 12:
            changed = {**about, "goals": ["wellness"], "may_be_named": True}
            return [Said(participant, "request.amend", changed, number)]
        if draw < 16:
            return [Said(participant, "status.ask", {"about": number}, number)]
        return []

    def _offered(self, provider: str, offer: str) -> list[Said]:
        draw = self._draw("offer", offer) if offer_number(offer) == 1 else 0
        accepts = Said(provider, "offer.answer", {"offer_id": offer, "answer": "accept"}, offer)
        if draw < 80:
            return [accepts]
        if draw < 90:
            data = {"offer_id": offer, "answer": "decline", "reason_code": "timing"}
            return [Said(provider, "offer.answer", data, offer)]
        return [accepts, accepts] if draw < 97 else []

    def _opened(self, provider: str, engagement: str) -> list[Said]:
        about = {"engagement_id": engagement}
        reached = [
            Said(
                provider,
                "milestone.report",
                {**about, "milestone": milestone, "on": self.today},
                engagement,
            )
            for milestone in ("kick_off", "delivered")
        ]
        done = {**about, "reason": "completed", "outcome": "plan_done"}
        return [*reached, Said(provider, "engagement.close", done, engagement)]

    def _draw(self, purpose: str, subject: str) -> int:
        return crc32(f"{self.seed}/{purpose}/{subject}".encode()) % 100
