"""Events that intake publishes: the log of requests, its answers, and confidential texts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Facts, Uuid
from shared.contracts.published import Explanation, RefusalCode, Words

TOPIC = "cri.int.intake.v1"
ANSWERS_TOPIC = "cri.int.answers.v1"
CONFIDENTIAL_TOPIC = "cri.int.confidential.v1"


class ListedAgency(Facts):
    """An agency in the agency list; federal agencies have no state there."""

    ori: str
    name: str
    state: str | None = None


class AgencyFacts(Facts):
    """
    The agency as its request states it; ``listed``: its ORI is in the agency list.

    ``listed_as`` holds the listed agencies that the ORI matches: several if it has seven
    characters, which agencies can share. Absent in events of 0.1.0.
    """

    ori: str | None = None
    key: str | None = None
    name: str
    cri_type: str
    agency_class: str
    state: str
    sworn_band: str | None = None
    listed: bool
    listed_as: list[ListedAgency] = []


class Window(Facts):
    """A period of days; either end may be open."""

    from_: Annotated[date | None, Field(alias="from")] = None
    """The first day."""
    until: date | None = None
    """The last day."""


class ReceivedFacts(Facts):
    """How a caller's request came: ``channel`` is phone, email, letter or event."""

    channel: str
    on: date


class AuthorityFacts(Facts):
    """
    What shows that the agency's executive wants the request.

    ``basis`` is letter_seen, call_back, code_to_known_address or claimed.
    """

    basis: str
    on: date


class RequestFacts(Facts):
    """
    A request's current codes, dates and agency facts; no contact data, no free text.

    ``words``, in an amendment, is the sequence of the `NeedStated` that came with it, 0 if the
    free text stays as it was. Absent before 0.4.0. ``received_by`` is present if ``participant``
    is a program office that entered the request for a caller, ``authority`` then and if it is the
    public desk.
    """

    request_id: Uuid
    tracking_number: str
    participant: str
    reference: str
    version: int
    submitted_at: AwareDatetime
    first_contact_on: date | None = None
    received_by: ReceivedFacts | None = None
    authority: AuthorityFacts | None = None
    agency: AgencyFacts
    requested_role: str
    contact_ids: list[str] = []
    program: str | None = None
    topics: list[str]
    other_topic_stated: bool = False
    service_forms: list[str] = []
    goals: list[str] = []
    urgency: str
    incident_on: date | None = None
    wished: Window = Window()
    may_be_named: bool = False
    need_stated: bool = False
    words: int | None = None
    reference_version: int


class RequestAccepted(Event):
    type: Literal["gov.cri.intake.request_accepted.v1"]
    data: RequestFacts


class RequestAmended(Event):
    type: Literal["gov.cri.intake.request_amended.v1"]
    data: RequestFacts


class WithdrawalFacts(Facts):
    request_id: Uuid
    tracking_number: str
    participant: str
    reason: str | None = None


class WithdrawalRequested(Event):
    type: Literal["gov.cri.intake.withdrawal_requested.v1"]
    data: WithdrawalFacts


class CapacityEntryFacts(Facts):
    topics: list[str] = []
    agency_types: list[str] = []
    states: list[str] = []
    service_forms: list[str] = []
    can_take: int


class CapacityFacts(Facts):
    provider: str
    valid_until: AwareDatetime
    entries: list[CapacityEntryFacts]
    reference_version: int


class CapacityDeclared(Event):
    """Subject and key are the provider's id."""

    type: Literal["gov.cri.intake.capacity_declared.v1"]
    data: CapacityFacts


class OfferAnswerFacts(Facts):
    """
    ``provider`` is the participant that answered, even if the offer was another's.

    ``noted``: the answer has a note, published as `NoteStated`.
    """

    request_id: Uuid
    tracking_number: str
    offer_id: str
    provider: str
    answer: str
    reason_code: str | None = None
    counter_from: date | None = None
    counter_until: date | None = None
    counter_service_forms: list[str] = []
    noted: bool = False


