"""Public announcements about a program: when it is defined, and when its opening date comes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts import envelope
from shared.contracts.reference import ProgramDefined
from shared.contracts.reporting import ProgramChanged, ProgramFacts

SOURCE = "urn:cri:continuum:reporting"
TYPE = "gov.cri.reporting.program_changed.v1"


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program's latest definition; ``defined_by`` is the id of the event that defined it."""

    program: str
    name: str
    status: str
    opens_at: datetime | None
    summary: str
    defined_by: str
    correlation_id: str
    changed_at: datetime
    opening_told: bool


def program_row(event: ProgramDefined) -> ProgramRow:
    """Return the row that *event* defines; it replaces any earlier row of the program."""
    program = event.data
    return ProgramRow(
        program=program.id,
        name=program.name,
        status=program.status,
        opens_at=program.opens_at,
        summary=program.summary,
        defined_by=event.id,
        correlation_id=event.correlationid,
        changed_at=event.time,
        opening_told=False,
    )


def program_changed(
    row: ProgramRow, *, at: datetime, number: int, opened: bool = False
) -> ProgramChanged:
    """
    Return the announcement about *row*; *opened* if it announces that the opening date has come.

    The event is public, so it does not refer to the inbound record that caused it.
    """
    status = "open" if opened else row.status
    about = envelope.attributes(
        kind=TYPE,
        source=SOURCE,
        subject=row.program,
        at=at,
        cause=row.defined_by,
        correlation=row.correlation_id,
        ordinal=int(opened),
        number=number,
        classification="public",
    )
    facts = ProgramFacts(
        program=row.program,
        name=row.name,
        status=status,
        opens_at=row.opens_at,
        summary=row.summary,
        sentence=sentence(row.name, status=status, opens_at=row.opens_at),
    )
    return ProgramChanged(**about, data=facts)


def status_at(row: ProgramRow, *, at: datetime) -> str:
    """Return the status of *row* at *at*: an announced program opens on its date."""
    if row.status == "announced" and row.opens_at is not None and row.opens_at <= at:
        return "open"
    return row.status


def sentence(name: str, *, status: str, opens_at: datetime | None) -> str:
    """Return one plain sentence about the program named *name*, for the public page."""
    if status == "open":
        return f"{name} is open: requests are taken and offered to its providers."
    if status == "announced" and opens_at is not None:
        moment = opens_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{name} is announced and opens on {moment}; requests are taken and wait."
    if status == "announced":
        return f"{name} is announced; requests are taken and wait until it opens."
    if status == "suspended":
        return f"{name} is suspended: requests are taken and wait."
    if status == "ended":
        return f"{name} has ended: it takes on nothing new."
    return f"{name} is {status}."
