"""What an agency's system does: it submits, remembers what it is told, amends and withdraws."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from deploy.participants.client import Client, Message, Sent, envelope
from deploy.participants.sample import Wish, message_id


@dataclass(slots=True)
class Asked:
    """One request as its agency knows it."""

    tracking_number: str
    status: str = "accepted"
    told: Message = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    """When the first message of each status came (seconds of a steady clock)."""
    waited_for: str | None = None
    """The sentence that said why it waits, if it ever did."""


@dataclass(slots=True)
class AgencySystem:
    """A connected agency system, with the requests that were accepted."""

    client: Client
    asked: dict[str, Asked] = field(default_factory=dict)
    _by_number: dict[str, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client.told = self._told

    async def submit(self, wish: Wish) -> Sent:
        """Send one request."""
        message = envelope(
            "request.submit", wish.data, source=self.client.source, subject=wish.reference,
            message_id=message_id(wish),
        )  # fmt: skip
        return await self.client.send_bytes(json.dumps(message).encode(), what="request.submit")

    async def set_contact(self) -> Sent:
        """Say whom to call: a made-up desk at reserved addresses."""
        contact = {
            "contact_id": "desk",
            "name": "Request desk",
            "email": f"desk@{self.client.access.participant}.example",
            "phone": "+1 202 555 0100",
        }
        return await self.client.send("contact.set", contact, subject="desk")

    async def amend(self, wish: Wish) -> Sent:
        """Change a request: other goals, and consent to being named."""
        number = self.asked[wish.reference].tracking_number
        change = {"tracking_number": number, "goals": ["wellness"], "may_be_named": True}
        return await self.client.send("request.amend", change, subject=number)

    async def withdraw(self, wish: Wish) -> Sent:
        """Take a request back."""
        number = self.asked[wish.reference].tracking_number
        data = {"tracking_number": number, "reason": "solved_otherwise"}
        return await self.client.send("request.withdraw", data, subject=number)

    async def ask(self, about: str) -> Sent:
        """Ask how things stand."""
        return await self.client.send("status.ask", {"about": about}, subject=about)

    async def _told(self, message: Message) -> None:
        data: dict[str, Any] = message["data"]
        match message["type"]:
            case "gov.cri.submission.accepted.v1" if not data.get("repeat"):
                number = data["tracking_number"]
                asked = self.asked[data["reference"]] = self._request(number)
                asked.at["accepted"] = time.monotonic()
            case "gov.cri.request.status_changed.v1":
                asked = self._request(data["tracking_number"])
                asked.status, asked.told = data["status"], data
                asked.at.setdefault(data["status"], time.monotonic())
                if data["status"] == "waiting":
                    asked.waited_for = data["sentence"]
            case _:
                pass

    def _request(self, number: str) -> Asked:
        return self._by_number.setdefault(number, Asked(number))
