"""
Messages that participants send on ``cri.in.<participant>.v1``: one strict model per type.

Every text and list is bounded, so that the largest valid submission stays below 256 KiB.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AwareDatetime, BaseModel, Field

from shared.contracts import assessments, publications
from shared.contracts.event import Uuid
from shared.contracts.reference import (
    Actor,
    CalendarDefinition,
    Code,
    Codes,
    CriType,
    Goal,
    Hold,
    KnownAgency,
    Ori,
    Participant,
    ParticipantId,
    Program,
    Provider,
    RuleSet,
    Solicitation,
    StaffMember,
    StaffRole,
    TopicOfHelp,
)
from shared.contracts.states_and_zones import State
from shared.contracts.strict import Identifier, Line, Note, Strict

Text = Annotated[str, Field(max_length=8000)]
Tracking = Annotated[str, Field(min_length=1, max_length=40, examples=["CRI-2026-000123-K"])]
MailId = Annotated[Uuid, Field(examples=["fe55e3a9-235d-5890-b264-5f550b7783c2"])]
ServiceForm = Annotated[Code, Field(json_schema_extra={"x-codes": "service_forms"})]
LISTS = ("open_offers", "all")
PLACE = r"^(open|ended)/CRI-[0-9]{4}-[0-9]{6,12}-[0-9A-Z]$"
"""A position in a participant's list of requests; open requests come first."""
JSON_TYPE = r'(?i)^application/json *(; *charset="?utf-8"? *)?$'
_TRACE: dict[str, Any] = {"pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"}
_HOUR = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
MailTiming = Literal["at_once", "daily", "off"]
AgencyClass = Literal["city", "county", "state", "university", "tribal", "federal", "other"]
AGENCY_CLASSES: tuple[str, ...] = get_args(AgencyClass)
SwornBand = Literal["0", "1-9", "10-49", "50-99", "100-249", "250-999", "1000+"]
SWORN_BANDS: tuple[str, ...] = get_args(SwornBand)
SERVICE_FORMS = (
    "training_in_person",
    "training_virtual",
    "strategic_planning",
    "policy_review",
    "consultation",
    "peer_exchange",
    "bias_audit",
    "after_action_review",
    "issue_specific_review",
    "in_depth_assessment",
    "ongoing_assistance",
    "meeting_facilitation",
    "virtual_coaching",
    "resource_referral",
)
DeclineReason = Literal[
    "no_capacity",
    "conflict_of_interest",
    "outside_expertise",
    "timing",
    "region",
    "agency_declines_us",
    "other",
]
CloseReason = Literal[
    "completed",
    "cannot_go_on",
    "withdrawn_by_agency",
    "ended_by_program",
    "superseded",
    "handed_over",
    "provider_lost",
    "duplicate",
]
CLOSE_REASONS: tuple[str, ...] = get_args(CloseReason)
NOT_THE_PROVIDERS = frozenset(
    {"withdrawn_by_agency", "ended_by_program", "superseded", "handed_over", "duplicate"}
)
"""Reasons of version 0.9 that a provider no longer decides."""
EndReason = Literal["ended_by_program", "superseded", "provider_lost", "duplicate"]
END_REASONS: tuple[str, ...] = get_args(EndReason)
AfterEnd = Literal["close", "back_to_lane", "refer"]
AFTER_END: tuple[str, ...] = get_args(AfterEnd)
RehomeTo = Literal["provider", "lane", "close"]
Settlement = Literal["counted_as_delivered", "sent_again", "dropped", "told_otherwise"]
SETTLEMENTS: tuple[str, ...] = get_args(Settlement)
ReceivedThrough = Literal["phone", "email", "letter", "event"]
AuthorityBasis = Literal["letter_seen", "call_back", "code_to_address", "claimed"]
BASES_OF_OFFICES = ("letter_seen", "call_back", "claimed")
BASES_OF_THE_DESK = ("code_to_address", "claimed")
ConfirmedBasis = Literal["letter_seen", "call_back"]
SubscriptionKind = Literal["solicitations", "monthly_update", "reports"]
Cadence = Literal["at_once", "monthly"]
CodePurpose = Literal["confirm_address", "act"]
Purpose = Literal["triage", "call", "delivery_problem", "complaint", "audit"]


class Agency(Strict):
    """
    The requesting agency. ``key`` identifies one without an ORI (new, tribal, territorial).

    With neither ``ori`` nor ``key``, the request is referred to a person.
    """

    ori: Ori | None = None
    """The agency's ORI, one that you are registered for. Not beside `key`."""
    key: Line | None = None
    """Your key of an agency without an ORI, registered for you. Not beside `ori`."""
    name: Annotated[Line, Field(examples=["Fayetteville Police Department"])]
    """The agency's name."""
    cri_type: CriType
    """The kind of agency; it decides which programs serve it."""
    agency_class: AgencyClass
    """What the agency's own government is. No program serves federal agencies."""
    state: Annotated[State, Field(examples=["US-NC"])]
    """Where the agency is: US- and the postal code of a state, of DC or of a territory."""
    sworn_band: Annotated[SwornBand | None, Field(examples=["250-999"])] = None
    """How many sworn officers the agency has."""


