"""A dead letter in an operator's words: which request, who has not been told, what is at risk."""

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
    "notifications": "promise 4: nobody has decided yet who is told of it",
    "reporting": "promise 5: the figures lack it",
}
_ENDED_UNKNOWN = "promise 3: the door takes a request for open that may have ended"


@dataclass(frozen=True)
class DeadLetter:
    """
    A record that *service* could not process, and what waits for it.

    ``waiting`` are the records parked behind it, ``held`` those that need what it tells.
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
        """Whether a participant sent it, and not another service."""
        return self.topic.startswith("cri.in.")

    @property
    def is_restricted(self) -> bool:
        return self.is_inbound or self.topic.startswith("cri.int.confidential.")

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """The envelope of the event or message, as far as it can be read, and whom it is about."""
        attributes: Mapping[str, Any] = json.loads(self.envelope)
        return attributes

    @property
    def kind(self) -> str:
        """The short name of its type."""
        parts = str(self.attributes.get("type", "")).removeprefix("gov.cri.").split(".")
        if self.is_inbound:
            return ".".join(parts[:2]) if len(parts) > 1 else "a message"
        return parts[1] if len(parts) > 1 else "an event"

    @property
    def request(self) -> str | None:
        """The tracking number of the request that it is about."""
        data = self.attributes.get("data")
        stated = data.get("tracking_number") if isinstance(data, dict) else None
        for name in (self.parking_key, self.attributes.get("subject"), stated):
            if isinstance(name, str) and is_tracking_number(name):
                return name
        return None

    @property
    def about(self) -> str:
        """The request, or whatever else it is about."""
        if self.request is not None:
            return self.request
        if self.parking_key == REFERENCE:
            return "reference data"
        if self.parking_key is not None and self.parking_key != self.coordinate:
            return self.parking_key
        return participant_of(self.coordinate) if self.is_inbound else "what cannot be read"

    @property
    def at_risk(self) -> str:
        """The promise that is not kept while it stays as it is."""
        if self.service == "intake" and not self.is_inbound:
            return _ENDED_UNKNOWN
        return _AT_RISK[self.service]

    def not_notified(self, requester: str | None) -> list[str]:
        """Return the participants that do not hear what follows from it."""
        if self.is_inbound:
            return [participant_of(self.coordinate)]
        if self.service in ("intake", "reporting"):
            return []
        return sorted({*self._named(), *([requester] if requester else [])})

    def _named(self) -> Iterator[str]:
        data = self.attributes.get("data")
        if isinstance(data, dict):
            yield from (str(data[name]) for name in ("participant", "provider") if data.get(name))
        if self.attributes.get("inreplyto"):
            yield participant_of(self.attributes["inreplyto"])

    def matches(self, name: str) -> bool:
        """Tell whether an operator means this one by *name*."""
        return name in (self.coordinate, self.parking_key, self.request)
