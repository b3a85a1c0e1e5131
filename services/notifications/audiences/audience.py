"""The audiences of an event, and what each of them may receive."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from services.notifications.audiences.case_file import File
from services.notifications.audiences.repeats import Answer
from services.notifications.audiences.request import Directory, Request
from services.notifications.audiences.request_status import ListPage, RequestStatus
from shared.contracts.event import Classification, Facts, sender_of
from shared.contracts.outbound import ContactCard, KeptCopy
from shared.contracts.refusals import Refusal

E_contra = TypeVar("E_contra", contravariant=True)
NO_OFFICE = "program_office"
"""Stands for the program office in a notice if none is registered."""


class Send(NamedTuple):
    """
    Send a message to *audience*; ``data`` is JSON if a first answer is repeated.

    ``call``: it is for a caller whom no mail reaches, so the audience must call.
    """

    audience: str
    type: str
    subject: str
    data: Facts | bytes
    answer: bool = False
    classification: Classification = "confidential"
    call: bool = False


class NotNeeded(NamedTuple):
    audience: str
    because: str


class Mailed(NamedTuple):
    """The subscription *audience* is sent the mail ``mail_id``: it has no topic."""

    audience: str
    template: str
    mail_id: str


Notice = Send | NotNeeded


class Working(NamedTuple):
    """An engagement under way, and a contact of its request."""

    participant: str
    contact_id: str
    provider: str
    engagement_id: str
    tracking_number: str


class View(NamedTuple):
    """
    The state that a message is made from, besides the event.

    ``before`` and ``after`` are the request before and after the event. The rest is set for the
    events that need it: ``need`` and ``contacts`` when an engagement opens or changes, ``known``
    or ``listing`` for a question, ``first`` for a repeat, ``applied`` for a note. When a contact
    is set, ``card`` is its previous value and ``working`` are the engagements under way that name
    it. ``refusal`` is why a settlement, a confirmation or a choice has no effect, or why no code
    is mailed. ``file`` is a request's file, when an office opens it. ``must_call``: the request is
    that of a caller whom no mail reaches. When a person is forgotten, ``copies`` are those erased
    later, and ``is_held`` says whether anything was stored.
    """

    at: datetime
    directory: Directory
    before: Request | None = None
    after: Request | None = None
    need: str | None = None
    contacts: Sequence[ContactCard] = ()
    known: RequestStatus | None = None
    listing: ListPage | None = None
    first: Answer | None = None
    applied: bool = True
    card: ContactCard | None = None
    working: Sequence[Working] = ()
    refusal: Refusal | None = None
    file: File | None = None
    must_call: bool = False
    copies: Sequence[KeptCopy] = ()
    is_held: bool = False

    @property
    def request(self) -> Request:
        """The request after the event."""
        assert self.after is not None
        return self.after


Audience = Callable[[Any, View], Sequence[str]]
"""Returns the participants of an audience of an event."""
Content = Facts | Mapping[str, Facts] | str | None
"""
The data of a message, or of one for each participant of the audience; or why none is needed; or
None if the audience is not concerned.
"""


class To(NamedTuple, Generic[E_contra]):
    """
    *audience* is sent *message*, a key of `shared.contracts.outbound.TYPES`.

    ``restricted`` messages hold free text or contacts.
    """

    audience: Audience
    message: str
    content: Callable[[E_contra, View], Content]
    restricted: bool = False


class RepeatAnswer(NamedTuple):
    """*audience* is sent the first answer again, with its original type."""

    audience: Audience


class NoMessage(NamedTuple):
    """*audience* is concerned by the event, but needs no message."""

    audience: Audience
    because: str


Row = To[Any] | RepeatAnswer | NoMessage


def sender(event: Any, _: View) -> Sequence[str]:
    """Return the participant whose record the event answers."""
    participant = sender_of(event)
    return () if participant is None else (participant,)


def author(event: Any, _: View) -> Sequence[str]:
    """Return the participant that caused the event; for reference data, the office."""
    data = event.data
    named = getattr(data, "participant", None) or getattr(data, "provider", None)
    return (named or NO_OFFICE,)


def requester(event: Any, _: View) -> Sequence[str]:
    """Return the agency system that made the request."""
    return (event.data.participant,)


def provider(event: Any, _: View) -> Sequence[str]:
    """Return the provider that holds the offer or the engagement."""
    return () if event.data.provider is None else (event.data.provider,)


def offices(_: Any, view: View) -> Sequence[str]:
    """Return every registered program office."""
    return view.directory.offices


def no_office(_: Any, view: View) -> Sequence[str]:
    """Return a stand-in if no program office is registered."""
    return () if view.directory.offices else (NO_OFFICE,)
