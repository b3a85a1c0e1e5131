"""The outcome of a decision: for each audience of a fact, a message or why there is none."""

from dataclasses import dataclass

from services.notifications.request import Request
from shared.contracts.event import Classification, Facts


@dataclass(frozen=True, slots=True)
class Send:
    """Tell *audience*; ``kind`` is a key of `shared.contracts.outbound.TYPES`."""

    audience: str
    kind: str
    subject: str
    data: Facts
    answer: bool = False
    classification: Classification = "confidential"


@dataclass(frozen=True, slots=True)
class NotNeeded:
    audience: str
    because: str


Notice = Send | NotNeeded


@dataclass(frozen=True, slots=True)
class Decision:
    """``request`` is what is held of it from now on; None where nothing changes."""

    notices: tuple[Notice, ...]
    request: Request | None = None
