"""Messages about a request that waits, is referred, is not eligible or was withdrawn."""

from services.notifications.audiences import engagements, offers, render
from services.notifications.audiences.audience import View
from shared.contracts import routing
from shared.contracts.outbound import Next, PassedOn, Referral, StatusChanged


def waitlisted(event: routing.RequestWaitlisted, view: View) -> StatusChanged:
    data = event.data
    what = "It moves on, in order, when there is room."
    if data.reason == "program_not_open":
        what = f"It moves on, in order, when {view.directory.program(data.program)} opens."
    if data.reason == "program_suspended":
        what = f"It moves on, in order, when {view.directory.program(data.program)} goes on."
    return render.status_changed(view.request, Next(what=what, by=data.opens_at))


def referred(event: routing.RequestReferred, view: View) -> StatusChanged:
    next_ = render.next_step(event.data.status, view.directory, None)
    return render.status_changed(view.request, next_)


def referral_made(event: routing.RequestReferred, _: View) -> Referral:
    return render.referral_made(event.data)


def ineligible(event: routing.RequestIneligible, view: View) -> StatusChanged:
    data = event.data
    elsewhere = data.elsewhere or render.PROGRAM_OFFICE
    return render.status_changed(view.request, reasons=data.reasons, elsewhere=elsewhere)


def passed_on(event: routing.RequestFactsChanged, view: View) -> PassedOn | str:
    """Tell the requester that the provider was notified of its amendment."""
    data = event.data
    told = offers.changed(event, view) or engagements.changed(event, view)
    if data.provider is None or told is None:
        return "no provider holds an offer or an engagement"
    if isinstance(told, str):
        return told
    provider = view.directory.participant(data.provider)
    return PassedOn(
        tracking_number=data.tracking_number,
        provider=data.provider,
        record=data.record,
        message_id=data.message_id,
        sentence=f"{provider} was told what you changed.",
    )


def withdrawn(_: routing.RequestWithdrawn, view: View) -> StatusChanged:
    return render.status_changed(view.request)


def referral_withdrawn(event: routing.RequestWithdrawn, view: View) -> StatusChanged | None:
    """Return the message to the program office that it need not decide."""
    if event.data.before != "referred":
        return None
    sentence = "The agency withdrew: nothing is left to decide."
    return render.status_changed(view.request._replace(sentence=sentence))
