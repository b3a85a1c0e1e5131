"""Events that routing publishes: what became of each request."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Facts, Uuid
from shared.contracts.intake import CapacityEntryFacts, Reason, Window

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
REQUEST_WITHDRAWN = "request_withdrawn"
UNREACHABLE = "unreachable"
NO_LONGER_FITS = "no_longer_fits"
TERMINAL = frozenset({"closed", "ineligible", "withdrawn"})


class Sentences(Facts):
    """One plain sentence per audience, with only what that audience may know."""

    staff: str
    requester: str | None = None
    provider: str | None = None


class DecisionFacts(Facts):
    """Refers to a decision record in routing's database; ``hash`` is the record's hash."""

    id: str
    hash: str
    ruleset: str
    because: Sentences


class RequestStateFacts(Facts):
    """
    The fields of every event about a request; ``status`` is its status after the event.

    ``decided`` counts the request's decision records so far; absent before 0.3.0. ``facts`` are
    the request's facts for rules. They and ``need_stated`` are only in the events that set them:
    a request's first event, and `RequestFactsChanged`.
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
    """``queue_number`` is the place in the lane, in the event that assigns it."""

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
    ``reason`` is program_not_open, program_suspended or no_capacity.

    ``queue_number`` is the place in the lane, in the event that assigns it.
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
    ``reason`` is authority_not_confirmed, ori_not_listed, no_ori, ori_ambiguous,
    state_not_as_listed, name_not_as_listed, no_candidate, calendar_ended, countered,
    engagement_ended, program_not_offered (it ended) or no_ruleset (none is in force). The program
    office should direct the request by ``due_at``.
    ``remind_at`` is when the office is reminded. ``proposed_program`` is another program that
    would serve it, if its own has ended.
    """

    reason: str
    provider: str | None = None
    counter_from: date | None = None
    counter_until: date | None = None
    counter_service_forms: list[str] = []
    decision: DecisionFacts
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    proposed_program: str | None = None


class RequestReferred(Event):
    type: Literal["gov.cri.routing.request_referred.v1"]
    data: ReferralFacts


class OfferFacts(RequestStateFacts):
    """
    ``offer_id`` is ``<tracking number>-O<n>``; n counts the request's offers from 1.

    The offer takes one place of entry ``entry`` (from 0) of the `CapacityDeclared` with the id
    ``declaration``. An offer that the program office directed takes no place. ``continues`` is
    the engagement that ended right before, with another provider, and would go on with this one.
    The provider is reminded at ``remind_at``; offers before 0.4.0 and short ones do not have it.
    If it has no system, a mail about the offer must have reached it by ``reach_by``.
    """

    offer_id: str
    provider: str
    expires_at: AwareDatetime
    decision: DecisionFacts
    declaration: str | None = None
    entry: int | None = None
    continues: str | None = None
    remind_at: AwareDatetime | None = None
    reach_by: AwareDatetime | None = None


class OfferMade(Event):
    type: Literal["gov.cri.routing.offer_made.v1"]
    data: OfferFacts


class OfferEndFacts(RequestStateFacts):
    """
    ``queue_number`` is the place in the lane, in the event that assigns it.

    An offer is withdrawn with one of these reasons: request_withdrawn; no_longer_fits (after an
    amendment its provider would not be asked); unreachable (no mail about it reached a provider
    without a system); or, because its provider or its program no longer takes part,
    provider_suspended, provider_ended, provider_not_registered, program_suspended, program_ended
    or program_not_open. After unreachable the provider is not asked about the request again; after
    those that follow it, and after no_longer_fits, it may be.
    """

    offer_id: str
    provider: str
    reason: str | None = None
    queue_number: int | None = None


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
    ``engagement_id`` is ``<tracking number>-E<n>``; n is the offer's number.

    ``need_stated``: the requester described its need in its own words, and notifications must
    wait for that text before it passes the need to the provider. ``decision`` is present if the
    program office accepted a counteroffer. ``due_at`` is when missing progress is noticed,
    ``remind_at`` when the provider is reminded of it.
    """

    engagement_id: str
    offer_id: str
    provider: str
    need_stated: bool = False
    decision: DecisionFacts | None = None
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None


class EngagementOpened(Event):
    type: Literal["gov.cri.routing.engagement_opened.v1"]
    data: EngagementFacts


class ProgressFacts(RequestStateFacts):
    """
    ``due_at`` is when missing progress is noticed, if this event moved it.

    The provider is reminded of it at ``remind_at``.
    """

    engagement_id: str
    provider: str
    milestone: str
    on: date
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None


class EngagementProgressed(Event):
    type: Literal["gov.cri.routing.engagement_progressed.v1"]
    data: ProgressFacts


