"""An agency's system: submits, amends and withdraws requests, and tracks their statuses."""

import json
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from deploy.participants.client import Client, Message, Sent, envelope
from deploy.participants.sample import PlannedRequest, message_id


@dataclass(slots=True)
class KnownRequest:
    """One request as its agency knows it."""

    tracking_number: str
    status: str = "accepted"
    last_notice: Message = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    """When the first message of each status arrived (seconds of the monotonic clock)."""
    waited_for: str | None = None
    """The reason for which it last waited, if it ever did."""


@dataclass(slots=True)
class AgencySystem:
    """A connected agency system with its accepted requests."""

    client: Client
    requests: dict[str, KnownRequest] = field(default_factory=dict)
    checks: list[Message] = field(default_factory=list)
    """What it was asked to check: the data of each message."""
    _by_number: dict[str, KnownRequest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client.on_message = self._on_message

    async def submit(self, planned: PlannedRequest) -> Sent:
        """Send one request."""
        message = envelope(
            "request.submit", planned.data, source=self.client.source, subject=planned.reference,
            message_id=message_id(planned),
        )  # fmt: skip
        return await self.client.send_bytes(json.dumps(message).encode(), what="request.submit")

    async def amend(self, planned: PlannedRequest) -> Sent:
        """Change a request: other goals, a later end, and consent to being named."""
        number = self.requests[planned.reference].tracking_number
        until = date.fromisoformat(planned.data["wished"]["until"]) + timedelta(days=900)
        change = {
            "tracking_number": number,
            "goals": ["wellness"],
            "wished": {"until": until.isoformat()},
            "may_be_named": True,
        }
        return await self.client.send("request.amend", change, subject=number)

    async def withdraw(self, planned: PlannedRequest) -> Sent:
        """Withdraw a request."""
        number = self.requests[planned.reference].tracking_number
        data = {"tracking_number": number, "reason": "solved_otherwise"}
        return await self.client.send("request.withdraw", data, subject=number)

    async def ask(self, about: str) -> Sent:
        """Ask for the status of a request, or of all."""
        return await self.client.send("status.ask", {"about": about}, subject=about)

    async def _on_message(self, message: Message) -> None:
        data: dict[str, Any] = message["data"]
        match message["type"]:
            case "gov.cri.submission.accepted.v1" if not data.get("repeat"):
                number = data["tracking_number"]
                request = self.requests[data["reference"]] = self._request(number)
                request.at["accepted"] = time.monotonic()
            case "gov.cri.request.status_changed.v1":
                request = self._request(data["tracking_number"])
                request.status, request.last_notice = data["status"], data
                request.at.setdefault(data["status"], time.monotonic())
                if data["status"] == "waiting":
                    request.waited_for = data["sentence"]
            case "gov.cri.fact_check.asked.v1":
                self.checks.append(data)
            case _:
                pass

    def _request(self, number: str) -> KnownRequest:
        return self._by_number.setdefault(number, KnownRequest(number))