class OfferAnswered(Event):
    type: Literal["gov.cri.intake.offer_answered.v1"]
    data: OfferAnswerFacts


class MilestoneFacts(Facts):
    """``noted``: the report has a note, published as `NoteStated`."""

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    provider: str
    milestone: str
    on: date
    noted: bool = False


class MilestoneReported(Event):
    type: Literal["gov.cri.intake.milestone_reported.v1"]
    data: MilestoneFacts


class CloseFacts(Facts):
    """``noted``: the message has a note, published as `NoteStated`."""

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    provider: str
    reason: str
    outcome: str | None = None
    noted: bool = False


class EngagementCloseReported(Event):
    type: Literal["gov.cri.intake.engagement_close_reported.v1"]
    data: CloseFacts


class EngagementEndFacts(Facts):
    """
    ``then`` is close, back_to_lane or refer.

    ``noted``: the message has words for the requester, published as `NoteStated`.
    """

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    participant: str
    reason: str
    then: str
    noted: bool = False


class EngagementEndDirected(Event):
    """The program office ends an engagement."""

    type: Literal["gov.cri.intake.engagement_end_directed.v1"]
    data: EngagementEndFacts


class EngagementRehomeFacts(Facts):
    """
    ``to`` is provider (``provider`` is asked, in ``program`` if that is named), lane or close.

    ``noted``: the message has words for the requester, published as `NoteStated`.
    """

    request_id: Uuid
    tracking_number: str
    engagement_id: str
    participant: str
    reason: str
    to: str
    provider: str | None = None
    program: str | None = None
    noted: bool = False
    reference_version: int


class EngagementRehomeDirected(Event):
    """The program office ends an engagement, and lets another provider go on with it."""

    type: Literal["gov.cri.intake.engagement_rehome_directed.v1"]
    data: EngagementRehomeFacts


class ClockSettleFacts(Facts):
    """At ``valid_until`` it is announced again; ``reason`` is a code of the office's choice."""

    request_id: Uuid
    tracking_number: str
    participant: str
    clock: str
    valid_until: AwareDatetime | None = None
    reason: str


class ClockSettleDirected(Event):
    """The program office settles a late clock."""

    type: Literal["gov.cri.intake.clock_settle_directed.v1"]
    data: ClockSettleFacts


class DirectionFacts(Facts):
    request_id: Uuid
    tracking_number: str
    participant: str
    action: str
    program: str | None = None
    provider: str | None = None
    basis: str | None = None
    reason: str
    reference_version: int


class RequestDirected(Event):
    type: Literal["gov.cri.intake.request_directed.v1"]
    data: DirectionFacts


RequestEvent = (
    RequestAccepted
    | RequestAmended
    | WithdrawalRequested
    | OfferAnswered
    | MilestoneReported
    | EngagementCloseReported
    | EngagementEndDirected
    | EngagementRehomeDirected
    | ClockSettleDirected
    | RequestDirected
)
"""Every event about a request on ``cri.int.intake.v1``."""


class ForgettingFacts(Facts):
    """
    A contact or the holder of a subscription is to be forgotten: ids only.

    ``up_to`` is the last sequence number to erase on ``cri.int.confidential.v1``, of the subject
    of `ContactSet` or of all subscriptions of ``participant``. Later events of that subject are
    about a new contact.
    """

    participant: str
    contact_id: str | None = None
    subscription_id: Uuid | None = None
    because: str
    never_write_again: bool = False
    up_to: int


class PersonForgotten(Event):
    """
    The program office has every service erase what it holds about a person.

    Its subject is the contact's, as `ContactSet`'s, or ``subscription:<subscription id>``.
    """

    type: Literal["gov.cri.intake.person_forgotten.v1"]
    data: ForgettingFacts


IntakeEvent = RequestEvent | CapacityDeclared | PersonForgotten


