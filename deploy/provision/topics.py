"""The topics and participants of `deploy/`, one entry for each Kafka topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.stack.failure import StackFailed
from shared.contracts.reserved import is_reserved
from shared.contracts.services import DEPLOYABLES

DEPLOY = Path(__file__).parents[1]
TOPICS = DEPLOY / "topics.yaml"
PARTICIPANTS = DEPLOY / "reference" / "participants.yaml"
_DAY_MS = 86_400_000
_LIMITS = {
    "max.message.bytes": "message_bytes",
    "compression.type": "compression",
    "retention.bytes": "retained_bytes",
    "segment.bytes": "segment_bytes",
}
"""The settings of Kafka that `topics.yaml` states for a class of topics."""


@dataclass(frozen=True, slots=True)
class Participant:
    """An organization with a connected system."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: its only writer, its readers (both ids), and how Kafka keeps it."""

    name: str
    template: str
    owner: str
    readers: frozenset[str]
    partitions: int
    settings: Mapping[str, str]


def read_participants(file: Path = PARTICIPANTS) -> list[Participant]:
    """Read the participants; refuse an id that would take over another's topics or groups."""
    listed = yaml.safe_load(file.read_text())["participants"]
    participants = [
        Participant(id=each["id"], kind=each["kind"], name=each.get("name", each["id"]))
        for each in listed
    ]
    for participant in participants:
        if is_reserved(participant.id):
            raise StackFailed(f"{file.name}: the id {participant.id!r} is reserved")
    return participants


def read_topics(participants: Sequence[Participant], file: Path = TOPICS) -> list[Topic]:
    """Read the list of topics, each template expanded for every participant or service."""
    listed = yaml.safe_load(file.read_text())
    limits = listed["limits"]
    members = {
        "<participant>": [participant.id for participant in participants],
        "<service>": list(DEPLOYABLES),
    }
    topics = []
    for entry in listed["topics"]:
        slot = next((slot for slot in members if slot in entry["name"]), "")
        for member in members.get(slot, [""]):
            topics.append(_topic(entry, slot, member, members["<participant>"], limits))
    return topics


def _topic(
    entry: Mapping[str, Any], slot: str, member: str, everybody: Sequence[str], limits: Any
) -> Topic:
    def filled(text: str) -> str:
        return text.replace(slot, member) if slot else text

    kept = -1 if entry["kept"] == "ever" else int(entry["kept"]) * _DAY_MS
    readers = {filled(reader) for reader in entry["readers"]}
    if "participants" in readers:
        readers = readers - {"participants"} | set(everybody)
    return Topic(
        name=filled(entry["name"]),
        template=entry["name"],
        owner=filled(entry["owner"]),
        readers=frozenset(readers),
        partitions=entry["partitions"],
        settings={
            "cleanup.policy": "delete",
            "retention.ms": str(kept),
            **_limited(entry.get("class", "default"), limits),
            # The broker's clock: it refuses what a sender with a fast clock has stamped.
            "message.timestamp.type": "LogAppendTime",
        },
    )


def _limited(kind: str, limits: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that limit topics of this class."""
    of_kind = {
        name: limits[key].get(kind, limits[key].get("default")) for name, key in _LIMITS.items()
    }
    return {name: str(value) for name, value in of_kind.items() if value is not None}
