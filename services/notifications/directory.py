"""Names of participants and programs, who the program offices are, who has no system. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.notifications.audiences.request import Directory
from shared.catalog.catalog import Catalog
from shared.contracts import reference

EMPTY_DIRECTORY = Directory({}, {}, ())


def directory_of(catalog: Catalog) -> Directory:
    programs = {p.id: p.name for p in catalog.programs.values()}
    return _with(Directory({}, programs, ()), catalog.participants.values())


def with_batch(directory: Directory, events: Iterable[Any]) -> Directory:
    """Return *directory* updated by the participants and programs in *events*."""
    programs = dict(directory.programs)
    registered = []
    for event in events:
        if isinstance(event, reference.ParticipantRegistered):
            registered.append(event.data)
        elif isinstance(event, reference.ProgramDefined):
            programs[event.data.id] = event.data.name
    return _with(replace(directory, programs=programs), registered)


def _with(directory: Directory, registered: Iterable[reference.Participant]) -> Directory:
    participants, offices = dict(directory.participants), set(directory.offices)
    reached = set(directory.reached_by_desk)
    for each in registered:
        participants[each.id] = each.name
        if each.kind == "program_office":
            offices.add(each.id)
        (reached.add if each.reached_by == "desk" else reached.discard)(each.id)
    return Directory(participants, directory.programs, tuple(sorted(offices)), frozenset(reached))