class ClosedFacts(RequestStateFacts):
    """
    ``ended_by`` is the program office that ended the engagement, or the program, if that ended and
    its work with it. Absent: its provider did.
    """

    engagement_id: str
    provider: str
    reason: str
    outcome: str | None = None
    ended_by: str | None = None


class EngagementClosed(Event):
    type: Literal["gov.cri.routing.engagement_closed.v1"]
    data: ClosedFacts


class EngagementEndedFacts(RequestStateFacts):
    """
    ``ended_by`` is the participant that ended the engagement: its provider, or a program office.

    ``reason`` is ended_by_program, superseded, provider_lost or duplicate. After provider_lost the
    provider is asked again only under another declaration of capacity than ``declaration``, its
    last one (empty: it had none). ``queue_number`` is the place in the lane, in the event that
    assigns it. ``referred``: the program office decides what comes next, as the next event says.
    ``next_provider`` is asked to go on, by the offer that is the next event.
    """

    engagement_id: str
    provider: str
    reason: str
    ended_by: str
    declaration: str | None = None
    queue_number: int | None = None
    referred: bool = False
    next_provider: str | None = None


class EngagementEnded(Event):
    """An engagement ended, and its request goes on; `EngagementClosed` ends the request."""

    type: Literal["gov.cri.routing.engagement_ended.v1"]
    data: EngagementEndedFacts


PROVIDER_LEFT = frozenset({"provider_ended", "provider_not_registered"})
"""Causes after which the work should go to another provider."""


class AffectedFacts(RequestStateFacts):
    """
    ``cause`` is provider_suspended, provider_ended, provider_not_registered, program_suspended or
    program_ended; or takes_part_again. ``proposed_provider`` could go on with the work, in
    ``proposed_program`` if its own has ended.

    ``stopped``: the work may not go on, because its program is suspended and says so.
    ``stop_changed``: this event changed that. ``rehome``: its program has ended, and says that the
    work is to be given to another. If that, or a provider that has left, starts the clock
    ``rehome``, the program office should give the work to another provider by ``rehome_by``, and
    is reminded at ``remind_at``.
    """

    engagement_id: str
    provider: str
    cause: str
    proposed_provider: str | None = None
    proposed_program: str | None = None
    stopped: bool = False
    stop_changed: bool = False
    rehome: bool = False
    rehome_by: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None


class EngagementAffected(Event):
    """The provider or the program of an engagement no longer takes part, or does so again."""

    type: Literal["gov.cri.routing.engagement_affected.v1"]
    data: AffectedFacts


class WithdrawnFacts(RequestStateFacts):
    """``before`` is the status before; ``provider`` had the open engagement, if there was one."""

    before: str
    provider: str | None = None
    engagement_id: str | None = None


class RequestWithdrawn(Event):
    type: Literal["gov.cri.routing.request_withdrawn.v1"]
    data: WithdrawnFacts


class ClockFacts(RequestStateFacts):
    """
    ``next_at`` is when the miss is announced again if nothing happens.

    Events before 0.4.0 do not have it: their misses are not announced again.
    """

    clock: str
    due_at: AwareDatetime
    next_at: AwareDatetime | None = None


class ClockMissed(Event):
    type: Literal["gov.cri.routing.clock_missed.v1"]
    data: ClockFacts


class StillMissedFacts(ClockFacts):
    """``n`` counts how often this miss was announced; the first time was `ClockMissed`."""

    n: int


class ClockStillMissed(Event):
    """A clock that ran out is still late: what it waits for has not happened."""

    type: Literal["gov.cri.routing.clock_still_missed.v1"]
    data: StillMissedFacts


class RemindedFacts(RequestStateFacts):
    """``provider`` is the one that must act; without it, the program office must."""

    clock: str
    due_at: AwareDatetime
    provider: str | None = None


class ClockReminded(Event):
    """A clock will run out in one working day, if the one who must act does nothing."""

    type: Literal["gov.cri.routing.clock_reminded.v1"]
    data: RemindedFacts


class SettledFacts(RequestStateFacts):
    """
    The office ``settled_by`` settled a late clock, announced ``n`` times, for this ``reason``.

    ``next_at`` is when it is announced again; without it, it never is.
    """

    clock: str
    due_at: AwareDatetime
    n: int
    next_at: AwareDatetime | None = None
    settled_by: str
    reason: str


class ClockSettled(Event):
    """The program office settled a clock that is late."""

    type: Literal["gov.cri.routing.clock_settled.v1"]
    data: SettledFacts


class PausedFacts(RequestStateFacts):
    """``left``: how long the clock still has to run, in seconds of its unit of time."""

    clock: str
    left: float


class ClockPaused(Event):
    """A clock stands still, because the work that it measures may not go on."""

    type: Literal["gov.cri.routing.clock_paused.v1"]
    data: PausedFacts