class Reason(Facts):
    """Why a message is refused: codes, known field paths, registered values; no sender's text."""

    code: RefusalCode
    """What kind of fault it is."""
    path: Annotated[Words, Field(examples=["/data/agency/state"])]
    """
    A JSON pointer to the fault: into the whole message if intake refused, otherwise into `data`.
    Empty: the message as such.
    """
    message: Annotated[Explanation, Field(examples=["This text does not have its form."])]
    """What is wrong."""
    fix: Annotated[Explanation, Field(examples=["It must match ^US-[A-Z]{2}$"])]
    """What would be accepted."""


class RefusalFacts(Facts):
    """``kind`` is the inbound type, if it is a known one; ``reference``, if it could be read."""

    participant: str
    kind: str | None = None
    reference: str | None = None
    refused_by: str = "intake"
    reasons: list[Reason]
    more: int = 0
    elsewhere: str | None = None


class SubmissionRefused(Event):
    """Intake's answer to every message that it refuses. Its subject is the participant."""

    type: Literal["gov.cri.intake.submission_refused.v1"]
    data: RefusalFacts


class RepeatFacts(Facts):
    """``of`` is the coordinate of the first record with this content."""

    participant: str
    of: str


class AnswerRepeated(Event):
    type: Literal["gov.cri.intake.answer_repeated.v1"]
    data: RepeatFacts


class StatusQuestionFacts(Facts):
    participant: str
    about: str
    after: str | None = None


class StatusAsked(Event):
    type: Literal["gov.cri.intake.status_asked.v1"]
    data: StatusQuestionFacts


class CaseQuestionFacts(Facts):
    """``need_stated``: the request has a need in words, which may no longer be held."""

    participant: str
    request_id: Uuid
    tracking_number: str
    purpose: str
    need_stated: bool = False


class CaseFileAsked(Event):
    """A person of a program office opens the file of a request. Its subject is the office."""

    type: Literal["gov.cri.intake.case_file_asked.v1"]
    data: CaseQuestionFacts


AnswerEvent = SubmissionRefused | AnswerRepeated | StatusAsked | CaseFileAsked


class ContactFacts(Facts):
    """``of_caller``: a person of an agency that called the office ``participant``."""

    participant: str
    contact_id: str
    name: str
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    zone: str | None = None
    of_caller: bool = False


class ContactSet(Event):
    """Restricted. Its subject is ``contact:<participant>:<contact id>``."""

    type: Literal["gov.cri.intake.contact_set.v1"]
    data: ContactFacts


class QuietFacts(Facts):
    """``from`` and ``until`` are times of day, such as 20:00."""

    from_: Annotated[str, Field(alias="from")]
    until: str


class PreferenceFacts(Facts):
    """
    Which mails a contact gets, and when: no address, no name.

    ``kinds`` has at_once, daily or off for each kind that the contact has chosen. Without
    ``quiet`` no mail waits for the end of quiet hours.
    """

    participant: str
    contact_id: str
    kinds: dict[str, str]
    quiet: QuietFacts | None = None
    zone: str | None = None


class PreferenceSet(Event):
    """Its subject is the contact's, as that of `ContactSet`."""

    type: Literal["gov.cri.intake.preference_set.v1"]
    data: PreferenceFacts


class NeedFacts(Facts):
    """A request's current free text; ``urgency_reason`` may be present without an ``issue``."""

    request_id: Uuid
    tracking_number: str
    issue: str | None = None
    how_noticed: str | None = None
    if_nothing_is_done: str | None = None
    supporting_data: str | None = None
    obstacles: str | None = None
    current_policy: str | None = None
    other_topic: str | None = None
    urgency_reason: str | None = None


class NeedStated(Event):
    """Restricted. Its subject is the tracking number, its key the request id."""

    type: Literal["gov.cri.intake.need_stated.v1"]
    data: NeedFacts


