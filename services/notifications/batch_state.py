"""The state of a batch between load and save: rows read and rows to write."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, get_args

from services.notifications.audiences.audience import Working
from services.notifications.audiences.case_file import File, Note, as_told, note_of
from services.notifications.audiences.contacts import card_of
from services.notifications.audiences.repeats import Answer, WaitingRepeat, as_kept
from services.notifications.audiences.request import Directory, Request
from services.notifications.audiences.request_status import ListPage, ListQuery, RequestStatus
from services.notifications.forgetting.forgotten import Forgetting, key_of
from services.notifications.mail.codes import Codes
from services.notifications.mail.obligations import Obligation
from services.notifications.mail.settling import Call, Settling
from services.notifications.subscriptions.reports import Published, published
from services.notifications.subscriptions.subscribing import Subscribing
from shared.contracts.intake import (
    CodeAsked,
    ContactSet,
    NeedStated,
    NoteStated,
    PersonForgotten,
    PreferenceSet,
    RequestAccepted,
    RequestAmended,
    Window,
)
from shared.contracts.outbound import CaseNotice, ContactCard
from shared.contracts.published_reports import SiteChanged
from shared.contracts.reference import ReferenceEvent
from shared.contracts.reporting import ReleasePublished
from shared.delivery.sequences import Numbers

ContactKey = tuple[str, str]
_ABOUT_CONTACT = frozenset((ContactSet, PreferenceSet, CodeAsked))
_REFERENCE = frozenset(get_args(ReferenceEvent))


class NoticeRow(NamedTuple):
    """
    The decision for one event and audience; all but ``through`` is written as a ``notice_row_2``.

    ``through`` is the participant on whose topic the message is, if not on the audience's own.
    """

    subject: str
    fact: str
    audience: str
    message_type: str | None = None
    message_id: str | None = None
    participantsequence: int | None = None
    because: str | None = None
    call: bool = False
    through: str | None = None

    @property
    def reader(self) -> str:
        """The participant on whose topic the message is."""
        return self.through or self.audience


class WaitingNote(NamedTuple):
    """A ``NoteStated`` (``event``, as JSON) that arrived before the answer to its record."""

    inreplyto: str
    key: bytes
    event: bytes


@dataclass(slots=True)
class BatchState:
    """
    The state of one batch. Its rows stay locked until the batch commits.

    ``published`` counts, for each request, the notices decided about it. ``engaged`` are the
    engagements that were under way when the batch was loaded, and whose requests name a contact
    that it sets.
    ``mailed`` are the callers' contacts that mail reaches, ``callers`` those that the batch sets.
    ``releases`` are the months whose figures are published, ``published_news`` reports and
    corrections by fact, ``public_sites`` the names of agencies that are assessed in public.
    ``contact_numbers`` are those of the events that set ``contacts_set``; ``backups_days`` says
    how long backups of the database are kept.
    """

    at: datetime
    directory: Directory
    numbers: Numbers
    requests: dict[str, Request]
    published: dict[str, int]
    needs: dict[str, str]
    contacts: dict[ContactKey, ContactCard]
    answers: dict[str, Answer]
    repeats: dict[str, list[WaitingRepeat]]
    listings: dict[ListQuery, ListPage]
    notes_waiting: dict[str, WaitingNote] = field(default_factory=dict)
    engaged: Sequence[Working] = ()
    settling: Settling = field(default_factory=Settling)
    codes: Codes = field(default_factory=Codes)
    subscribing: Subscribing = field(default_factory=Subscribing)
    forgetting: Forgetting = field(default_factory=Forgetting)
    backups_days: int = 30
    mailed: AbstractSet[ContactKey] = frozenset()
    files: Mapping[str, File] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    amended: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    needs_stated: dict[str, str] = field(default_factory=dict)
    contacts_set: dict[ContactKey, ContactCard] = field(default_factory=dict)
    contact_numbers: dict[ContactKey, int] = field(default_factory=dict)
    preferences_set: dict[ContactKey, PreferenceSet] = field(default_factory=dict)
    callers: set[ContactKey] = field(default_factory=set)
    answered: list[Answer] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)
    repeats_held: dict[str, list[WaitingRepeat]] = field(default_factory=lambda: defaultdict(list))
    repeats_released: list[str] = field(default_factory=list)
    notes_held: dict[str, WaitingNote] = field(default_factory=dict)
    notes_settled: list[str] = field(default_factory=list)
    notes_kept: list[Note] = field(default_factory=list)
    reference: list[tuple[int, ReferenceEvent]] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    public_sites: dict[str, str] = field(default_factory=dict)
    published_news: dict[str, Published] = field(default_factory=dict)

    def publish(self, event: Any) -> None:
        """Note what *event* publishes: it is told with the next update, or at once."""
        if isinstance(event, ReleasePublished):
            self.releases.append(event.data.release.month)
        elif isinstance(event, SiteChanged):
            self.public_sites[event.data.slug] = event.data.agency
        else:
            news = published(event)
            self.published_news.setdefault(news.fact, news)

    def move(self, request: Request) -> None:
        """Replace the request by *request* and mark it for writing."""
        self.requests[request.tracking_number] = request
        self.moved.add(request.tracking_number)

    def answer(self, answer: Answer) -> None:
        """Store *answer* for later repeats."""
        answer = as_kept(answer)
        self.answered.append(answer)
        self.answers[answer.inreplyto] = answer

    def state_need(self, event: NeedStated) -> None:
        """Store the text of a need; it is handed over when an engagement opens."""
        ids = {"request_id", "tracking_number"}
        words = event.data.model_dump_json(exclude=ids, exclude_none=True)
        self.needs_stated[event.subject] = words

    def keep_note(self, event: NoteStated) -> None:
        """Keep a note that is handed on, for the file of its request."""
        self.notes_kept.append(note_of(event))

    def file(self, number: str, contacts: Sequence[ContactCard]) -> File:
        """Return the file of the request *number*: what was read, and what the batch adds."""
        read = self.files[number]
        notes = [as_told(n) for n in reversed(self.notes_kept) if n.tracking_number == number]
        notices = [self._notice(row) for row in reversed(self.notices) if row.subject == number]
        return read._replace(
            notes=[*notes, *read.notes],
            all_notes=read.all_notes + len(notes),
            notices=[*notices, *read.notices],
            all_notices=read.all_notices + len(notices),
            need=self.needs_stated.get(number, self.needs.get(number)),
            contacts=contacts,
        )

    def _notice(self, row: NoticeRow) -> CaseNotice:
        return CaseNotice(
            at=self.at,
            audience=row.audience,
            outcome="not_needed" if row.message_id is None else "sent",
            message_type=row.message_type,
            because=row.because,
            call=row.call,
        )

    def keep(self, event: Any) -> None:
        """Store what *event* sets; mark new and amended requests."""
        kind = type(event)
        if kind is RequestAccepted:
            self.created.add(event.subject)
        elif kind is RequestAmended:
            self.amended.add(event.subject)
        elif kind is PersonForgotten:
            if event.data.contact_id is not None:
                self._forget(event)
        elif kind in _ABOUT_CONTACT and self.forgetting.covers(event):
            self.forgetting.keep_out(event)
        elif kind is ContactSet:
            data = event.data
            key = (data.participant, data.contact_id)
            self.contacts_set[key] = card_of(event)
            self.contact_numbers[key] = event.number
            (self.callers.add if data.of_caller else self.callers.discard)(key)
        elif kind is CodeAsked:
            self.codes.take(event)
        elif kind is PreferenceSet:
            self.preferences_set[event.data.participant, event.data.contact_id] = event
        elif kind in _REFERENCE:
            self.reference.append((event.number, event))

    def _forget(self, event: PersonForgotten) -> None:
        """Drop what the batch said of the contact before; what is stored is erased on saving."""
        key, up_to = key_of(event), event.data.up_to
        self.forgetting.forget(event)
        if key in self.contacts_set and self.contact_numbers[key] <= up_to:
            del self.contacts_set[key]
            self.callers.discard(key)
        if not self.forgetting.is_stored(key):
            self.contacts.pop(key, None)
            self.mailed -= {key}
        wish = self.preferences_set.get(key)
        if wish is not None and wish.number <= up_to:
            del self.preferences_set[key]

    def known(self, tracking_number: str) -> RequestStatus | None:
        """Return the current status of the request, if it exists."""
        request = self.requests.get(tracking_number)
        return None if request is None else known(request)

    def must_call(self, request: Request) -> bool:
        """Return whether *request* is that of a caller whom no mail reaches."""
        if not self.directory.asks_for_callers(request.participant):
            return False
        keys = [(request.participant, contact_id) for contact_id in request.contact_ids]
        return self.mailed.isdisjoint(keys)

    def card(self, key: ContactKey) -> ContactCard | None:
        """Return the contact as set last."""
        return self.contacts_set.get(key) or self.contacts.get(key)

    def working(self, key: ContactKey) -> Sequence[Working]:
        """Return the engagements under way of requests with this contact."""
        participant, contact_id = key
        others = [
            each
            for each in self.engaged
            if (each.participant, each.contact_id) == key
            and each.tracking_number not in self.requests
        ]
        return others + [
            Working(participant, contact_id, request.provider, request.engagement_id, number)
            for number, request in self.requests.items()
            if request.participant == participant
            and contact_id in request.contact_ids
            and request.under_way
            and request.provider is not None
            and request.engagement_id is not None
        ]

    def listing(self, question: ListQuery) -> ListPage | None:
        """Return the list with the changes that this batch has made so far."""
        read = self.listings.get(question)
        if read is None or not self.moved:
            return read
        current = tuple(self.known(line.tracking_number) or line for line in read.requests)
        return replace(read, requests=current)


def known(request: Request) -> RequestStatus:
    return RequestStatus(
        request.tracking_number,
        request.participant,
        request.status,
        request.since,
        request.sentence,
        request.provider_sentence,
        request.program,
        request.provider,
        request.offer_id,
        request.expires_at,
        request.engagement_id,
        request.topics,
        request.service_forms,
        Window(from_=request.wished_from, until=request.wished_until),
    )
