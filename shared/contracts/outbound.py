"""Messages that participants receive on ``cri.out.<participant>.v1``, from notifications."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, WithJsonSchema

from shared.contracts.event import Classification, Facts, Uuid
from shared.contracts.inbound import PLACE
from shared.contracts.intake import Reason, Window
from shared.contracts.published import (
    AgencyClassCode,
    AgencyTypeCode,
    AnswerCode,
    AnyCode,
    CauseCode,
    ClockName,
    Coordinate,
    CopyKind,
    DerivedId,
    EndReasonCode,
    EngagementId,
    FormCode,
    HeldPart,
    Lane,
    MailState,
    Name,
    NoticeOutcome,
    OfferId,
    ParticipantName,
    ProgramCode,
    PurposeCode,
    RecommendationChangeCode,
    RecommendationStatus,
    ReferralReason,
    RefusingService,
    ReportStageCode,
    ReportStatusCode,
    SenderId,
    Sentence,
    Sequence,
    Sha256,
    StateCode,
    Status,
    Subject,
    SwornBandCode,
    TrackingNumber,
    WhomCode,
    Words,
    WorkId,
)
from shared.contracts.published_reports import OpenCorrection, ReportBody

SOURCE = "urn:cri:continuum:notifications"
TYPES = {
    "accepted": "gov.cri.submission.accepted.v1",
    "refused": "gov.cri.submission.refused.v1",
    "applied": "gov.cri.message.applied.v1",
    "message_refused": "gov.cri.message.refused.v1",
    "status_changed": "gov.cri.request.status_changed.v1",
    "status": "gov.cri.status.told.v1",
    "offer_made": "gov.cri.offer.made.v1",
    "offer_changed": "gov.cri.offer.changed.v1",
    "offer_withdrawn": "gov.cri.offer.withdrawn.v1",
    "offer_lapsed": "gov.cri.offer.lapsed.v1",
    "engagement_opened": "gov.cri.engagement.opened.v1",
    "engagement_changed": "gov.cri.engagement.changed.v1",
    "contact_changed": "gov.cri.contact.changed.v1",
    "person_forgotten": "gov.cri.person.forgotten.v1",
    "engagement_ended": "gov.cri.engagement.ended.v1",
    "engagement_affected": "gov.cri.engagement.affected.v1",
    "referral_made": "gov.cri.referral.made.v1",
    "note_stated": "gov.cri.note.stated.v1",
    "came_too_late": "gov.cri.amendment.came_too_late.v1",
    "clock_reminder": "gov.cri.clock.reminder.v1",
    "clock_late": "gov.cri.clock.late.v1",
    "clock_settled": "gov.cri.clock.settled.v1",
    "clock_moved": "gov.cri.clock.moved.v1",
    "delivery_failed": "gov.cri.delivery.failed.v1",
    "passed_on": "gov.cri.amendment.passed_on.v1",
    "fact_check_asked": "gov.cri.fact_check.asked.v1",
    "reply_asked": "gov.cri.reply.asked.v1",
    "publication_late": "gov.cri.publication.late.v1",
    "report_status": "gov.cri.report.status_changed.v1",
    "recommendation_changed": "gov.cri.recommendation.changed.v1",
    "case_told": "gov.cri.case.told.v1",
    "report_told": "gov.cri.report.told.v1",
    "heartbeat": "gov.cri.heartbeat.v1",
}

# Bounds for readers; nothing is checked when a message is written.
_VERSION = WithJsonSchema({"const": "1.0"})
_SOURCE = WithJsonSchema({"const": SOURCE})
_JSON = WithJsonSchema({"const": "application/json"})
_RELATED = {"maxItems": 100}
_REASONS = {"maxItems": 50}
_TOPICS = {"maxItems": 20}
_FORMS = {"maxItems": 14}
_CONTACTS = {"maxItems": 20}
_CHANGED = {"maxItems": 4}
_ENGAGEMENTS = {"maxItems": 10_000}
_PAGE = {"maxItems": 100}
_NOTES = {"maxItems": 50}
_NOTICES = {"maxItems": 100}
_MAILS = {"maxItems": 100}
_HELD_PARTS = {"maxItems": 3}
_COPIES = {"maxItems": 10}
_TEXT = {"type": "string", "maxLength": 8000}
_NOTE = {"type": "string", "maxLength": 2000}
_NEED = WithJsonSchema(
    {
        "type": "object",
        "properties": {
            "issue": {"description": "What the agency needs help with.", **_TEXT},
            "how_noticed": {"description": "How the agency noticed it.", **_TEXT},
            "if_nothing_is_done": {
                "description": "What the agency expects if nothing changes.",
                **_TEXT,
            },
            "supporting_data": {
                "description": "Figures or findings that show the need.",
                **_TEXT,
            },
            "obstacles": {
                "description": "What has kept the agency from solving it.",
                **_TEXT,
            },
            "current_policy": {
                "description": "What the agency's policy says about it now.",
                **_TEXT,
            },
            "other_topic": {
                "description": "What help is wanted with, if no topic of the catalog fits.",
                **_NOTE,
            },
            "urgency_reason": {"description": "Why it is urgent.", **_NOTE},
        },
    }
)
Count = Annotated[
    int, WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "examples": [0]})
]
Changed = Annotated[
    list[Annotated[AnyCode, Field(examples=["topics"])]],
    Field(json_schema_extra=_CHANGED, examples=[["wished"]]),
]
Page = Annotated[str, WithJsonSchema({"type": "string", "pattern": PLACE})]


class Message(Facts):
    """
    The envelope of participants' messages.

    ``participantsequence`` counts 1..n per participant without gaps; heartbeats have none.
    """

    specversion: Annotated[str, _VERSION] = "1.0"
    """The version of CloudEvents."""
    id: DerivedId
    """The id of this message. A copy of it has the same id."""
    source: Annotated[str, _SOURCE] = SOURCE
    """Who wrote it: our service that sends messages."""
    type: str
    """The type of the message."""
    subject: Subject
    """What the message is about, such as a tracking number or your own id."""
    time: AwareDatetime
    """When it was decided."""
    datacontenttype: Annotated[str, _JSON] = "application/json"
    """The form of `data`: JSON."""
    dataclassification: Classification = "confidential"
    """Who may read it."""
    correlationid: Annotated[Name, Field(examples=["01a20add-d54b-74f9-975a-59cf730c7d88"])]
    """What all messages about one request have in common: the id of the request."""
    causationid: Annotated[Name, Field(examples=["57ab2acd-3887-5d8a-904e-51b0001b44cb"])]
    """The id of the event of ours that caused the message."""
    inreplyto: Coordinate | None = None
    """In answers: the record of yours that it answers, as topic, partition and offset."""
    inreplytoid: SenderId | None = None
    """In answers: the id of your message, if it could be read and may be repeated."""
    participantsequence: Sequence | None = None
    """The number of the message among all that were written for you: 1, 2, 3 and so on."""
    audience: ParticipantName | None = None
    """Only to the public desk: the participant without a system for which the message is."""
    traceparent: Name | None = None
    """The traceparent of the message of yours that led to it, if it had one."""
    data: Any
    """The message itself, as its type defines it."""


class Accepted(Facts):
    """A submission was accepted and has a tracking number."""

    reference: SenderId
    """Your own key of the request."""
    request_id: DerivedId
    """The request's id, which is the `correlationid` of all messages about it."""
    tracking_number: TrackingNumber
    """
    The request's number, to be read aloud on the telephone. Its last character is a check
    character.
    """
    lane: Lane
    """The pace that the request asked for."""
    acknowledged_at: datetime
    """When the answer was decided."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""
    possibly_related: Annotated[list[TrackingNumber], Field(json_schema_extra=_RELATED)] = []
    """Reserved, and always empty: other requests of the same agency."""


class Refused(Facts):
    """
    A refusal of a submission or of any other message.

    Nothing of the message took effect.
    """

    reference: SenderId | None = None
    """The reference of the refused submission, if it could be read and may be repeated."""
    refused_by: RefusingService
    """The service that refused."""
    reasons: Annotated[list[Reason], Field(json_schema_extra=_REASONS)]
    """What is wrong, and what would be accepted instead."""
    more: Count = 0
    """How many reasons were found beyond those named; at most about 1,000 are counted."""
    elsewhere: Sentence | None = None
    """In plain words, where else to go."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""


