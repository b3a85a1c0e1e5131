"""Messages about a clock: about to run out, missed, moved, or settled."""

from services.notifications.audiences.audience import View
from services.notifications.audiences.evolve import OFFER
from shared.clocks.written import moment_in_utc
from shared.contracts import routing
from shared.contracts.outbound import ClockLate, ClockMoved, ClockReminder, ClockSettled

Miss = routing.ClockMissed | routing.ClockStillMissed
REHOME = "rehome"
OF_OFFICE = ("triage.", REHOME)
"""Prefixes of the names of the program office's clocks."""
_GOES_ON = "the work goes on; it is told if that changes"
_BEFORE = "releases before 0.4.0 told nobody of a missed clock; it shows in the figures"


def for_requester(event: Miss, view: View) -> ClockLate | str:
    if event.data.clock == REHOME:
        return _GOES_ON
    provider, due, again = _named(event, view)
    if again is None:
        return _BEFORE
    sentence = (
        f"The program office is late: it should have decided about your request by {due}."
        f" It was told so. You hear again by {again} if nothing has changed."
    )
    if provider is not None:
        sentence = (
            f"{provider} is late: by {due} it should have reported progress on your request."
            " The program office was told so and can step in."
            f" You hear again by {again} if nothing has changed."
        )
    return _late(event, view, sentence)


def for_office(event: Miss, view: View) -> ClockLate | str:
    provider, due, again = _named(event, view)
    if again is None:
        return _BEFORE
    sentence = f"This request waits for your decision, which was due by {due}."
    if event.data.clock == REHOME:
        sentence = f"By {due} this work should have gone to another provider. Please decide."
    if provider is not None:
        sentence = f"{provider} should have reported progress by {due}. Please ask it."
    return _late(event, view, f"{sentence} You hear again by {again} if nothing has changed.")


def remind_provider(event: routing.ClockReminded, view: View) -> ClockReminder:
    """Remind the provider to answer the offer, or to report progress."""
    due = moment_in_utc(event.data.due_at)
    if event.data.clock.startswith(OFFER):
        return _reminder(event, view, f"Your answer to this offer is due by {due}.")
    return _reminder(event, view, f"Please report progress by {due}.")


def remind_office(event: routing.ClockReminded, view: View) -> ClockReminder | None:
    """Remind the program office, if it must decide about the request."""
    if event.data.provider is not None:
        return None
    due = moment_in_utc(event.data.due_at)
    sentence = f"This request waits for your decision, which is due by {due}."
    if event.data.clock == REHOME:
        sentence = f"This work should go to another provider by {due}."
    return _reminder(event, view, sentence)


def _reminder(event: routing.ClockReminded, view: View, sentence: str) -> ClockReminder:
    data = event.data
    return ClockReminder(
        tracking_number=data.tracking_number,
        offer_id=view.request.offer_id if data.clock.startswith(OFFER) else None,
        engagement_id=None if data.clock.startswith(OFFER) else view.request.engagement_id,
        clock=data.clock,
        due_at=data.due_at,
        sentence=sentence,
    )


def settled(event: routing.ClockSettled, view: View) -> ClockSettled | str:
    """Tell the requester."""
    data = event.data
    if data.clock == REHOME:
        return _GOES_ON
    again = None if data.next_at is None else moment_in_utc(data.next_at)
    follows = "You are not told of it again."
    if again is not None:
        follows = f"You hear again by {again} if nothing has changed."
    return ClockSettled(
        tracking_number=data.tracking_number,
        clock=data.clock,
        due_at=data.due_at,
        next_at=data.next_at,
        sentence=f"The program office knows what was due by {moment_in_utc(data.due_at)}, and has"
        f" settled it. {follows}",
    )


def moved_for_provider(event: routing.ClockMoved, view: View) -> ClockMoved:
    """Tell the provider that was asked."""
    due = moment_in_utc(event.data.due_at)
    why = "the working days have changed"
    if event.data.because == "delivered":
        why = "our email about it came late, so you have the whole time from then on"
    return _moved(event, f"The offer is open until {due}: {why}.", view)


def moved_for_office(event: routing.ClockMoved, view: View) -> ClockMoved | None:
    """Tell the program office, if it must decide about the request."""
    if event.data.clock.startswith(OFFER):
        return None
    due = moment_in_utc(event.data.due_at)
    return _moved(event, f"Your decision is due by {due}: the working days have changed.", view)


def _moved(event: routing.ClockMoved, sentence: str, view: View) -> ClockMoved:
    data = event.data
    return ClockMoved(
        tracking_number=data.tracking_number,
        offer_id=view.request.offer_id,
        clock=data.clock,
        before=data.before,
        due_at=data.due_at,
        was_late=data.would_not_have_been_missed,
        sentence=sentence,
    )


def _named(event: Miss, view: View) -> tuple[str | None, str, str | None]:
    """Return the late provider's name, if any; in words, when it was due and the next notice."""
    provider, again = _provider(event, view), event.data.next_at
    name = None if provider is None else view.directory.participant(provider)
    return name, moment_in_utc(event.data.due_at), None if again is None else moment_in_utc(again)


def _provider(event: Miss, view: View) -> str | None:
    return None if event.data.clock.startswith(OF_OFFICE) else view.request.provider


def _late(event: Miss, view: View, sentence: str) -> ClockLate:
    data = event.data
    assert data.next_at is not None
    return ClockLate(
        tracking_number=data.tracking_number,
        clock=data.clock,
        provider=_provider(event, view),
        due_at=data.due_at,
        times=data.n if isinstance(data, routing.StillMissedFacts) else 1,
        next_at=data.next_at,
        sentence=sentence,
    )
