"""Intake without Kafka and Postgres: a few participants, a small catalog, no request yet."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from services.intake.agency_list import AgencyList, AgencyRow
from services.intake.batch_state import BatchState, Decision
from services.intake.decide import decide
from services.intake.message import Message
from services.intake.parse import parse_message
from services.intake.registry import Registry, Sender, topic_ids
from shared.contracts.reference import TopicOfHelp
from shared.contracts.services import WEB_DESK
from shared.delivery.records import Record
from tests.examples.inbound import (
    AGENCY,
    APPROVER,
    AT,
    OBSERVER,
    OFFICE,
    ORI,
    PROVIDER,
    STAFF,
    data_of,
    event,
    record,
    sender_of,
)

TOPICS = {
    "crisis_intervention": TopicOfHelp(
        id="crisis_intervention", name="Crisis intervention", aliases=["crisis"]
    ),
    "officer_wellness": TopicOfHelp(id="officer_wellness", name="Officer wellness"),
}
REGISTRY = Registry(
    version=7,
    senders={
        AGENCY: Sender(
            AGENCY,
            "agency_system",
            ("urn:cri:ca-post",),
            oris=frozenset({ORI, "CA0000000", "DCFBI0000", "AL0200100"}),
            agency_keys=frozenset({"as-dps"}),
        ),
        "ny-post": Sender("ny-post", "agency_system", ("urn:cri:ny-post",)),
        PROVIDER: Sender(PROVIDER, "provider", ("urn:cri:iacp",)),
        OBSERVER: Sender(OBSERVER, "observer", (f"urn:cri:{OBSERVER}",)),
        WEB_DESK: Sender(WEB_DESK, "agency_desk", (f"urn:cri:{WEB_DESK}",)),
        "noble": Sender("noble", "provider", ("urn:cri:noble",), reached_by_desk=True),
        OFFICE: Sender(OFFICE, "program_office", (f"urn:cri:{OFFICE}",)),
    },
    topics=topic_ids(TOPICS.values()),
    defined_topics=TOPICS,
    programs=frozenset({"cri-tac"}),
    providers=frozenset({PROVIDER}),
    staff={
        (OFFICE, STAFF): frozenset({"worker"}),
        (OFFICE, APPROVER): frozenset({"approver"}),
    },
)
AGENCIES = AgencyList(
    [
        AgencyRow(ORI, "Los Angeles Police Department", "city", "US-CA"),
        AgencyRow("DCFBI0000", "FBI", "federal", None),
        AgencyRow("AL0200100", "Sheffield Police Department", "city", "US-AL"),
        AgencyRow("AL020015A", "District Attorney", "other", "US-AL"),
    ]
)


def read(source: Record) -> Message:
    """Return the record as intake parses it."""
    blank = Message(source.coordinate, source.topic.split(".")[2], source.at)
    return parse_message(source.value, source.headers, blank)


@dataclass(slots=True)
class Intake:
    """Decides one record after another, as in a batch; it counts the offsets."""

    batch: BatchState = field(
        default_factory=lambda: BatchState(
            at=AT,
            registry=REGISTRY,
            agencies=AGENCIES,
            office=OFFICE,
            numbers=defaultdict(int),
            unused_counters=list(range(1000, 0, -1)),
        )
    )
    offset: int = 0

    def process(self, source: Record) -> Decision:
        message = read(source)
        decision = decide(message, self.batch)
        self.batch.apply(message, decision)
        return decision

    def send_raw(self, message: Any, **of_record: Any) -> Decision:
        """Process *message* (a document or bytes) of a participant."""
        self.offset += 1
        return self.process(record(message, offset=self.offset, **of_record))

    def send(self, kind: str, data: Any = None, **changes: Any) -> Decision:
        """Process a message of *kind* from its usual sender, under a new id."""
        at = changes.pop("at", AT)
        participant = changes.pop("sender", None) or sender_of(kind)
        changes.setdefault("id", f"m-{self.offset + 1}")
        body = data_of(kind, self.number) if data is None else data
        document = event(kind, body, sender=participant, **changes)
        return self.send_raw(document, participant=participant, at=at)

    @property
    def number(self) -> str:
        """The tracking number of the first request."""
        return next(iter(self.batch.requests), "CRI-2026-000001-0")


def codes(decision: Decision) -> list[str]:
    """Return the codes of a refusal."""
    (published,) = decision.published
    reasons: list[Any] = published.event.data.reasons  # type: ignore[attr-defined]
    return [reason.code for reason in reasons]


def reasons(decision: Decision) -> list[tuple[str, str]]:
    """Return (code, path) of a refusal's reasons."""
    (published,) = decision.published
    data: Any = published.event.data  # type: ignore[attr-defined]
    return [(reason.code, reason.path) for reason in data.reasons]


def events(decision: Decision) -> list[Any]:
    """Return the published events."""
    return [published.event for published in decision.published]


def types(decision: Decision) -> list[str]:
    """Return the names of the published types, such as ``request_accepted``."""
    return [event.type.split(".")[3] for event in events(decision)]
