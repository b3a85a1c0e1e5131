"""Events that reporting publishes: public announcements about programs."""

from typing import Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Facts

TOPIC = "cri.int.reporting.v1"
PROGRAMS_TOPIC = "cri.pub.programs.v1"


class ProgramFacts(Facts):
    """A program's current state; ``sentence`` describes it for the public."""

    program: str
    name: str
    status: str
    opens_at: AwareDatetime | None = None
    summary: str
    sentence: str


class ProgramChanged(Event):
    """On ``cri.pub.programs.v1``; subject and key are the program. Public."""

    type: Literal["gov.cri.reporting.program_changed.v1"]
    data: ProgramFacts