class RequestedBy(Strict):
    """The person who requests help, normally the executive: a role code and a contact."""

    role: Annotated[Code, Field(examples=["chief"])]
    """The person's role, as a code of your own choice."""
    contact_id: Annotated[Identifier | None, Field(examples=["desk"])] = None
    """A contact that you set with contact.set before a provider accepts."""
    authorized_on: date | None = None
    """When the request was authorized; not in the future where the agency is."""


class Need(Strict):
    """
    The agency's description of its need: restricted.

    Only the provider that accepts receives it. It must not hold criminal justice information.
    """

    issue: Annotated[Text, Field(examples=["Calls of people in crisis end in arrests."])]
    """What the agency needs help with."""
    how_noticed: Text | None = None
    """How the agency noticed it."""
    if_nothing_is_done: Text | None = None
    """What the agency expects if nothing changes."""
    supporting_data: Text | None = None
    """Figures or findings that show the need."""
    obstacles: Text | None = None
    """What has kept the agency from solving it."""
    current_policy: Text | None = None
    """What the agency's policy says about it now."""


class Urgency(Strict):
    """How urgent the request is. The rules decide the lane."""

    level: Literal["standard", "urgent"] = "standard"
    """The pace that is asked for."""
    reason: Note | None = None
    """Why it is urgent: restricted."""
    incident_on: date | None = None
    """The date of the incident behind the request; not in the future where the agency is."""


class Wished(Strict):
    """When help is wanted."""

    from_: Annotated[date | None, Field(alias="from")] = None
    """The first day wanted."""
    until: date | None = None
    """The last day wanted; not before `from`."""


class ReceivedBy(Strict):
    """How a request reached the program office that enters it."""

    channel: Annotated[ReceivedThrough, Field(examples=["phone"])]
    """The way by which it came."""
    on: date
    """When it came; not before the first contact, and not in the future where the agency is."""


class Authority(Strict):
    """How the program office knows that the agency's executive wants the request."""

    basis: Annotated[AuthorityBasis, Field(examples=["call_back"])]
    """What the office relies on; if it is only `claimed`, the request is referred."""
    on: date
    """When the office was told so, or made sure; not in the future where the agency is."""
    address: Annotated[Line | None, Field(examples=["chief@agency.example"])] = None
    """With `code_to_address`: the address whose reader has repeated the code that went there."""


class Submission(Strict):
    """
    An agency's request for help; ``reference`` is the sender's own key for it.

    A program office may enter the request of an agency that calls and has no system: of any ORI
    in the agency list, with ``received_by``, ``authority``, ``first_contact_on`` and a contact.
    The office is then answered and notified as the agency's system would be. The public desk
    submits the request of an agency without a system, with ``authority`` and a contact.

    The answer is submission.accepted, with the tracking number, or submission.refused.
    """

    reference: Annotated[Identifier, Field(examples=["south-agencies-2026-0001"])]
    """
    Your own key of this request. The same reference with the same data gets the first answer
    again; with other data it is refused.
    """
    first_contact_on: date | None = None
    """When the agency first asked for help; not in the future where the agency is."""
    received_by: ReceivedBy | None = None
    """Only from a program office, and required of it: how the request came."""
    authority: Authority | None = None
    """
    Only from a program office and the public desk, and required of them: what shows that the
    agency's executive wants the request.
    """
    agency: Agency
    """The agency that asks for help."""
    requested_by: RequestedBy
    """Who asks for help on behalf of the agency."""
    program: Annotated[Code | None, Field(examples=["cri-tac"])] = None
    """The program wanted, by its id; without it, the rules propose one."""
    topics: Annotated[list[Code], Field(min_length=1, max_length=20, examples=[["de_escalation"]])]
    """Topics of help, by their ids or aliases in the catalog; `other` needs `other_topic`."""
    other_topic: Note | None = None
    """What help is wanted with, in words, if no topic of the catalog fits: restricted."""
    service_forms: Annotated[
        list[ServiceForm], Field(max_length=14, examples=[["consultation"]])
    ] = []
    """The forms of help wanted; empty: any form."""
    goals: Annotated[list[Goal], Field(max_length=5, examples=[["trust", "wellness"]])] = []
    """What the agency wants to improve."""
    need: Need | None = None
    """The need in words: restricted."""
    urgency: Urgency = Urgency()
    """How urgent it is."""
    wished: Wished = Wished()
    """When help is wanted."""
    may_be_named: bool = False
    """Whether the agency may be named in public."""


class NeedChange(Strict):
    """Changes to the description of the need: an absent field stays, null clears."""

    clearable: ClassVar = frozenset(
        {"how_noticed", "if_nothing_is_done", "supporting_data", "obstacles", "current_policy"}
    )
    issue: Text | None = None
    """What the agency needs help with; it cannot be cleared."""
    how_noticed: Text | None = None
    """How the agency noticed it."""
    if_nothing_is_done: Text | None = None
    """What the agency expects if nothing changes."""
    supporting_data: Text | None = None
    """Figures or findings that show the need."""
    obstacles: Text | None = None
    """What has kept the agency from solving it."""
    current_policy: Text | None = None
    """What the agency's policy says about it now."""


