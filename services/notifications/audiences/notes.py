"""
Who receives a provider's note: the program office, and the requester if the provider helps.

A provider's note with a decline, a counter-offer or the end of an engagement is for the office
alone. The office's own note about the end of an engagement is for the requester alone. The note of
a refused message is for nobody.
"""

from collections.abc import Sequence

from services.notifications.audiences import audience
from services.notifications.audiences.audience import View
from shared.contracts.intake import NoteStated
from shared.contracts.outbound import Note

_NAMES = {"accept": "acceptance", "decline": "decline", "counter": "counter-offer"}


def author_of_refused(event: NoteStated, view: View) -> Sequence[str]:
    return () if view.applied else (event.data.participant,)


def no_office(event: NoteStated, view: View) -> Sequence[str]:
    return audience.no_office(event, view) if view.applied else ()


def requester(event: NoteStated, _: View) -> Sequence[str]:
    """Return the requester; notes of 0.1.0 do not name it."""
    return () if event.data.requester is None else (event.data.requester,)


def for_office(event: NoteStated, view: View) -> Note | str | None:
    if not view.applied:
        return None
    if event.data.participant in view.directory.offices:
        return "the program office wrote this itself"
    return _note(event, view)


def for_requester(event: NoteStated, view: View) -> Note | str | None:
    if not view.applied:
        return None
    data, office = event.data, event.data.participant in view.directory.offices
    if data.answer not in (None, "accept") or (data.with_end and not office):
        return "a note with such a message is for the program office alone"
    return _note(event, view)


def _note(event: NoteStated, view: View) -> Note:
    data = event.data
    provider = view.directory.participant(data.participant)
    what = "report" if data.answer is None else _NAMES.get(data.answer, "answer")
    if data.with_end:
        what = "message that the engagement ends"
    return Note(
        tracking_number=data.tracking_number,
        about=data.about,
        provider=data.participant,
        answer=data.answer,
        note=data.note,
        sentence=f"{provider} wrote this with its {what}.",
    )
