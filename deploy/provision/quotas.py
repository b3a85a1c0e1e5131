"""The quotas of Kafka users, from `deploy/quotas.yaml`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from deploy.provision.access import OPERATOR, principal_of
from deploy.provision.topics import DEPLOY, Participant
from shared.contracts.services import DEPLOYABLES, PUBLIC_DESK

QUOTAS = DEPLOY / "quotas.yaml"


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes a second in each direction, and a share of one broker thread in percent."""

    producer_byte_rate: int
    consumer_byte_rate: int
    request_percentage: int

    def limits(self) -> dict[str, float]:
        """Return the limits under Kafka's names."""
        return {name: float(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Quotas:
    """One quota for every kind of user."""

    participant: Quota
    operator: Quota
    service: Quota

    def of(self, principal: str) -> Quota:
        """Return the quota of one Kafka user."""
        ours = {principal_of(each) for each in DEPLOYABLES if each != PUBLIC_DESK}
        if principal in ours:
            return self.service
        return self.operator if principal == OPERATOR else self.participant

    def by_principal(self, participants: Sequence[Participant]) -> dict[str, Quota]:
        """Return the quota of every user: ours, operator and participants."""
        ours = [principal_of(member) for member in (*DEPLOYABLES, OPERATOR)]
        theirs = [participant.id for participant in participants]
        return {principal: self.of(principal) for principal in (*ours, *theirs)}


def read_quotas(file: Path = QUOTAS) -> Quotas:
    """Read the figures."""
    listed = yaml.safe_load(file.read_text())
    return Quotas(**{kind: Quota(**figures) for kind, figures in listed.items()})
