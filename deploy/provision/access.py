"""The grants on Kafka, which the broker's ACLs must equal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.provision.topics import Participant, Topic
from shared.contracts.services import DEPLOYABLES

OPERATOR = "operator"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One operation on the topic or group *name*, or on all whose names begin with it."""

    principal: str
    operation: Literal["READ", "WRITE", "DESCRIBE"]
    resource: Literal["TOPIC", "GROUP"]
    name: str
    pattern: Literal["LITERAL", "PREFIXED"] = "LITERAL"


def principal_of(member: str) -> str:
    """Return the Kafka user of one of ours, a participant or the operator."""
    return f"svc-{member}" if member in DEPLOYABLES else member


def grants(topics: Iterable[Topic], participants: Sequence[Participant]) -> set[Grant]:
    """Return all grants; everything else is denied."""
    allowed: set[Grant] = set()
    for topic in topics:
        for member, operation in _uses(topic):
            principal = principal_of(member)
            name, _, rest = topic.template.partition("<participant>")
            # A service has access to every participant's topics, including future participants.
            if rest and member in DEPLOYABLES:
                on = Grant(principal, operation, "TOPIC", name, "PREFIXED")
            else:
                on = Grant(principal, operation, "TOPIC", topic.name)
            allowed |= {on, Grant(principal, "DESCRIBE", "TOPIC", on.name, on.pattern)}
    for service in DEPLOYABLES:
        allowed.add(Grant(principal_of(service), "READ", "GROUP", service, "PREFIXED"))
    for participant in participants:
        allowed.add(Grant(participant.id, "READ", "GROUP", f"{participant.id}.", "PREFIXED"))
    # The operator sees all consumer positions, but reads only topics that list it in `readers`.
    return allowed | {
        Grant(OPERATOR, "READ", "GROUP", f"{OPERATOR}.", "PREFIXED"),
        Grant(OPERATOR, "DESCRIBE", "GROUP", "*"),
        Grant(OPERATOR, "DESCRIBE", "TOPIC", "cri.", "PREFIXED"),
    }


def _uses(topic: Topic) -> Iterable[tuple[str, Literal["READ", "WRITE"]]]:
    yield topic.owner, "WRITE"
    for reader in sorted(topic.readers):
        yield reader, "READ"