class Applied(Facts):
    """A message took effect."""

    what: Annotated[Name, Field(examples=["contact.set"])]
    """The name of the message's type."""
    about: Annotated[Subject, Field(examples=["desk"])]
    """What it took effect on: the tracking number or the id that the message names."""
    sentence: Annotated[Sentence | None, Field(examples=["It is taken as cannot_go_on."])] = None
    """For people: what became of a value that older versions of the contract used."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""


class Note(Facts):
    """
    Restricted: words that a provider wrote with its answer or its report, or the program office
    with the end of an engagement or the return of a report.

    ``about`` is the offer or the engagement; ``answer`` is present for an offer.
    """

    tracking_number: TrackingNumber
    """The request that the note is about."""
    about: WorkId
    """The offer or the engagement that the note is about."""
    provider: ParticipantName
    """Who wrote it: the provider, or the program office that ended or returned something."""
    answer: AnswerCode | None = None
    """The answer to the offer that the note came with; absent with a milestone."""
    note: Annotated[Words, Field(examples=["We can come later."])]
    """The words as they were written."""
    sentence: Annotated[Sentence, Field(examples=["IADLEST wrote this with its acceptance."])]
    """For people: who wrote it, and with what."""


class CameTooLate(Facts):
    """
    Corrects the answer that an amendment was applied: the request had ended before.

    ``record`` and ``message_id`` identify the amendment, as its answer did.
    """

    tracking_number: TrackingNumber
    """The request."""
    status: Annotated[Status, Field(examples=["withdrawn"])]
    """The final status of the request."""
    record: Coordinate | None = None
    """The record with the amendment: the `inreplyto` of its answer."""
    message_id: SenderId | None = None
    """The id of the amendment: the `inreplytoid` of its answer."""
    sentence: Annotated[Sentence, Field(examples=["Your amendment came too late."])]
    """What happened, for people."""


class PassedOn(Facts):
    """
    The provider that holds an offer or an engagement was notified of an amendment.

    ``record`` and ``message_id`` identify the amendment, as its answer did.
    """

    tracking_number: TrackingNumber
    """The request."""
    provider: ParticipantName
    """The provider that was told."""
    record: Coordinate | None = None
    """The record with the amendment: the `inreplyto` of its answer."""
    message_id: SenderId | None = None
    """The id of the amendment: the `inreplytoid` of its answer."""
    sentence: Annotated[Sentence, Field(examples=["IACP was told what you changed."])]
    """What happened, for people."""


class Next(Facts):
    """The next step, and its due time if a clock runs."""

    what: Annotated[Sentence, Field(examples=["A provider is looked for."])]
    """What comes next, for people."""
    by: AwareDatetime | None = None
    """By when, if a clock runs."""


class StatusChanged(Facts):
    """
    The status of a request changed.

    Sent to the agency's system at every change, and to the program office if a request that was
    referred to it is withdrawn.
    """

    tracking_number: TrackingNumber
    """The request."""
    status: Status
    """The new status."""
    since: AwareDatetime
    """When the status began."""
    sentence: Annotated[Sentence, Field(examples=["Your request waits for a provider."])]
    """The status in words, for people; show it beside a status that you do not know."""
    program: ProgramCode | None = None
    """The program, once there is one."""
    provider: ParticipantName | None = None
    """The provider that is asked or helps."""
    next: Next | None = None
    """What comes next."""
    reasons: Annotated[list[Reason], Field(json_schema_extra=_REASONS)] = []
    """Why a request is ineligible."""
    elsewhere: Sentence | None = None
    """In plain words, where else to go."""


class AgencySummary(Facts):
    """The agency facts that a provider may see before it accepts."""

    name: Annotated[Name, Field(examples=["Conejos County Sheriff's Office"])]
    """The agency's name."""
    cri_type: AgencyTypeCode
    """The kind of agency."""
    agency_class: AgencyClassCode
    """What the agency's own government is."""
    state: StateCode
    """Where the agency is."""
    sworn_band: SwornBandCode | None = None
    """How many sworn officers the agency has."""


