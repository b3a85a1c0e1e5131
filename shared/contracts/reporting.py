"""Events that reporting publishes: public announcements about programs."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Facts
from shared.contracts.published import Name, ProgramCode, ProgramStatus, Sentence, Words

TOPIC = "cri.int.reporting.v1"
PROGRAMS_TOPIC = "cri.pub.programs.v1"


class ProgramFacts(Facts):
    """A program's current state; ``sentence`` describes it for the public."""

    program: ProgramCode
    """The program's id."""
    name: Annotated[Name, Field(examples=["Technical Assistance Center"])]
    """The program's name."""
    status: ProgramStatus
    """Whether it takes requests and offers them."""
    opens_at: AwareDatetime | None = None
    """When an announced program opens."""
    summary: Annotated[Words, Field(examples=["Help by the field, for the field."])]
    """What the program offers, for the public."""
    sentence: Annotated[Sentence, Field(examples=["The program is open."])]
    """Its state in words, for the public."""


class ProgramChanged(Event):
    """On ``cri.pub.programs.v1``; subject and key are the program. Public."""

    type: Literal["gov.cri.reporting.program_changed.v1"]
    data: ProgramFacts
    """The program's current state."""
