"""What the public sees of a release and of its corrections. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import AwareDatetime

from services.reporting.corrections.decide import Place, corrected, place_of
from shared.contracts.reporting import CorrectedFigure, Release, ReleaseFacts

REASONS = {
    "late": "events of the month came late",
    "amended": "agencies amended what they had stated",
    "rebuilt": "the figures were counted again after a fault",
    "several": "events of the month came late, and what is known of requests has changed",
}
"""The kinds of causes, in words."""


class Correction(NamedTuple):
    """A published correction, and when it was published."""

    number: int
    at: datetime
    facts: CorrectedFigure


class CorrectedMonth(NamedTuple):
    """A month with ``figures`` corrections, the last of them at ``corrected_at``."""

    month: str
    figures: int
    corrected_at: datetime


class PublishedCorrection(CorrectedFigure):
    """A correction in the file of its month."""

    corrected_at: AwareDatetime


class ReleaseFile(ReleaseFacts):
    """The file of a month: the release as it was published first, and what was corrected since."""

    corrections: Sequence[PublishedCorrection] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """A release as it was published at ``at``, and its corrections, oldest first."""

    facts: ReleaseFacts
    at: datetime
    corrections: Sequence[Correction] = field(default=())

    @property
    def now(self) -> Release:
        """The release with the values that hold now."""
        return corrected(self.facts.release, [each.facts for each in self.corrections])

    @property
    def last(self) -> Mapping[Place, Correction]:
        """The last correction of each figure that was corrected."""
        return {place_of(each.facts): each for each in self.corrections}

    @property
    def file(self) -> ReleaseFile:
        """The file of the month."""
        return ReleaseFile(
            sha256=self.facts.sha256,
            release=self.facts.release,
            corrections=[
                PublishedCorrection(**each.facts.model_dump(), corrected_at=each.at)
                for each in self.corrections
            ],
        )