class ResumedFacts(RequestStateFacts):
    """The clock ends at ``due_at``; the one who must act is reminded at ``remind_at``."""

    clock: str
    due_at: AwareDatetime
    remind_at: AwareDatetime | None = None


class ClockResumed(Event):
    """
    A clock runs for the time that was left when it was paused.

    One that was late before its work was stopped begins anew.
    """

    type: Literal["gov.cri.routing.clock_resumed.v1"]
    data: ResumedFacts


class MovedFacts(RequestStateFacts):
    """
    The clock ends at ``due_at`` instead of ``before``. The calendar has changed; or, if
    ``because`` is delivered, the first mail about an offer came late, and the time starts anew.

    ``provider`` is the one that was asked, if the clock is that of an offer.
    ``would_not_have_been_missed``: it was late by the earlier calendar, and runs again. The one
    who must act is reminded at ``remind_at``.
    """

    clock: str
    due_at: AwareDatetime
    before: AwareDatetime
    provider: str | None = None
    would_not_have_been_missed: bool = False
    remind_at: AwareDatetime | None = None
    because: str | None = None


class ClockMoved(Event):
    """A change of the calendar, or a mail that came late, moved the end of a clock."""

    type: Literal["gov.cri.routing.clock_moved.v1"]
    data: MovedFacts


class DeclaredFacts(Facts):
    """What a provider can take on, counted from its declaration; see `CapacityFacts`."""

    valid_until: AwareDatetime
    entries: list[CapacityEntryFacts]


class AppliedFacts(Facts):
    """
    ``what`` is the kind of the applied message, such as ``capacity.declare``.

    ``requester`` is present if the message has a note: the participant to whom it is passed on.
    ``declared`` is present if the message declares capacity; events before 0.3.0 do not have it.
    ``taken_as`` is present if a reason of an older version of the contract is taken as another.
    """

    participant: str
    what: str
    about: str
    requester: str | None = None
    declared: DeclaredFacts | None = None
    taken_as: str | None = None


class MessageApplied(Event):
    """Routing's answer to the inbound record that ``inreplyto`` names."""

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
    ``ended`` is the request's final status, ``amendment`` the sequence of the `RequestAmended`.

    ``record`` (a coordinate) and ``message_id`` identify the sender's message.
    """

    request_id: Uuid
    tracking_number: str
    participant: str
    ended: str
    amendment: int
    record: str | None = None
    message_id: str | None = None


class AmendmentCameTooLate(Event):
    """An amendment that was answered as applied had no effect: the request had ended before."""

    type: Literal["gov.cri.routing.amendment_came_too_late.v1"]
    data: TooLateFacts


class AskedFacts(Facts):
    """What a request asks for, as its provider may see it."""

    topics: list[str]
    service_forms: list[str] = []
    wished: Window = Window()


class FactsChangedFacts(RequestStateFacts):
    """
    ``amendment`` is the sequence of the `RequestAmended` on intake's topic.

    ``record`` (a coordinate) and ``message_id`` identify the sender's message. ``asked`` is what
    the request asks for now. ``words`` is the sequence of the `NeedStated` that came with the
    amendment, 0 if there is none. ``provider`` holds an offer or an engagement of the request.
    All but ``amendment`` are absent before 0.4.0.
    """

    amendment: int
    record: str | None = None
    message_id: str | None = None
    asked: AskedFacts | None = None
    words: int | None = None
    provider: str | None = None


class RequestFactsChanged(Event):
    """
    An amendment was applied; its ``facts`` replace the earlier ones.

    The provider is notified of the differences from its last message.
    """

    type: Literal["gov.cri.routing.facts_changed.v1"]
    data: FactsChangedFacts


class RecordedFacts(RequestStateFacts):
    """The complete state of a request after the event ``last_event``."""

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
    past: dict[str, str] = {}
    waits_until: AwareDatetime | None = None
    affected: str | None = None
    due_left: float | None = None


class RequestRecorded(Event):
    """A snapshot, not a change: a request's earlier events do not determine its complete state."""

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
    | EngagementEnded
    | EngagementAffected
    | RequestWithdrawn
    | ClockReminded
    | ClockMissed
    | ClockStillMissed
    | ClockSettled
    | ClockMoved
    | ClockPaused
    | ClockResumed
)
AnnouncedEvent = (
    RequestEvent | RequestFactsChanged | MessageApplied | MessageRefused | AmendmentCameTooLate
)
"""Events that audiences are notified of."""
StateEvent = RequestEvent | RequestFactsChanged | RequestRecorded
"""Events that change or record the state of a request."""
RoutingEvent = AnnouncedEvent | StateEvent