class Amendment(Strict):
    """
    Changes to a request: absent fields stay, at every depth; null clears where it is allowed.

    It is allowed for ``other_topic``, ``service_forms``, ``goals``, ``wished``, either of its
    dates, and every text of ``need`` but ``issue``. The holder of an offer or an engagement of the
    request is told what changed; an open offer that no longer fits is withdrawn.
    """

    clearable: ClassVar = frozenset({"other_topic", "service_forms", "goals", "wished"})
    tracking_number: Tracking
    """The request to change; one of your own."""
    topics: Annotated[list[Code], Field(min_length=1, max_length=20)] | None = None
    """The new topics of help, all of them; `other` needs `other_topic`."""
    other_topic: Note | None = None
    """What help is wanted with, in words: restricted. Null clears it."""
    service_forms: Annotated[list[ServiceForm], Field(max_length=14)] | None = None
    """The new forms of help, all of them; null: any form."""
    goals: Annotated[
        Annotated[list[Goal], Field(max_length=5)] | None, Field(examples=[["wellness"]])
    ] = None
    """The new goals, all of them; null: none."""
    need: NeedChange | None = None
    """Changes to the need in words: restricted."""
    wished: Wished | None = None
    """Changes to the dates wanted; null clears both."""
    may_be_named: Annotated[bool | None, Field(examples=[True])] = None
    """Whether the agency may be named in public."""


class Withdrawal(Strict):
    """Withdraws a request. Work that is under way stops, and its provider is notified."""

    tracking_number: Tracking
    """The request to withdraw; one of your own."""
    reason: Annotated[Code | None, Field(examples=["solved_otherwise"])] = None
    """Why, as a code of your own choice."""


class Contact(Strict):
    """How to reach a person: restricted. It replaces an earlier contact with the same id."""

    contact_id: Annotated[Identifier, Field(examples=["desk"])]
    """Your own key of this contact; `requested_by` of a request names it."""
    name: Annotated[Line, Field(examples=["Request desk"])]
    """The name of the person or desk."""
    title: Line | None = None
    """The person's title."""
    email: Annotated[Line | None, Field(examples=["desk@agency.example"])] = None
    """One plain e-mail address, without a display name."""
    phone: Annotated[Line | None, Field(examples=["+1 202 555 0100"])] = None
    """A telephone number, in any notation."""
    zone: Annotated[Line | None, Field(examples=["America/New_York"])] = None
    """The contact's time zone: a name of the IANA database."""
    of_caller: bool = False
    """
    Of a program office: whether the person belongs to an agency that called, not to the office.
    Such a contact is written to about requests that name it, and about nothing else.
    """


class CodeToSend(Strict):
    """
    Mails a code to a contact; the public desk can tell whether a code is the right one.

    Desk and notifications derive it from a key that both have, so it is in no message.
    """

    contact_id: Identifier
    """The contact that the code goes to; it was set with contact.set and has an address."""
    purpose: Annotated[CodePurpose, Field(examples=["confirm_address"])]
    """What the code is asked for."""
    about: Annotated[Line, Field(examples=["WEB-7Q2K9M4T1X"])]
    """What it is about: the reference of a draft, a tracking number, an offer or an engagement."""
    counter: Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
    """Which code it is for this contact and this matter: each has a number of its own."""
    from_link: bool = False
    """
    Whether the browser that asks has opened a link that was mailed to the contact. Such codes are
    counted apart, three an hour: nobody without the link can use them up.
    """


class MailKinds(Strict):
    """
    When mails of each kind are sent. By default they are sent at once, but to providers and the
    program office daily if they are not pressing.

    `daily` puts them into one mail a day, at 08:00. `off` sends none. Whatever is chosen, some are
    always mailed, each by itself: an offer and its withdrawal, the end of a request or of work, a
    stop of work, delivery.failed, and to an agency fact_check.asked and reply.asked.
    """

    status: MailTiming | None = None
    """How a request or work stands."""
    offer: MailTiming | None = None
    """What becomes of an offer."""
    reminder: MailTiming | None = None
    """What is due soon, late, or due at another time."""


class QuietHours(Strict):
    """The hours in which mail waits, in the contact's zone; none if both ends are the same."""

    from_: Annotated[str, Field(alias="from", pattern=_HOUR, examples=["20:00"])] = "20:00"
    """When mail begins to wait."""
    until: Annotated[str, Field(pattern=_HOUR, examples=["07:00"])] = "07:00"
    """When waiting mail is sent, up to ten minutes late; the next day if this is before `from`."""


class Preference(Strict):
    """
    Which mails a contact gets, and when. It replaces the contact's earlier preference as a whole.

    Messages on your topic are the same in any case.
    """

    contact_id: Annotated[Identifier, Field(examples=["desk"])]
    """The contact, which you set with contact.set, before or after this."""
    kinds: MailKinds = MailKinds()
    """When mails of each kind are sent."""
    quiet: QuietHours | None = QuietHours()
    """
    The hours in which mail waits, except for urgent offers and stops of work. Null: none.
    """
    zone: Annotated[Line | None, Field(examples=["America/Denver"])] = None
    """
    The time zone of the daily mail and of the quiet hours: a name of the IANA database. Absent:
    the contact's own, or else that of the calendar.
    """