class NoteFacts(Facts):
    """
    A provider's note about an offer or an engagement, or the office's about an engagement.

    ``requester`` is the participant whose request it is; ``answer`` is present for an offer.
    ``with_end``: it came with the end of an engagement. A provider's is then for the program
    office alone, the office's for the requester alone.
    """

    request_id: Uuid
    tracking_number: str
    participant: str
    about: str
    note: str
    requester: str | None = None
    answer: str | None = None
    with_end: bool = False


class NoteStated(Event):
    type: Literal["gov.cri.intake.note_stated.v1"]
    data: NoteFacts


class NoticeSettleFacts(Facts):
    """
    ``how`` is counted_as_delivered, sent_again or dropped for a ``mail``, told_otherwise for a
    ``notice`` to ``audience``. ``why`` is free text.
    """

    participant: str
    mail: Uuid | None = None
    notice: Uuid | None = None
    audience: str | None = None
    how: str
    why: str


class NoticeSettleDirected(Event):
    """
    Restricted: the program office settles what became of a mail or a notice.

    Its subject is ``mail:<mail>`` or ``notice:<notice>:<audience>``.
    """

    type: Literal["gov.cri.intake.notice_settle_directed.v1"]
    data: NoticeSettleFacts


class CodeFacts(Facts):
    """
    ``counter`` says which code it is; the code itself is on no topic.

    ``from_link``: it was asked for with a link that was mailed to the contact.
    """

    participant: str
    contact_id: str
    purpose: str
    about: str
    counter: int
    from_link: bool = False


class CodeAsked(Event):
    """The public desk asks for a code by mail. Its subject is the contact's, as `ContactSet`'s."""

    type: Literal["gov.cri.intake.code_asked.v1"]
    data: CodeFacts


class SubscriptionAskFacts(Facts):
    """
    Somebody asks for mails of ``kinds`` to ``address``.

    ``cadence`` is at_once or monthly, for solicitations; ``program`` is the only one whose
    solicitations are wanted; ``zone`` is a time zone of the IANA database.
    """

    participant: str
    address: str
    kinds: list[str]
    cadence: str
    program: str | None = None
    zone: str | None = None


class SubscriptionAskReceived(Event):
    """
    Restricted. The public desk passes on that somebody asks for mails.

    Its subject is ``subscriptions:<participant>``, as that of the ones below, to keep their order.
    """

    type: Literal["gov.cri.intake.subscription_ask_received.v1"]
    data: SubscriptionAskFacts


class SubscriptionConfirmFacts(Facts):
    """The holder of the address has confirmed ``kinds``."""

    participant: str
    subscription_id: Uuid
    kinds: list[str]


class SubscriptionConfirmReceived(Event):
    """The public desk passes on that a subscription is confirmed."""

    type: Literal["gov.cri.intake.subscription_confirm_received.v1"]
    data: SubscriptionConfirmFacts


class SubscriptionSetFacts(SubscriptionConfirmFacts):
    """The holder of the address chose ``kinds``; other fields are as in `SubscriptionAskFacts`."""

    cadence: str
    program: str | None = None


class SubscriptionSetReceived(Event):
    """The public desk passes on what somebody has chosen on the page of a subscription."""

    type: Literal["gov.cri.intake.subscription_set_received.v1"]
    data: SubscriptionSetFacts


class SubscriptionEndFacts(Facts):
    """The holder of the address no longer wants ``kinds``; ``by`` is link or one_click."""

    participant: str
    subscription_id: Uuid
    kinds: list[str]
    by: str


class SubscriptionEndReceived(Event):
    """The public desk passes on that a subscription ends."""

    type: Literal["gov.cri.intake.subscription_end_received.v1"]
    data: SubscriptionEndFacts


SubscriptionReceived = (
    SubscriptionAskReceived
    | SubscriptionConfirmReceived
    | SubscriptionSetReceived
    | SubscriptionEndReceived
)
ConfidentialEvent = (
    ContactSet
    | PreferenceSet
    | CodeAsked
    | NeedStated
    | NoteStated
    | NoticeSettleDirected
    | SubscriptionReceived
)
