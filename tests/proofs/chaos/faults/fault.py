"""The base class of all faults."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from tests.proofs.chaos.rig import Rig


@dataclass(slots=True, kw_only=True)
class Fault(ABC):
    """Something that goes wrong for ``seconds``; shown in the log as its dataclass prints."""

    bound: ClassVar[float] = 30
    """Seconds after its end within which the stack must have recovered."""
    waits: ClassVar[bool] = False
    """Whether its end needs parts that other faults may have ended: then it ends after them."""
    seconds: float = 0
    kind: str = field(default="", repr=False)
    has_hit: bool = field(default=True, repr=False)
    """Whether it took effect; a fault with a target sets it to False until the target is hit."""

    @abstractmethod
    def begin(self, rig: Rig) -> None:
        """Begin the fault."""

    def during(self, rig: Rig) -> None:  # noqa: B027
        """Called repeatedly while it lasts."""

    def end(self, rig: Rig) -> None:  # noqa: B027
        """End the fault."""