class SubscriptionRequest(Strict):
    """
    Somebody asks for news of the programs by mail: restricted.

    The answer is the same for every address. If the address or a kind is new, a mail with a link
    to confirm it is sent; if everything is confirmed, a mail with a link to the subscription's
    page. At most one such mail is sent in ten minutes, and three a day. What is not confirmed
    within seven days is erased.
    """

    address: Annotated[str, Field(min_length=3, max_length=254, examples=["chief@agency.example"])]
    """One plain e-mail address, without a display name."""
    kinds: Annotated[
        list[SubscriptionKind], Field(min_length=1, max_length=3, examples=[["solicitations"]])
    ]
    """The kinds wanted."""
    cadence: Cadence = "at_once"
    """When mails about solicitations and reports are sent."""
    program: Annotated[Code | None, Field(examples=["cri-tac"])] = None
    """The only program whose solicitations are wanted; without it, all are."""
    zone: Annotated[Line | None, Field(examples=["America/Denver"])] = None
    """The time zone of the address's holder: a name of the IANA database."""


class SubscriptionConfirmation(Strict):
    """The holder of an address confirms a subscription, by the link in its mail."""

    subscription_id: Annotated[Uuid, Field(examples=["7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"])]
    """The subscription that the link names."""
    kinds: Annotated[
        list[SubscriptionKind], Field(min_length=1, max_length=3, examples=[["solicitations"]])
    ]
    """The kinds that the link names."""


class SubscriptionChoice(Strict):
    """
    The holder of an address chooses what a subscription gets, on the page of the link in a mail.

    ``kinds`` are set as given here, without another mail to confirm; other kinds stay as they are.
    """

    subscription_id: Annotated[Uuid, Field(examples=["7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"])]
    """The subscription that the link names."""
    kinds: Annotated[
        list[SubscriptionKind], Field(min_length=1, max_length=3, examples=[["solicitations"]])
    ]
    """The kinds wanted."""
    cadence: Cadence = "at_once"
    """When mails about solicitations and reports are sent."""
    program: Annotated[Code | None, Field(examples=["cri-tac"])] = None
    """The only program whose solicitations are wanted; without it, all are."""


class SubscriptionEnding(Strict):
    """
    The holder of an address ends a subscription, by a link or by one click (RFC 8058).

    It is always applied: what has ended before stays so.
    """

    subscription_id: Annotated[Uuid, Field(examples=["7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"])]
    """The subscription that the link names."""
    kinds: Annotated[
        list[SubscriptionKind], Field(min_length=1, max_length=3, examples=[["solicitations"]])
    ]
    """The kinds no longer wanted."""
    by: Annotated[Literal["link", "one_click"], Field(examples=["one_click"])]
    """How it was ended."""


class StatusQuestion(Strict):
    """
    Asks for the current state of one request or of a list: answered by status.told.

    The first page of a list may be asked for once in 10 seconds, and 20 more pages in that time.
    Use a new ``id`` for each question: a used one gets the old answer.
    """

    about: Annotated[Tracking, Field(examples=["all"])]
    """
    A tracking number, `open_offers`, or `all`: every request that you may see.
    """
    after: Annotated[
        Annotated[str, Field(pattern=PLACE)] | None, Field(examples=["open/CRI-2026-000106-7"])
    ] = None
    """The `next` of an earlier answer: asks for the page after it. Only for lists."""


class CapacityEntry(Strict):
    """
    How many new engagements of this kind a provider can take; an empty list means all.

    Entries add up, even where they overlap.
    """

    topics: Annotated[Codes, Field(examples=[["crisis_intervention"]])] = []
    """Topics of help, by their ids or aliases in the catalog."""
    agency_types: Annotated[list[CriType], Field(max_length=5)] = []
    """Kinds of agencies."""
    states: Annotated[list[State], Field(max_length=60)] = []
    """States and territories."""
    service_forms: Annotated[list[ServiceForm], Field(max_length=200)] = []
    """Forms of help."""
    can_take: Annotated[int, Field(ge=0, le=1_000_000, examples=[3])]
    """How many engagements more, from now on."""


class Capacity(Strict):
    """
    A provider's current capacity; it replaces the provider's earlier declaration.

    Without an unexpired declaration, a provider gets no offers.
    """

    valid_until: Annotated[AwareDatetime, Field(examples=["2026-12-31T17:00:00-05:00"])]
    """When the declaration expires; in the future."""
    entries: Annotated[list[CapacityEntry], Field(min_length=1, max_length=50)]
    """
    The capacity by kind. An offer takes a place of the first entry that fits and has one left.
    """


class Counter(Strict):
    """The terms on which a provider would help; at least one of them."""

    from_: Annotated[date | None, Field(alias="from")] = None
    """The first day on which the provider could help."""
    until: date | None = None
    """The last day on which the provider could help; not before `from`."""
    service_forms: Annotated[list[ServiceForm], Field(max_length=14)] = []
    """The forms of help that the provider proposes."""


