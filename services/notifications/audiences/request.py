"""A request as notifications stores it: only data that some participant may see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from shared.contracts.intake import RequestFacts, Window
from shared.contracts.routing import AskedFacts
from shared.contracts.services import WEB_DESK

WORK = frozenset({"assigned", "in_delivery", "delivered"})
"""The statuses of a request while an engagement is under way."""


class Asked(NamedTuple):
    """What a request asks for, as its provider may see it."""

    topics: tuple[str, ...]
    service_forms: tuple[str, ...]
    wished: Window

    @classmethod
    def of(cls, facts: RequestFacts | AskedFacts) -> "Asked":
        return cls(tuple(facts.topics), tuple(facts.service_forms), facts.wished)

    def encode(self) -> str:
        """Return the JSON of `AskedFacts`; not by pydantic, as every saved row has it."""
        wished = {"from": self.wished.from_, "until": self.wished.until}
        days = {end: day.isoformat() for end, day in wished.items() if day is not None}
        return json.dumps(
            {"topics": self.topics, "service_forms": self.service_forms, "wished": days}
        )

    @classmethod
    def decode(cls, text: str) -> "Asked":
        """Return what `encode` wrote."""
        found = json.loads(text)
        days = {end: date.fromisoformat(day) for end, day in found["wished"].items()}
        wished = Window(from_=days.get("from"), until=days.get("until"))
        return cls(tuple(found["topics"]), tuple(found["service_forms"]), wished)


class Request(NamedTuple):
    """
    The parts of a request that audiences may see.

    ``provider`` holds the open offer or the engagement; ``expires_at`` is set while an offer is
    open. ``sentence`` is for the requester, ``provider_sentence`` for that provider.

    ``topics``, ``service_forms`` and the dates include intake's last amendment. ``asked`` is what
    the provider is told: it includes the last amendment that routing has announced, so that the
    order of the two topics does not matter. It is None for a request of a release before 0.4.0,
    until that is amended.
    """

    tracking_number: str
    participant: str
    agency_name: str
    cri_type: str
    agency_class: str
    state: str
    sworn_band: str | None
    topics: tuple[str, ...]
    service_forms: tuple[str, ...]
    wished_from: date | None
    wished_until: date | None
    contact_ids: tuple[str, ...]
    status: str
    since: datetime
    sentence: str
    provider_sentence: str | None = None
    program: str | None = None
    provider: str | None = None
    offer_id: str | None = None
    expires_at: datetime | None = None
    engagement_id: str | None = None
    asked: Asked | None = None

    @property
    def told(self) -> Asked:
        """What the provider is told about what the request asks for."""
        wished = Window(from_=self.wished_from, until=self.wished_until)
        return self.asked or Asked(self.topics, self.service_forms, wished)

    @property
    def under_way(self) -> bool:
        """Whether a provider works on it."""
        return self.engagement_id is not None and not self.offer_open and self.status in WORK

    @property
    def offer_open(self) -> bool:
        return self.expires_at is not None


@dataclass(frozen=True, slots=True)
class Directory:
    """
    Names for use in sentences, and the ids of the program offices.

    ``reached_by_desk`` are the participants without a system, which the public desk acts for.
    """

    participants: Mapping[str, str]
    programs: Mapping[str, str]
    offices: tuple[str, ...]
    reached_by_desk: frozenset[str] = frozenset()

    def reader_of(self, audience: str) -> str:
        """Return the participant whose topic a message to *audience* is on."""
        return WEB_DESK if audience in self.reached_by_desk else audience

    def asks_for_callers(self, participant: str) -> bool:
        """Return whether *participant* enters requests of agencies that are not registered."""
        return participant == WEB_DESK or participant in self.offices

    def participant(self, identifier: str) -> str:
        return self.participants.get(identifier, identifier)

    def program(self, identifier: str | None) -> str:
        """Return the program's name, or a placeholder before one is chosen."""
        if identifier is None:
            return "the program"
        return self.programs.get(identifier, identifier)