class OfferMessage(Facts):
    """
    Asks a provider whether it takes a request.

    It holds no texts of the need and no contacts: those follow after acceptance.
    """

    offer_id: OfferId
    """The offer's id, for offer.answer."""
    tracking_number: TrackingNumber
    """The request."""
    expires_at: AwareDatetime
    """Until when the broker must have received the answer."""
    program: ProgramCode
    """The program of the request."""
    agency: AgencySummary
    """The agency that asks for help."""
    topics: Annotated[
        list[AnyCode], Field(json_schema_extra=_TOPICS, examples=[["de_escalation"]])
    ]
    """The topics of help asked for."""
    service_forms: Annotated[list[FormCode], Field(json_schema_extra=_FORMS)]
    """The forms of help wanted; empty: any form."""
    wished: Window
    """When help is wanted."""
    continues: EngagementId | None = None
    """The engagement of another provider, which has ended, that you would go on with."""
    sentence: Annotated[Sentence, Field(examples=["You help with a topic asked for."])]
    """Why you are asked, for people."""


class OfferChanged(Facts):
    """
    An open offer asks for something else now, because the agency amended its request.

    Replaces what you were told. `expires_at` stays.
    """

    offer_id: OfferId
    """The offer."""
    tracking_number: TrackingNumber
    """The request."""
    changed: Changed
    """The fields below that differ from the last message."""
    topics: Annotated[
        list[AnyCode], Field(json_schema_extra=_TOPICS, examples=[["de_escalation"]])
    ]
    """The topics of help asked for now."""
    service_forms: Annotated[list[FormCode], Field(json_schema_extra=_FORMS)]
    """The forms of help wanted now; empty: any form."""
    wished: Window
    """When help is wanted now."""
    sentence: Annotated[Sentence, Field(examples=["The agency changed its request."])]
    """What happened, for people."""


