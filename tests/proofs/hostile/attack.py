"""An attack: records for intake, and the answers that each may have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.services import WEB_DESK
from tests.proofs.hostile.office_site import OfficeSite
from tests.proofs.hostile.public_site import PublicSite

AGENCY, PROVIDER = "california-agencies", "iacp"
"""The participants whose credentials the attacker has."""
BYSTANDER = "florida-agencies"

TAKEN = frozenset({"applied", "accepted", "told"})
"""Answers of intake to accepted records; any other is the code of a refusal."""
Header = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Record:
    """One record; its answer must be one of ``expected`` (empty: any answer will do)."""

    value: bytes | None
    expected: frozenset[str] = frozenset()
    key: bytes | None = None
    headers: Sequence[Header] = ()
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A batch as it crosses the network, made by hand; what the broker takes must be answered."""

    content: bytes
    records: int
    expected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attack:
    """
    One way to hurt others.

    ``records`` is called with a number that no other call has: ids are made of it. A sustained
    attack is played again until ``seconds`` have passed. ``settings`` are those of librdkafka.
    """

    name: str
    records: Callable[[str], Sequence[Record]] = lambda number: ()
    batches: Callable[[str], Sequence[RawBatch]] = lambda number: ()
    participant: str = AGENCY
    seconds: float = 0
    settings: Mapping[str, str | int] = field(default_factory=dict)
    prepare: Callable[[str], Sequence[Record]] | None = None
    """What must be taken in before the attack begins."""
    refused_by_broker: bool = False
    """Whether the broker must take none of it."""
    office: Callable[[OfficeSite], None] | None = None
    public: Callable[[PublicSite], None] | None = None
    """What is sent to the pages of the office's or of the public desk instead."""
    messages: int = 0
    """How many messages of that desk may come to Kafka at most."""

    @property
    def desk(self) -> str | None:
        """The participant whose pages it attacks, if it does."""
        if self.office is not None:
            return "office-desk"
        return None if self.public is None else WEB_DESK
