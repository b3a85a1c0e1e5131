"""What all faults have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from tests.proofs.chaos.testbed import Testbed


@dataclass(slots=True, kw_only=True)
class Fault(ABC):
    """Something that goes wrong for ``seconds``; shown in the log as its dataclass prints."""

    bound: ClassVar[float] = 30
    """Seconds after its end within which everything must be as before."""
    waits: ClassVar[bool] = False
    """Whether its end waits for what other faults may have taken away: then it ends after them."""
    seconds: float = 0
    kind: str = field(default="", repr=False)
    has_hit: bool = field(default=True, repr=False)
    """Whether it did what it is for; one that aims at something is False until it is hit."""

    @abstractmethod
    def begin(self, testbed: Testbed) -> None:
        """Make it go wrong."""

    def during(self, testbed: Testbed) -> None:  # noqa: B027
        """Do what goes on while it lasts; called again and again."""

    def end(self, testbed: Testbed) -> None:  # noqa: B027
        """Put it right."""