class OfferEnd(Facts):
    """An offer no longer stands: it lapsed without an answer, or was withdrawn."""

    offer_id: OfferId
    """The offer."""
    tracking_number: TrackingNumber
    """The request."""
    sentence: Annotated[Sentence, Field(examples=["The offer has lapsed. Nothing is owed."])]
    """What happened, for people."""


class ContactCard(Facts):
    """How to reach a person: restricted."""

    contact_id: SenderId
    """The requester's own key of the contact."""
    name: Name | None = None
    """The name of the person or desk; absent if the contact was never set."""
    title: Name | None = None
    """The person's title."""
    email: Name | None = None
    """An e-mail address."""
    phone: Name | None = None
    """A telephone number."""
    zone: Name | None = None
    """The contact's time zone: a name of the IANA database."""


class EngagementMessage(Facts):
    """
    Restricted: sent only to the provider that accepted.

    Its texts and contacts are sent again only if they change.
    """

    engagement_id: EngagementId
    """The engagement's id, for milestone.report and engagement.close."""
    tracking_number: TrackingNumber
    """The request."""
    need: Annotated[dict[str, str] | None, _NEED]
    """The need in words; absent if the request states none."""
    contacts: Annotated[list[ContactCard], Field(json_schema_extra=_CONTACTS)]
    """Whom to contact at the agency."""
    topics: Annotated[list[AnyCode] | None, Field(json_schema_extra=_TOPICS)] = None
    """The topics of help asked for now."""
    service_forms: Annotated[list[FormCode] | None, Field(json_schema_extra=_FORMS)] = None
    """The forms of help wanted now; empty: any form."""
    wished: Window | None = None
    """When help is wanted now."""
    sentence: Annotated[Sentence, Field(examples=["Please get in touch with the agency."])]
    """What to do next, for people."""


class EngagementChanged(Facts):
    """
    Restricted: the agency amended its request while you work on it.

    Replaces what you were told.
    """

    engagement_id: EngagementId
    """The engagement."""
    tracking_number: TrackingNumber
    """The request."""
    changed: Changed
    """The fields below that differ from the last message."""
    topics: Annotated[list[AnyCode], Field(json_schema_extra=_TOPICS)]
    """The topics of help asked for now."""
    service_forms: Annotated[list[FormCode], Field(json_schema_extra=_FORMS)]
    """The forms of help wanted now; empty: any form."""
    wished: Window
    """When help is wanted now."""
    need: Annotated[dict[str, str] | None, _NEED] = None
    """The need in words as it is now, if it changed."""
    sentence: Annotated[Sentence, Field(examples=["The agency changed its request."])]
    """What happened, for people."""


class ContactChanged(Facts):
    """
    Restricted: a contact of engagements of yours changed.

    Replaces the contact with this id in the engagements that are named.
    """

    contact: ContactCard
    """The contact as it is now."""
    engagements: Annotated[list[EngagementId], Field(json_schema_extra=_ENGAGEMENTS)]
    """Your engagements, not ended, of which it is a contact."""
    sentence: Annotated[Sentence, Field(examples=["A contact of your work has changed."])]
    """What happened, for people."""


class KeptCopy(Facts):
    """Copies of a person's data, which end later."""

    what: CopyKind
    """Which copies they are."""
    until: date | None = None
    """The last day on which there may be some. Absent: `what` says when they end."""


class Forgotten(Facts):
    """
    A person's data are erased, as the program office directed.

    Sent to the office as the answer, and to the participant that had set the contact: it erases
    the person, too. Providers that work with the contact are told by contact.changed.
    """

    participant: ParticipantName
    """The participant that had set the contact; of a subscription, the public desk."""
    contact_id: Annotated[SenderId | None, Field(examples=["desk"])] = None
    """The contact."""
    subscription_id: Uuid | None = None
    """Instead of a contact: the subscription."""
    because: Annotated[AnyCode, Field(examples=["asked_by_person"])]
    """Why, as a code of the office's own choice."""
    copies: Annotated[list[KeptCopy], Field(json_schema_extra=_COPIES)] = []
    """What ends later, and when. Everything else is erased at once."""
    sentence: Annotated[Sentence, Field(examples=["What was held is erased."])]
    """What happened, for people."""


