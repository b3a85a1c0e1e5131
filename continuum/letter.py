"""A dead letter as operators see it: which request, who was not notified, what is at risk."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from shared.contracts.event import coordinate, participant_of
from shared.contracts.reference import SUBJECT as REFERENCE
from shared.contracts.tracking import is_tracking_number

_AT_RISK = {
    "intake": "promise 1: what was sent is neither accepted nor refused",
    "routing": "promise 7: the request does not move until a person sees to it",
    "notifications": "promise 4: it is not decided yet whom to notify",
    "reporting": "promise 5: the figures lack it",
    "desk": "the office does not see it on its list",
    "webdesk": "somebody who asked for help does not see the answer on the page",
}
_ENDED_UNKNOWN = "promise 3: intake takes a request for open that may have ended"


@dataclass(frozen=True)
class DeadLetter:
    """
    A record that ``service`` could not process.

    ``waiting`` counts the records parked behind it, ``held`` those that wait for its event.
    """

    service: str
    topic: str
    partition: int
    offset: int
    size: int | None
    envelope: str
    at: datetime
    reason: str
    error: str
    parking_key: str | None
    failed_at: datetime
    waiting: int
    held: int
    replays: int
    ordered: bool

    @property
    def coordinate(self) -> str:
        return coordinate(self.topic, self.partition, self.offset)

    @property
    def cause(self) -> str:
        return f"{self.reason.replace('_', ' ')}: {self.error}"

    @property
    def is_inbound(self) -> bool:
        """Whether a participant sent it, rather than a service."""
        return self.topic.startswith("cri.in.")

    @property
    def is_restricted(self) -> bool:
        names = ("out", "int.confidential", "int.drafts", "int.texts")
        restricted = tuple(f"cri.{name}." for name in names)
        return self.is_inbound or self.topic.startswith(restricted)

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """The envelope as far as it could be read, with the parties that ``data`` names."""
        attributes: Mapping[str, Any] = json.loads(self.envelope)
        return attributes

    @property
    def kind(self) -> str:
        """The short name of its event type."""
        parts = str(self.attributes.get("type", "")).removeprefix("gov.cri.").split(".")
        if self.is_inbound:
            return ".".join(parts[:2]) if len(parts) > 1 else "a message"
        return parts[1] if len(parts) > 1 else "an event"

    @property
    def request(self) -> str | None:
        """The tracking number of its request."""
        data = self.attributes.get("data")
        stated = data.get("tracking_number") if isinstance(data, dict) else None
        for name in (self.parking_key, self.attributes.get("subject"), stated):
            if isinstance(name, str) and is_tracking_number(name):
                return name
        return None

    @property
    def about(self) -> str:
        """Its request, or else what it concerns, as text."""
        if self.request is not None:
            return self.request
        if self.parking_key == REFERENCE:
            return "reference data"
        if self.parking_key is not None and self.parking_key != self.coordinate:
            return self.parking_key
        return participant_of(self.coordinate) if self.is_inbound else "an unreadable record"

    @property
    def at_risk(self) -> str:
        """The promise that is broken until it is replayed."""
        if self.service == "intake" and not self.is_inbound:
            return _ENDED_UNKNOWN
        return _AT_RISK[self.service]

    def not_notified(self, requester: str | None) -> list[str]:
        """Return the participants that are not notified because of it."""
        if self.is_inbound:
            return [participant_of(self.coordinate)]
        if self.service in ("intake", "reporting", "desk", "webdesk"):
            return []
        return sorted({*self._named(), *([requester] if requester else [])})

    def _named(self) -> Iterator[str]:
        data = self.attributes.get("data")
        if isinstance(data, dict):
            yield from (str(data[name]) for name in ("participant", "provider") if data.get(name))
        if sender := self.attributes.get("participant"):
            yield str(sender)
        elif self.attributes.get("inreplyto"):
            yield participant_of(self.attributes["inreplyto"])

    def matches(self, name: str) -> bool:
        """Return whether *name* is its coordinate, parking key or request."""
        return name in (self.coordinate, self.parking_key, self.request)
