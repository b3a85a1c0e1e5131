"""What routing publishes: what became of each request."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Facts, Uuid
from shared.contracts.intake import Reason

TOPIC = "cri.int.routing.v1"

STATUSES = (
    "accepted",
    "triaged",
    "waiting",
    "offered",
    "assigned",
    "in_delivery",
    "delivered",
    "closed",
    "ineligible",
    "referred",
    "withdrawn",
)
TERMINAL = frozenset({"closed", "ineligible", "withdrawn"})


class Sentences(Facts):
    """One plain sentence for each audience, holding only what that audience may know."""

    staff: str
    requester: str | None = None
    provider: str | None = None


class DecisionFacts(Facts):
    """Names a decision record of routing's database; ``hash`` is that of the record."""

    id: str
    hash: str
    ruleset: str
    because: Sentences


class RequestStateFacts(Facts):
    """
    What every event about a request carries; ``status`` is the state after it.

    ``decided`` counts the request's decision records so far; events before 0.3.0 do not have it.
    ``facts`` are what rules may read of the request, in the events that set them: the first of
    a request, and `RequestFactsChanged`. ``need_stated`` comes with them.
    """

    request_id: Uuid
    tracking_number: str
    participant: str
    status: str
    program: str | None = None
    lane: str | None = None
    decided: int | None = None
    facts: dict[str, Any] | None = None
    need_stated: bool | None = None


class TriageFacts(RequestStateFacts):
    """``queue_number`` is the place in the lane, in the event that gives it."""

    decision: DecisionFacts
    queue_number: int | None = None


class RequestTriaged(Event):
    type: Literal["gov.cri.routing.request_triaged.v1"]
    data: TriageFacts


class IneligibleFacts(RequestStateFacts):
    decision: DecisionFacts
    reasons: list[Reason]
    elsewhere: str | None = None


class RequestIneligible(Event):
    type: Literal["gov.cri.routing.request_ineligible.v1"]
    data: IneligibleFacts


class WaitFacts(RequestStateFacts):
    """
    ``reason``: program_not_open or no_capacity.

    ``queue_number`` is the place in the lane, in the event that gives it.
    """

    reason: str
    opens_at: AwareDatetime | None = None
    decision: DecisionFacts
    queue_number: int | None = None


class RequestWaitlisted(Event):
    type: Literal["gov.cri.routing.request_waitlisted.v1"]
    data: WaitFacts


class ReferralFacts(RequestStateFacts):
    """
    ``reason``: ori_not_listed, no_ori, ori_ambiguous, state_not_as_listed, name_not_as_listed,
    no_candidate, calendar_ended, countered, program_not_offered (it ended),
    no_ruleset (none is in force). ``due_at`` is when the time to direct it runs out.
    """

    reason: str
    provider: str | None = None
    counter_from: date | None = None
    counter_until: date | None = None
    counter_service_forms: list[str] = []
    decision: DecisionFacts
    due_at: AwareDatetime | None = None


class RequestReferred(Event):
    type: Literal["gov.cri.routing.request_referred.v1"]
    data: ReferralFacts


class OfferFacts(RequestStateFacts):
    """
    ``offer_id`` is ``<tracking number>-O<n>``, n counting the request's offers from 1.

    ``declaration`` is the id of the `CapacityDeclared` of which the offer takes one, of its
    ``entry`` (from 0); an offer that the program office directed takes none.
    """

    offer_id: str
    provider: str
    expires_at: AwareDatetime
    decision: DecisionFacts
    declaration: str | None = None
    entry: int | None = None


class OfferMade(Event):
    type: Literal["gov.cri.routing.offer_made.v1"]
    data: OfferFacts


class OfferEndFacts(RequestStateFacts):
    offer_id: str
    provider: str
    reason: str | None = None


class OfferDeclined(Event):
    type: Literal["gov.cri.routing.offer_declined.v1"]
    data: OfferEndFacts


class OfferLapsed(Event):
    type: Literal["gov.cri.routing.offer_lapsed.v1"]
    data: OfferEndFacts


class OfferWithdrawn(Event):
    type: Literal["gov.cri.routing.offer_withdrawn.v1"]
    data: OfferEndFacts


class EngagementFacts(RequestStateFacts):
    """
    ``engagement_id`` is ``<tracking number>-E<n>``, n that of the offer.

    ``need_stated`` says whether the requester stated its need in words: who hands the need to
    the provider waits for it. ``decision`` is there when the program office accepted other
    terms; ``due_at`` is when silence is noticed.
    """

    engagement_id: str
    offer_id: str
    provider: str
    need_stated: bool = False
    decision: DecisionFacts | None = None
    due_at: AwareDatetime | None = None