class EngagementEnd(Facts):
    """
    An engagement ended, and its provider did not complete it.

    Sent to the provider if the agency withdrew, the program office ended it or it ended with its
    program, and to the program office if the provider cannot go on or the program ended.
    """

    engagement_id: EngagementId
    """The engagement."""
    tracking_number: TrackingNumber
    """The request."""
    status: Annotated[Status, Field(examples=["withdrawn"])]
    """The status of the request, which may go on."""
    reason: EndReasonCode | None = None
    """Why the engagement ended; absent if the agency withdrew."""
    provider: ParticipantName | None = None
    """To the program office: the provider of the engagement."""
    sentence: Annotated[Sentence, Field(examples=["The agency withdrew: please stop the work."])]
    """What happened and what to do now, for people."""


class Affected(Facts):
    """
    The provider or the program of an engagement no longer takes part, or takes part again. The
    work goes on, unless `stopped` is true.

    Sent once for each engagement, to its provider and to the program office, which may end it.
    """

    engagement_id: EngagementId
    """The engagement."""
    tracking_number: TrackingNumber
    """The request."""
    status: Annotated[Status, Field(examples=["in_delivery"])]
    """The status of the request, which has not changed."""
    cause: CauseCode
    """What has happened."""
    provider: ParticipantName | None = None
    """To the program office: the provider of the engagement."""
    proposed_provider: ParticipantName | None = None
    """To the program office: who would be asked now, and could go on with the work."""
    proposed_program: ProgramCode | None = None
    """To the program office: if the program has ended, another that would serve the agency."""
    stopped: bool | None = None
    """True if the work stops until its program goes on; otherwise absent."""
    sentence: Annotated[Sentence, Field(examples=["IADLEST is suspended; this work goes on."])]
    """What has happened and what it means, for people."""


class Referral(Facts):
    """Tells the program office that a request waits for its ``request.direct``."""

    tracking_number: TrackingNumber
    """The request."""
    reason: ReferralReason
    """Why a person must decide."""
    sentence: Annotated[Sentence, Field(examples=["A provider would help on other terms."])]
    """The reason in words, for people."""
    provider: ParticipantName | None = None
    """The provider that proposed other terms."""
    counter: Window | None = None
    """The dates that the provider proposed."""
    counter_service_forms: Annotated[list[FormCode], Field(json_schema_extra=_FORMS)] = []
    """The forms of help that the provider proposed."""
    proposed_program: ProgramCode | None = None
    """If the request's program has ended: another that would serve the agency."""


class StatusLine(Facts):
    """
    One request in a status answer, with what it asks for now.

    An amendment shows in it once it was applied.
    """

    tracking_number: TrackingNumber
    """The request."""
    status: Status
    """Its status."""
    since: AwareDatetime
    """When the status began."""
    sentence: Annotated[Sentence, Field(examples=["Your request waits for a provider."])]
    """The status in words, for people."""
    program: ProgramCode | None = None
    """The program, once there is one."""
    provider: ParticipantName | None = None
    """The provider that is asked or helps."""
    offer_id: OfferId | None = None
    """To the provider and the program office: the open offer."""
    expires_at: AwareDatetime | None = None
    """To the provider and the program office: when the open offer expires."""
    engagement_id: EngagementId | None = None
    """To the engaged provider: the engagement."""
    topics: Annotated[list[AnyCode] | None, Field(json_schema_extra=_TOPICS)] = None
    """The topics of help asked for now."""
    service_forms: Annotated[list[FormCode] | None, Field(json_schema_extra=_FORMS)] = None
    """The forms of help wanted now; empty: any form."""
    wished: Window | None = None
    """When help is wanted now."""