class OfferAnswer(Strict):
    """
    A provider's answer to an offer.

    It is in time if the broker received it by the offer's ``expires_at``.
    """

    offer_id: Annotated[Identifier, Field(examples=["CRI-2026-000123-K-O1"])]
    """The offer, by its id in offer.made."""
    answer: Annotated[Literal["accept", "decline", "counter"], Field(examples=["accept"])]
    """What the provider answers."""
    reason_code: DeclineReason | None = None
    """Why the provider declines; required with `decline`."""
    counter: Counter | None = None
    """The provider's own terms; required with `counter`."""
    note: Note | None = None
    """
    Words to the program office and, with `accept`, to the agency's system: restricted, handed on
    as note.stated.
    """


class Milestone(Strict):
    """What a provider has reached in an engagement. The first milestone starts the delivery."""

    engagement_id: Annotated[Identifier, Field(examples=["CRI-2026-000123-K-E1"])]
    """The engagement, by its id in engagement.opened."""
    milestone: Annotated[
        Literal["kick_off", "on_site", "data_collected", "draft", "delivered"],
        Field(examples=["kick_off"]),
    ]
    """What was reached."""
    on: date
    """The day on which it was reached; not in the future."""
    note: Note | None = None
    """
    Words to the agency's system and the program office: restricted, handed on as note.stated.
    """


class Close(Strict):
    """
    Ends an engagement: its request, too, if the work is completed.

    If the provider cannot go on, the request goes back to its lane, with the place that it had.
    Until 2027-05-31 the reasons of contract 0.9 are still read: `provider_lost` is taken as
    `cannot_go_on`, the others are refused, for they are not the provider's to decide.
    """

    engagement_id: Annotated[Identifier, Field(examples=["CRI-2026-000123-K-E1"])]
    """The engagement, by its id in engagement.opened."""
    reason: Annotated[CloseReason, Field(examples=["completed"])]
    """Why the work ends: `completed`, after the milestone `delivered`, or `cannot_go_on`."""
    outcome: Annotated[Code | None, Field(examples=["plan_done"])] = None
    """What came of it, as a code of your own choice."""
    note: Note | None = None
    """
    Words to the program office alone: restricted, handed on as note.stated. Required with
    `cannot_go_on`.
    """


class EngagementEnding(Strict):
    """
    The program office ends an engagement; its provider is told to stop.

    ``close`` ends the request, too. ``back_to_lane`` puts it back into its lane, with the place
    that it had. ``refer`` refers it to the program office.
    """

    engagement_id: Annotated[Identifier, Field(examples=["CRI-2026-000123-K-E1"])]
    """The engagement."""
    reason: Annotated[EndReason, Field(examples=["provider_lost"])]
    """Why it ends."""
    then: Annotated[AfterEnd, Field(examples=["back_to_lane"])]
    """What becomes of the request."""
    words_for_requester: Note | None = None
    """Words to the agency's system alone: restricted, handed on as note.stated."""


class Rehoming(Strict):
    """
    The program office lets another provider go on with the work of an engagement, which ends.

    With ``provider``, that one is asked at once; the request keeps its place in case it declines.
    ``lane`` and ``close`` do what ``engagement.end`` does.
    """

    engagement_id: Annotated[Identifier, Field(examples=["CRI-2026-000123-K-E1"])]
    """The engagement."""
    reason: Annotated[EndReason, Field(examples=["provider_lost"])]
    """Why it ends."""
    to: Annotated[RehomeTo, Field(examples=["provider"])]
    """Who goes on with the work."""
    provider: ParticipantId | None = None
    """The provider that gets an offer; required with `provider`."""
    program: Annotated[Code | None, Field(examples=["cri-tac"])] = None
    """With `provider`: the program in which it goes on; by default the request's."""
    words_for_requester: Note | None = None
    """Words to the agency's system alone: restricted, handed on as note.stated."""


class Direction(Strict):
    """
    The program office's decision about a request that was referred to it.

    ``route`` puts it (back) into the lane of ``program``. ``assign`` makes an offer to
    ``provider``, or opens the engagement if that provider had made a counteroffer.
    ``ineligible`` ends it. If it was only claimed that the executive wants the request, it can
    only be ended, or go on by ``confirm_authority``: the rules then decide as for any other.
    """

    tracking_number: Tracking
    """The request, whose status is `referred`."""
    action: Annotated[
        Literal["route", "assign", "ineligible", "confirm_authority"], Field(examples=["route"])
    ]
    """What is to be done with it."""
    program: Annotated[Code | None, Field(examples=["cri-tac"])] = None
    """The program into whose lane the request goes."""
    provider: ParticipantId | None = None
    """The provider that gets an offer; required with `assign`."""
    basis: ConfirmedBasis | None = None
    """What the office relies on now; required with `confirm_authority`."""
    reason: Annotated[Code, Field(examples=["agency_called"])]
    """Why, as a code of the office's own choice."""


