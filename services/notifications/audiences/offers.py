"""Messages about an offer: made, lapsed, withdrawn."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts import routing
from shared.contracts.outbound import Next, OfferChanged, OfferEnd, OfferMessage, StatusChanged

FOLLOWS = "what it leads to follows at once and is told"


def made(event: routing.OfferMade, view: View) -> OfferMessage:
    return render.offer_made(view.request, event.data)


def asked(event: routing.OfferMade, view: View) -> StatusChanged:
    """Tell the requester who was asked, and by when an answer comes."""
    provider = view.directory.participant(event.data.provider)
    next_ = Next(what=f"{provider} answers the offer.", by=event.data.expires_at)
    return render.status_changed(view.request, next_)


def changed(event: routing.RequestFactsChanged, view: View) -> OfferChanged | str | None:
    """Tell the provider which parts of its open offer an amendment changed."""
    request = view.request
    if not request.offer_open or request.offer_id is None:
        return None
    names = render.differences(view.before, request)
    if not names:
        return render.NOTHING_CHANGED
    return OfferChanged(
        offer_id=request.offer_id,
        tracking_number=request.tracking_number,
        changed=names,
        **render.asked(request),
        sentence=render.changed(names),
    )


def lapsed(event: routing.OfferLapsed, _: View) -> OfferEnd:
    return _ended(event.data, "The offer has lapsed: no answer came in time. Nothing is owed.")


def withdrawn(event: routing.OfferWithdrawn, _: View) -> OfferEnd:
    """Say that the offer no longer stands; say why only if `render` has a sentence for it."""
    return _ended(
        event.data,
        render.sentence_for(
            render.OFFER_WITHDRAWN,
            event.data.reason or "",
            "The offer is withdrawn: please stop; whatever you were told about it no longer"
            " holds.",
        ),
    )


def not_reached(event: routing.OfferWithdrawn, view: View) -> StatusChanged | str:
    """Tell the requester why it takes longer, if the provider could not be reached."""
    if event.data.reason == routing.UNREACHABLE:
        return render.status_changed(view.request, Next(what=render.NEXT["triaged"]))
    return FOLLOWS


def _ended(data: routing.OfferEndFacts, sentence: str) -> OfferEnd:
    return OfferEnd(
        offer_id=data.offer_id, tracking_number=data.tracking_number, sentence=sentence
    )