class StatusAnswer(Facts):
    """
    The answer to ``status.ask``: one page of the requests that the asker may see.

    ``more`` is how many requests follow; ``next`` is then the ``after`` of the next question.
    """

    about: Annotated[Name, Field(examples=["all"])]
    """What was asked about."""
    as_of: AwareDatetime
    """When the answer was made. It covers everything decided and known to us by then."""
    requests: Annotated[list[StatusLine], Field(json_schema_extra=_PAGE)]
    """The requests, open ones first."""
    more: Count = 0
    """How many requests follow on further pages."""
    next: Page | None = None
    """The `after` of the question for the next page; absent on the last one."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""


class CaseNote(Facts):
    """Words that came with an answer, a report, or the end of an engagement."""

    at: AwareDatetime
    """When they were written."""
    participant: ParticipantName
    """Who wrote them: a provider, or a program office."""
    about: WorkId
    """The offer or the engagement."""
    answer: AnswerCode | None = None
    """The answer to the offer that they came with."""
    note: Annotated[Words, Field(examples=["We can come later."])]
    """The words as they were written."""


class CaseMail(Facts):
    """A mail about a notice."""

    contact_id: SenderId
    """Whom it is addressed to: a contact of the audience."""
    state: MailState
    """What became of it so far."""
    status: Name | None = None
    """What the mail server said last, as a code."""


class CaseNotice(Facts):
    """What was decided for one audience of something that happened."""

    at: AwareDatetime
    """When it was decided."""
    audience: ParticipantName
    """Who was, or was not, sent a message."""
    outcome: NoticeOutcome
    """What was decided."""
    message_type: Annotated[Name | None, Field(examples=["gov.cri.request.status_changed.v1"])] = (
        None
    )
    """The type of the message that was sent."""
    because: Words | None = None
    """Why no message was needed."""
    call: bool = False
    """Whether somebody must call: the message is for an agency that no mail reaches."""
    mails: Annotated[list[CaseMail], Field(json_schema_extra=_MAILS)] = []
    """The mails about that message."""


class CaseFile(Facts):
    """
    The answer to ``case.ask``: restricted. What is held about a request now, newest first.

    A repetition of the question is told with ``repeat`` and without the file: ask again with a
    new ``id``.
    """

    tracking_number: TrackingNumber
    """The request."""
    purpose: PurposeCode
    """What the file was opened for."""
    as_of: AwareDatetime
    """When the answer was made."""
    need: Annotated[dict[str, str] | None, _NEED] = None
    """The need in words as it is now; absent if none is held."""
    contacts: Annotated[list[ContactCard], Field(json_schema_extra=_CONTACTS)] = []
    """The contacts that the request names, as they are now."""
    notes: Annotated[list[CaseNote], Field(json_schema_extra=_NOTES)] = []
    """The last notes that were handed on."""
    more_notes: Count = 0
    """How many notes are older than those."""
    notices: Annotated[list[CaseNotice], Field(json_schema_extra=_NOTICES)] = []
    """The last decisions to send, or not to send, a message about the request."""
    more_notices: Count = 0
    """How many decisions are older than those."""
    not_held: Annotated[list[HeldPart], Field(json_schema_extra=_HELD_PARTS)] = []
    """What was stated, but is not held here, or no longer."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""


class ClockReminder(Facts):
    """Reminds the one who must act: one working day is left. It comes once for each clock."""

    tracking_number: TrackingNumber
    """The request."""
    offer_id: OfferId | None = None
    """The offer, if that waits for your answer."""
    engagement_id: EngagementId | None = None
    """The engagement, if that waits for you."""
    clock: ClockName
    """The clock that is about to run out."""
    due_at: AwareDatetime
    """When it runs out."""
    sentence: Annotated[Sentence, Field(examples=["Your answer to this offer is due."])]
    """The same in words, for people."""


class ClockLate(Facts):
    """
    Tells the one who waits, and the program office, that something is late.

    It comes again, after two working days, then four, eight, … at most 20, until what it waits for
    has happened.
    """

    tracking_number: TrackingNumber
    """The request."""
    clock: ClockName
    """The clock that ran out."""
    provider: ParticipantName | None = None
    """The provider that is late; absent if the program office is."""
    due_at: AwareDatetime
    """When it should have happened."""
    times: Annotated[Count, Field(examples=[1])]
    """How often you were told so, with this message."""
    next_at: AwareDatetime
    """When you are told again if nothing has happened by then."""
    sentence: Annotated[Sentence, Field(examples=["The program office is late."])]
    """Who is late, and what follows, in words for people."""


class ClockSettled(Facts):
    """Tells the one who waits that the program office settled something that is late."""

    tracking_number: TrackingNumber
    """The request."""
    clock: ClockName
    """The clock that ran out."""
    due_at: AwareDatetime
    """When it should have happened."""
    next_at: AwareDatetime | None = None
    """When you are told again if nothing has happened by then; absent: you are not told again."""
    sentence: Annotated[Sentence, Field(examples=["The program office has settled this delay."])]
    """The same in words, for people."""


class ClockMoved(Facts):
    """
    Tells the one who must act that the time for it ends later or earlier.

    The calendar has changed, or the first mail about an offer came late.
    """

    tracking_number: TrackingNumber
    """The request."""
    offer_id: OfferId | None = None
    """Your offer, if you are the provider that was asked."""
    clock: ClockName
    """The clock that ends at another time."""
    before: AwareDatetime
    """When it would have ended."""
    due_at: AwareDatetime
    """When it ends now. For an offer, this is the new `expires_at`."""
    was_late: bool = False
    """Whether you were told that it is late; by the new calendar it is not."""
    sentence: Annotated[Sentence, Field(examples=["You have more time to answer this offer."])]
    """The same in words, for people."""