class ClockSettlement(Strict):
    """
    The program office settles a clock that is late: it is not announced again.

    With ``valid_until`` it is announced again then, if what it waits for has not happened.
    """

    tracking_number: Tracking
    """The request."""
    clock: Annotated[
        Line, Field(examples=["engagement_silence"], json_schema_extra={"x-codes": "clocks"})
    ]
    """The clock that is late, as `clock.late` names it."""
    valid_until: Annotated[AwareDatetime | None, Field(examples=["2026-12-31T17:00:00-05:00"])] = (
        None
    )
    """Until when it is not announced; without it, it never is again."""
    reason: Annotated[Code, Field(examples=["agreed_by_telephone"])]
    """Why, as a code of the office's own choice."""


class NoticeSettlement(Strict):
    """
    The program office settles what became of a mail, if only a person can find that out.

    Either ``mail`` names a mail of unknown outcome. Or, with ``told_otherwise``, no mail about
    ``notice`` reached ``audience``, or ``audience`` had to tell an agency of it by telephone.
    """

    mail: MailId | None = None
    """The mail, whose outcome is unknown."""
    notice: MailId | None = None
    """Instead of a mail: the notice, whose mails to the audience failed, or that is a call."""
    audience: ParticipantId | None = None
    """With `notice`: the participant that no mail about it has reached, or that must call."""
    how: Annotated[Settlement, Field(examples=["counted_as_delivered"])]
    """What became of it, or is to become of it."""
    why: Annotated[Note, Field(min_length=1, examples=["The chief has read it."])]
    """How you know, in words: restricted."""


class CaseQuestion(Strict):
    """
    Opens the case file of a request: its need, contacts, notes, and whom we have told what.

    The answer is case.told, once: a repetition is told without the file. The actor is always
    required. Who opened which file, and what for, is kept for ever.
    """

    tracking_number: Tracking
    """The request."""
    purpose: Annotated[Purpose, Field(examples=["call"])]
    """What it is opened for."""


class Forgetting(Strict):
    """
    Erases a person: name, title, address, telephone number, time zone, wishes and kept notes.

    The person is either a contact or the holder of a subscription. Requests and figures stay. It
    is refused while a hold stands. The answer, person.forgotten, says what ends later, and when.
    A contact that is set again is a new one.
    """

    participant: ParticipantId
    """The participant that set the contact; of a subscription, the public desk."""
    contact_id: Annotated[Identifier | None, Field(examples=["desk"])] = None
    """The contact."""
    subscription_id: Uuid | None = None
    """Instead of a contact: the subscription."""
    because: Annotated[Code, Field(examples=["asked_by_person"])]
    """Why, as a code of the office's own choice."""
    never_write_again: bool = False
    """
    Whether the person wishes that no mail is ever sent to the address again. Then a hash of the
    address is kept. To take the wish back, send the message again without it.
    """


class ParticipantRegistration(Participant):
    """
    Registers a participant, or changes its registration.

    It is sent whole, and replaces the entry with its id.
    """

    kind: Annotated[
        Literal["agency_system", "agency_desk", "provider", "program_office", "observer"],
        Field(examples=["agency_system"]),
    ]
    """What kind of participant it is; this decides what it may send."""


class ProgramDefinition(Program):
    """
    Defines a program, or changes it.

    It is sent whole, and replaces the entry with its id.
    """

    status: Annotated[Literal["announced", "open", "suspended", "ended"], Field(examples=["open"])]
    """Whether it takes requests and offers them."""


class SolicitationAnnouncement(Solicitation):
    """
    Announces a solicitation, or changes it.

    It is sent whole, each version under the next number, and replaces the one with its id.
    """

    for_: Annotated[Literal["providers", "agencies"], Field(alias="for", examples=["providers"])]
    """Who may apply."""
    status: Annotated[Literal["announced", "open", "closed", "canceled"], Field(examples=["open"])]
    """Whether it is to open, open, closed, or canceled."""


