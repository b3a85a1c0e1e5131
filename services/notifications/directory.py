"""Names of participants and programs, and who the program offices are. Pure."""

from collections.abc import Iterable
from typing import Any

from services.notifications.audiences.request import Directory
from shared.catalog.catalog import Catalog
from shared.contracts import reference

EMPTY_DIRECTORY = Directory({}, {}, ())


def directory_of(catalog: Catalog) -> Directory:
    participants = {p.id: p.name for p in catalog.participants.values()}
    offices = sorted(p.id for p in catalog.participants.values() if p.kind == "program_office")
    programs = {p.id: p.name for p in catalog.programs.values()}
    return Directory(participants, programs, tuple(offices))


def with_batch(directory: Directory, events: Iterable[Any]) -> Directory:
    """Return *directory* updated by the participants and programs in *events*."""
    participants, programs = dict(directory.participants), dict(directory.programs)
    offices = set(directory.offices)
    for event in events:
        if isinstance(event, reference.ParticipantRegistered):
            participants[event.data.id] = event.data.name
            if event.data.kind == "program_office":
                offices.add(event.data.id)
        elif isinstance(event, reference.ProgramDefined):
            programs[event.data.id] = event.data.name
    return Directory(participants, programs, tuple(sorted(offices)))