class DeliveryFailed(Facts):
    """
    Tells the agency's system that mail about its request did not reach somebody.

    Mails have failed for good, and no other contact has an address. The message itself is on the
    topic of that participant.
    """

    tracking_number: TrackingNumber
    """The request."""
    whom: WhomCode
    """Who was not reached."""
    provider: ParticipantName | None = None
    """The provider, if it was not reached."""
    how: Annotated[AnyCode, Field(examples=["mail"])]
    """What failed: so far always `mail`."""
    since: AwareDatetime
    """Since when it was tried."""
    what_we_do: Annotated[Sentence, Field(examples=["What we wrote is on its topic."])]
    """What follows, for people."""
    sentence: Annotated[Sentence, Field(examples=["No email has reached IADLEST."])]
    """What happened, for people."""


class FactCheck(Facts):
    """
    A report about the agency is drafted, and the agency may check it.

    What it answers by fact_check.answer is published with the report, or settled before. The
    program office is told, too.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the report is about."""
    report_id: Annotated[SenderId, Field(examples=["initial-2027"])]
    """The report."""
    version: Annotated[Count, Field(examples=[1])]
    """Its version."""
    hash: Sha256
    """The hash of this version, which an answer and an approval repeat."""
    due_at: AwareDatetime
    """Until when the agency may answer; after that the report may be published without it."""
    sentence: Annotated[Sentence, Field(examples=["A report is drafted."])]
    """The same in words, for people."""


class ReplyWanted(Facts):
    """
    A report about the agency is published, and the agency may reply by reply.state.

    A reply is published beside the report, unchanged.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the report is about."""
    report_id: Annotated[SenderId, Field(examples=["initial-2027"])]
    """The report."""
    version: Annotated[Count, Field(examples=[1])]
    """Its version."""
    hash: Sha256
    """The hash of this version, as it was published."""
    due_at: AwareDatetime
    """Until when the agency may reply."""
    sentence: Annotated[Sentence, Field(examples=["A report is published."])]
    """The same in words, for people."""


class ReportText(Facts):
    """
    The answer to ``report.read``: restricted. The text of a report about the agency.

    A repetition of the question is told with ``repeat`` and without the report: ask again with a
    new ``id``.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the report is about."""
    report_id: Annotated[SenderId, Field(examples=["initial-2027"])]
    """The report."""
    version: Annotated[Count, Field(examples=[1])]
    """Its version."""
    hash: Sha256
    """The SHA-256 of `report` in the canonical JSON of RFC 8785; fact_check.answer repeats it."""
    stage: ReportStageCode
    """What the agency may do: check a draft, or reply to what is published."""
    until: AwareDatetime
    """Until when it may."""
    report: ReportBody | None = None
    """The report as it is checked, approved and published; absent from a repetition."""
    corrections: Annotated[list[OpenCorrection] | None, Field(max_length=10_000)] = None
    """For a program office alone: the corrections that nobody has approved."""
    repeat: bool = False
    """Whether this repeats an earlier answer, because the message was sent again."""


class ReportLate(Facts):
    """
    A report about the agency was due, and is not published. The public page says so, too.

    It comes once for each day on which the report was due.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the report is about."""
    kind: Annotated[AnyCode, Field(examples=["progress"])]
    """The kind of report."""
    due_on: date
    """When it was due."""
    sentence: Annotated[Sentence, Field(examples=["A report is late."])]
    """The same in words, for people."""


class ReportStatusChanged(Facts):
    """
    What has become of a report, for the participant that drafted it and for the agency.

    Why a version is returned follows as note.stated, for its drafter alone.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the report is about."""
    report_id: Annotated[SenderId, Field(examples=["initial-2027"])]
    """The report."""
    version: Annotated[Count, Field(examples=[1])]
    """The version that was returned, or that is published."""
    status: ReportStatusCode
    """What has become of it."""
    sentence: Annotated[Sentence, Field(examples=["Version 1 of the report is returned."])]
    """The same in words, for people."""


class RecommendationChanged(Facts):
    """
    What the agency or the program office said about a recommendation, for its provider.

    It comes only while the engagement is open.
    """

    tracking_number: TrackingNumber
    """The request that the assessment goes back to."""
    engagement_id: EngagementId
    """The engagement that the assessment belongs to."""
    recommendation: Annotated[Name, Field(examples=["2.1.1"])]
    """The number of the recommendation."""
    change: RecommendationChangeCode
    """What has happened."""
    status: RecommendationStatus | None = None
    """The verified status that holds now; none if no status was ever verified."""
    reason_code: AnyCode | None = None
    """Why the status was returned, as a code of the office's own choice."""
    on: date
    """The day from which the status holds, or on which it was carried out, as they say."""
    sentence: Annotated[Sentence, Field(examples=["The status of 2.1.1 is returned."])]
    """The same in words, for people."""


