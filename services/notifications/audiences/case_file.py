"""The file of a request: all that is held about it. Pure."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.contracts.intake import CaseFileAsked, NoteStated
from shared.contracts.outbound import CaseFile, CaseNote, CaseNotice, ContactCard

LONGEST = {"notes": 50, "notices": 100}
"""The most of each in an answer: even with the longest need, it stays below 1 MiB."""


class Note(NamedTuple):
    """A note that was handed on; written as a ``note_row``."""

    fact: str
    tracking_number: str
    stated_at: datetime
    participant: str
    about: str
    answer: str | None
    note: str


class File(NamedTuple):
    """
    What is held about a request, newest first.

    ``all_notes`` and ``all_notices`` also count the older ones, which are not in the lists;
    ``lost_notes`` counts notes that were handed on but are no longer held.
    """

    notes: Sequence[CaseNote] = ()
    all_notes: int = 0
    lost_notes: int = 0
    notices: Sequence[CaseNotice] = ()
    all_notices: int = 0
    need: str | None = None
    contacts: Sequence[ContactCard] = ()


def told(event: CaseFileAsked, file: File, at: datetime) -> CaseFile:
    """Return the answer to the office: *file*, and the parts of it that are not held."""
    notes, notices = file.notes[: LONGEST["notes"]], file.notices[: LONGEST["notices"]]
    missing = {
        "need": event.data.need_stated and file.need is None,
        "contacts": any(contact.name is None for contact in file.contacts),
        "notes": file.lost_notes > 0,
    }
    return CaseFile(
        tracking_number=event.data.tracking_number,
        purpose=event.data.purpose,
        as_of=at,
        need=None if file.need is None else json.loads(file.need),
        contacts=list(file.contacts),
        notes=list(notes),
        more_notes=file.all_notes - len(notes),
        notices=list(notices),
        more_notices=file.all_notices - len(notices),
        not_held=[part for part, is_missing in missing.items() if is_missing],
    )


def note_of(event: NoteStated) -> Note:
    """Return the note of *event* as it is kept."""
    data = event.data
    return Note(
        event.id,
        data.tracking_number,
        event.time,
        data.participant,
        data.about,
        data.answer,
        data.note,
    )


def as_told(note: Note) -> CaseNote:
    return CaseNote(
        at=note.stated_at,
        participant=note.participant,
        about=note.about,
        answer=note.answer,
        note=note.note,
    )