class Inbound(Strict):
    """The envelope of participants' messages; the model of ``type`` validates ``data``."""

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: Annotated[Identifier, Field(examples=["2026-0001-1"])]
    """Your own id of this message, never used for another one."""
    source: Annotated[Line, Field(examples=["urn:cri:south-agencies:case-system"])]
    """
    The system that wrote it: one of your registered sources, or one with a colon and a suffix.
    """
    type: Line
    """The type of the message."""
    subject: Annotated[Line, Field(examples=["south-agencies-2026-0001"])]
    """What the message is about, such as your reference or a tracking number."""
    actor: Actor | None = None
    """The person who acts, as a pseudonym; required if your registration says so."""
    onbehalfof: ParticipantId | None = None
    """Only from the public desk: the participant without a system for which it acts."""
    time: Annotated[AwareDatetime, Field(examples=["2026-11-29T15:04:05-05:00"])]
    """When you wrote it. Only the broker's time of the record is used to decide."""
    datacontenttype: Annotated[str, Field(pattern=JSON_TYPE, examples=["application/json"])] = (
        "application/json"
    )
    """The form of `data`: JSON."""
    dataschema: Line | None = None
    """Optional. It must be well-formed, and has no effect."""
    dataclassification: Literal["public", "internal", "confidential", "restricted"] | None = None
    """Optional. It must be well-formed, and has no effect."""
    traceparent: Annotated[
        Annotated[str, Field(max_length=100, json_schema_extra=_TRACE)] | None,
        Field(examples=["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]),
    ] = None
    """W3C Trace Context; copied unchanged to the answers."""
    tracestate: Annotated[str, Field(max_length=8000)] | None = None
    """W3C Trace Context; not copied."""
    correlationid: Identifier | None = None
    """Optional. It must be well-formed, and has no effect."""
    causationid: Line | None = None
    """Optional. It must be well-formed, and has no effect."""
    sequence: Identifier | None = None
    """Optional. It must be well-formed, and has no effect."""
    data: Any
    """The message itself, as its type defines it."""


DATA: dict[str, type[BaseModel]] = {
    "gov.cri.request.submit.v1": Submission,
    "gov.cri.request.amend.v1": Amendment,
    "gov.cri.request.withdraw.v1": Withdrawal,
    "gov.cri.contact.set.v1": Contact,
    "gov.cri.preference.set.v1": Preference,
    "gov.cri.code.send.v1": CodeToSend,
    "gov.cri.subscription.ask.v1": SubscriptionRequest,
    "gov.cri.subscription.confirm.v1": SubscriptionConfirmation,
    "gov.cri.subscription.set.v1": SubscriptionChoice,
    "gov.cri.subscription.end.v1": SubscriptionEnding,
    "gov.cri.status.ask.v1": StatusQuestion,
    "gov.cri.capacity.declare.v1": Capacity,
    "gov.cri.offer.answer.v1": OfferAnswer,
    "gov.cri.milestone.report.v1": Milestone,
    "gov.cri.engagement.close.v1": Close,
    "gov.cri.participant.register.v1": ParticipantRegistration,
    "gov.cri.program.define.v1": ProgramDefinition,
    "gov.cri.topic.define.v1": TopicOfHelp,
    "gov.cri.provider.list.v1": Provider,
    "gov.cri.ruleset.approve.v1": RuleSet,
    "gov.cri.calendar.define.v1": CalendarDefinition,
    "gov.cri.staff.set.v1": StaffMember,
    "gov.cri.solicitation.announce.v1": SolicitationAnnouncement,
    "gov.cri.agency.set.v1": KnownAgency,
    "gov.cri.hold.set.v1": Hold,
    "gov.cri.person.forget.v1": Forgetting,
    "gov.cri.request.direct.v1": Direction,
    "gov.cri.engagement.end.v1": EngagementEnding,
    "gov.cri.engagement.rehome.v1": Rehoming,
    "gov.cri.clock.settle.v1": ClockSettlement,
    "gov.cri.notice.settle.v1": NoticeSettlement,
    "gov.cri.case.ask.v1": CaseQuestion,
    **assessments.INBOUND,
    **publications.INBOUND,
}
"""Inbound type → the model of its ``data``."""


def schema_file(kind: str | None) -> str:
    """Return where the contract has the schema of *kind*; its folder if the type is unknown."""
    name = "" if kind is None else f"{kind.removeprefix('gov.cri.')}.json"
    return f"schemas/producer/{name}"


OFFICE = "program_office"
"""The kind of participant that directs the programs."""
AGENCY_DESK = "agency_desk"
"""The kind of the public desk."""
_ASKING = frozenset({"agency_system", AGENCY_DESK, OFFICE})
SENDERS: dict[str, frozenset[str]] = {
    "gov.cri.request.submit.v1": _ASKING,
    "gov.cri.request.amend.v1": _ASKING,
    "gov.cri.request.withdraw.v1": _ASKING,
    "gov.cri.contact.set.v1": _ASKING | {"provider"},
    "gov.cri.preference.set.v1": _ASKING | {"provider"},
    "gov.cri.code.send.v1": frozenset({AGENCY_DESK}),
    "gov.cri.status.ask.v1": _ASKING | {"provider", "observer"},
    "gov.cri.subscription.ask.v1": frozenset({AGENCY_DESK}),
    "gov.cri.subscription.confirm.v1": frozenset({AGENCY_DESK}),
    "gov.cri.subscription.set.v1": frozenset({AGENCY_DESK}),
    "gov.cri.subscription.end.v1": frozenset({AGENCY_DESK}),
    "gov.cri.capacity.declare.v1": frozenset({"provider"}),
    "gov.cri.offer.answer.v1": frozenset({"provider"}),
    "gov.cri.milestone.report.v1": frozenset({"provider"}),
    "gov.cri.engagement.close.v1": frozenset({"provider"}),
    "gov.cri.participant.register.v1": frozenset({OFFICE}),
    "gov.cri.program.define.v1": frozenset({OFFICE}),
    "gov.cri.topic.define.v1": frozenset({OFFICE}),
    "gov.cri.provider.list.v1": frozenset({OFFICE}),
    "gov.cri.ruleset.approve.v1": frozenset({OFFICE}),
    "gov.cri.calendar.define.v1": frozenset({OFFICE}),
    "gov.cri.staff.set.v1": frozenset({OFFICE}),
    "gov.cri.solicitation.announce.v1": frozenset({OFFICE}),
    "gov.cri.agency.set.v1": frozenset({OFFICE}),
    "gov.cri.hold.set.v1": frozenset({OFFICE}),
    "gov.cri.person.forget.v1": frozenset({OFFICE}),
    "gov.cri.request.direct.v1": frozenset({OFFICE}),
    "gov.cri.engagement.end.v1": frozenset({OFFICE}),
    "gov.cri.engagement.rehome.v1": frozenset({OFFICE}),
    "gov.cri.clock.settle.v1": frozenset({OFFICE}),
    "gov.cri.notice.settle.v1": frozenset({OFFICE}),
    "gov.cri.case.ask.v1": frozenset({OFFICE}),
    "gov.cri.focus_area.set.v1": frozenset({"provider"}),
    "gov.cri.finding.record.v1": frozenset({"provider"}),
    "gov.cri.recommendation.record.v1": frozenset({"provider"}),
    "gov.cri.recommendation.claim.v1": _ASKING,
    "gov.cri.status.propose.v1": frozenset({"provider"}),
    "gov.cri.status.verify.v1": frozenset({OFFICE}),
    "gov.cri.publication.plan.v1": frozenset({OFFICE}),
    "gov.cri.publication.reschedule.v1": frozenset({OFFICE}),
    "gov.cri.report.draft.v1": frozenset({"provider", OFFICE}),
    "gov.cri.report.read.v1": _ASKING,
    "gov.cri.fact_check.answer.v1": _ASKING,
    "gov.cri.publication.approve.v1": frozenset({OFFICE}),
    "gov.cri.publication.return.v1": frozenset({OFFICE}),
    "gov.cri.reply.state.v1": _ASKING,
    "gov.cri.report.correct.v1": frozenset({OFFICE}),
    "gov.cri.correction.approve.v1": frozenset({OFFICE}),
    "gov.cri.report.withdraw.v1": frozenset({OFFICE}),
}
"""Inbound type → the kinds of participant that may send it."""

NEED_ACTOR = frozenset(
    {
        "gov.cri.case.ask.v1",
        "gov.cri.correction.approve.v1",
        "gov.cri.hold.set.v1",
        "gov.cri.person.forget.v1",
        "gov.cri.publication.approve.v1",
        "gov.cri.report.correct.v1",
        "gov.cri.report.draft.v1",
        "gov.cri.status.propose.v1",
        "gov.cri.status.verify.v1",
    }
)
"""Inbound types whose sender always names a person; one of a program office needs a role."""

_BY_ROLE: dict[StaffRole, frozenset[str]] = {
    "reader": frozenset({"gov.cri.status.ask.v1"}),
    "worker": frozenset(
        {
            "gov.cri.status.ask.v1",
            "gov.cri.contact.set.v1",
            "gov.cri.preference.set.v1",
            "gov.cri.request.submit.v1",
            "gov.cri.request.amend.v1",
            "gov.cri.request.withdraw.v1",
            "gov.cri.request.direct.v1",
            "gov.cri.engagement.end.v1",
            "gov.cri.engagement.rehome.v1",
            "gov.cri.clock.settle.v1",
            "gov.cri.notice.settle.v1",
            "gov.cri.case.ask.v1",
            "gov.cri.recommendation.claim.v1",
            "gov.cri.status.verify.v1",
            "gov.cri.publication.reschedule.v1",
            "gov.cri.publication.return.v1",
            "gov.cri.report.draft.v1",
            "gov.cri.report.read.v1",
            "gov.cri.fact_check.answer.v1",
            "gov.cri.reply.state.v1",
            "gov.cri.report.correct.v1",
        }
    ),
    "approver": frozenset(
        {
            "gov.cri.status.ask.v1",
            "gov.cri.program.define.v1",
            "gov.cri.topic.define.v1",
            "gov.cri.provider.list.v1",
            "gov.cri.ruleset.approve.v1",
            "gov.cri.calendar.define.v1",
            "gov.cri.solicitation.announce.v1",
            "gov.cri.agency.set.v1",
            "gov.cri.hold.set.v1",
            "gov.cri.person.forget.v1",
            "gov.cri.publication.plan.v1",
            "gov.cri.report.read.v1",
            "gov.cri.publication.approve.v1",
            "gov.cri.correction.approve.v1",
            "gov.cri.report.withdraw.v1",
        }
    ),
    "administrator": frozenset({"gov.cri.participant.register.v1", "gov.cri.staff.set.v1"}),
}
"""Role → the inbound types that it may send for a program office that names actors."""
STAFF_ROLES: dict[str, frozenset[StaffRole]] = {
    kind: frozenset(role for role, kinds in _BY_ROLE.items() if kind in kinds)
    for kind, senders in SENDERS.items()
    if OFFICE in senders
}
"""Inbound type → the roles of which a person needs one to send it for a program office."""


def staff_roles(kind: str, data: Any) -> frozenset[StaffRole]:
    """Return the roles of which a person needs one to send *data* of *kind* for an office."""
    if isinstance(data, EngagementEnding | Rehoming) and data.reason == "superseded":
        return frozenset({"approver"})
    return STAFF_ROLES[kind]