class Heartbeat(Facts):
    """
    The participant's last ``participantsequence``, and the first that is still on its topic.

    Sent about every 30 seconds to each participant that ever had a message.
    """

    head: Count
    """The number of the last message written for you. If it is above your last, there is a gap."""
    first: Count | None = None
    """The number of the oldest message on the topic a minute ago; smaller ones are gone."""


DATA: dict[str, type[BaseModel]] = {
    TYPES["accepted"]: Accepted,
    TYPES["refused"]: Refused,
    TYPES["applied"]: Applied,
    TYPES["message_refused"]: Refused,
    TYPES["status_changed"]: StatusChanged,
    TYPES["status"]: StatusAnswer,
    TYPES["offer_made"]: OfferMessage,
    TYPES["offer_changed"]: OfferChanged,
    TYPES["offer_withdrawn"]: OfferEnd,
    TYPES["offer_lapsed"]: OfferEnd,
    TYPES["engagement_opened"]: EngagementMessage,
    TYPES["engagement_changed"]: EngagementChanged,
    TYPES["contact_changed"]: ContactChanged,
    TYPES["person_forgotten"]: Forgotten,
    TYPES["engagement_ended"]: EngagementEnd,
    TYPES["engagement_affected"]: Affected,
    TYPES["referral_made"]: Referral,
    TYPES["note_stated"]: Note,
    TYPES["came_too_late"]: CameTooLate,
    TYPES["clock_reminder"]: ClockReminder,
    TYPES["clock_late"]: ClockLate,
    TYPES["clock_settled"]: ClockSettled,
    TYPES["clock_moved"]: ClockMoved,
    TYPES["delivery_failed"]: DeliveryFailed,
    TYPES["passed_on"]: PassedOn,
    TYPES["fact_check_asked"]: FactCheck,
    TYPES["reply_asked"]: ReplyWanted,
    TYPES["publication_late"]: ReportLate,
    TYPES["report_status"]: ReportStatusChanged,
    TYPES["recommendation_changed"]: RecommendationChanged,
    TYPES["case_told"]: CaseFile,
    TYPES["report_told"]: ReportText,
    TYPES["heartbeat"]: Heartbeat,
}
"""Outbound type → the model of its ``data``."""

_AGENCY, _PROVIDER, _OFFICE = "agency_system", "provider", "program_office"
RECEIVERS: dict[str, frozenset[str]] = {
    TYPES["accepted"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["refused"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["applied"]: frozenset({_AGENCY, _PROVIDER, _OFFICE}),
    TYPES["message_refused"]: frozenset({_AGENCY, _PROVIDER, _OFFICE, "observer"}),
    TYPES["status_changed"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["status"]: frozenset({_AGENCY, _PROVIDER, _OFFICE, "observer"}),
    TYPES["offer_made"]: frozenset({_PROVIDER}),
    TYPES["offer_changed"]: frozenset({_PROVIDER}),
    TYPES["offer_withdrawn"]: frozenset({_PROVIDER}),
    TYPES["offer_lapsed"]: frozenset({_PROVIDER}),
    TYPES["engagement_opened"]: frozenset({_PROVIDER}),
    TYPES["engagement_changed"]: frozenset({_PROVIDER}),
    TYPES["contact_changed"]: frozenset({_PROVIDER}),
    TYPES["person_forgotten"]: frozenset({_AGENCY, _PROVIDER, _OFFICE}),
    TYPES["engagement_ended"]: frozenset({_PROVIDER, _OFFICE}),
    TYPES["engagement_affected"]: frozenset({_PROVIDER, _OFFICE}),
    TYPES["referral_made"]: frozenset({_OFFICE}),
    TYPES["note_stated"]: frozenset({_AGENCY, _PROVIDER, _OFFICE}),
    TYPES["came_too_late"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["clock_reminder"]: frozenset({_PROVIDER, _OFFICE}),
    TYPES["clock_late"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["clock_settled"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["clock_moved"]: frozenset({_PROVIDER, _OFFICE}),
    TYPES["delivery_failed"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["passed_on"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["fact_check_asked"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["reply_asked"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["publication_late"]: frozenset({_AGENCY, _PROVIDER, _OFFICE}),
    TYPES["report_status"]: frozenset({_AGENCY, _PROVIDER, _OFFICE}),
    TYPES["recommendation_changed"]: frozenset({_PROVIDER}),
    TYPES["case_told"]: frozenset({_OFFICE}),
    TYPES["report_told"]: frozenset({_AGENCY, _OFFICE}),
    TYPES["heartbeat"]: frozenset({_AGENCY, _PROVIDER, _OFFICE, "observer"}),
}
"""
Outbound type → the kinds of participant that receive it.

A participant that sends a type that its kind may not send gets a refusal of that type, too.
"""