class EngagementOpened(Event):
    type: Literal["gov.cri.routing.engagement_opened.v1"]
    data: EngagementFacts


class ProgressFacts(RequestStateFacts):
    """``due_at`` is when silence is noticed, if that is later now."""

    engagement_id: str
    provider: str
    milestone: str
    on: date
    due_at: AwareDatetime | None = None


class EngagementProgressed(Event):
    type: Literal["gov.cri.routing.engagement_progressed.v1"]
    data: ProgressFacts


class ClosedFacts(RequestStateFacts):
    engagement_id: str
    provider: str
    reason: str
    outcome: str | None = None


class EngagementClosed(Event):
    type: Literal["gov.cri.routing.engagement_closed.v1"]
    data: ClosedFacts


class WithdrawnFacts(RequestStateFacts):
    """``provider`` is the one whose work stops, if an engagement was open."""

    before: str
    provider: str | None = None
    engagement_id: str | None = None


class RequestWithdrawn(Event):
    type: Literal["gov.cri.routing.request_withdrawn.v1"]
    data: WithdrawnFacts


class ClockFacts(RequestStateFacts):
    clock: str
    due_at: AwareDatetime


class ClockMissed(Event):
    type: Literal["gov.cri.routing.clock_missed.v1"]
    data: ClockFacts


class AppliedFacts(Facts):
    """
    ``what`` is the kind of message applied, such as ``capacity.declare``.

    ``requester``, whose request it is about, is there when a note came with the message: who hands
    the note on must know whom to.
    """

    participant: str
    what: str
    about: str
    requester: str | None = None


class MessageApplied(Event):
    """The answer to an inbound record that routing decided; see ``inreplyto``."""

    type: Literal["gov.cri.routing.message_applied.v1"]
    data: AppliedFacts


class MessageRefusedFacts(Facts):
    participant: str
    what: str
    about: str
    refused_by: str = "routing"
    reasons: list[Reason]
    requester: str | None = None


class MessageRefused(Event):
    type: Literal["gov.cri.routing.message_refused.v1"]
    data: MessageRefusedFacts


class TooLateFacts(Facts):
    """
    ``ended`` is the state in which the request had ended; ``amendment`` the number of the
    `RequestAmended` on intake's topic, ``record`` and ``message_id`` name what the sender wrote.
    """

    request_id: Uuid
    tracking_number: str
    participant: str
    ended: str
    amendment: int
    record: str | None = None
    message_id: str | None = None


class AmendmentCameTooLate(Event):
    """An amendment that was answered as applied has no effect: its request had ended before."""

    type: Literal["gov.cri.routing.amendment_came_too_late.v1"]
    data: TooLateFacts


class FactsChangedFacts(RequestStateFacts):
    """``amendment`` is the number of the `RequestAmended` on intake's topic."""

    amendment: int


class RequestFactsChanged(Event):
    """An amendment was taken in; its ``facts`` replace those before."""

    type: Literal["gov.cri.routing.facts_changed.v1"]
    data: FactsChangedFacts


class RecordedFacts(RequestStateFacts):
    """The whole state of a request after its last event, ``last_event``."""

    last_event: str
    queue_number: int | None = None
    queued: bool
    waits_for: str | None = None
    offered: list[str] = []
    offer_state: str | None = None
    offer_expires_at: AwareDatetime | None = None
    declaration: str | None = None
    entry: int | None = None
    due_clock: str | None = None
    due_at: AwareDatetime | None = None
    due_cause: str | None = None


class RequestRecorded(Event):
    """Nothing happened: the events before do not say the whole state, and this one does."""

    type: Literal["gov.cri.routing.request_recorded.v1"]
    data: RecordedFacts


RequestEvent = (
    RequestTriaged
    | RequestIneligible
    | RequestWaitlisted
    | RequestReferred
    | OfferMade
    | OfferDeclined
    | OfferLapsed
    | OfferWithdrawn
    | EngagementOpened
    | EngagementProgressed
    | EngagementClosed
    | RequestWithdrawn
    | ClockMissed
)
AnnouncedEvent = RequestEvent | MessageApplied | MessageRefused | AmendmentCameTooLate
"""What somebody hears of: of an amendment itself, intake's event says all there is to tell."""
StateEvent = RequestEvent | RequestFactsChanged | RequestRecorded
"""What changes or records the state of a request."""
RoutingEvent = AnnouncedEvent | StateEvent
