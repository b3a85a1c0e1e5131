"""The answer to ``status.ask``: only data that the asker may see."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from services.notifications.audiences.request_status import ListPage, RequestStatus
from shared.contracts import refusals
from shared.contracts.intake import StatusAsked
from shared.contracts.outbound import Refused, StatusAnswer, StatusLine
from shared.contracts.refusals import Refusal


def answered(event: StatusAsked, view: View) -> StatusAnswer | None:
    """Return the current status of the request or of the list."""
    if view.listing is not None:
        return _answer(event, view, view.listing)
    if _reason_to_refuse(event, view) is not None:
        return None
    assert view.known is not None
    return _answer(event, view, ListPage((view.known,), 1))


def refused(event: StatusAsked, view: View) -> Refused | None:
    """Refuse a question about a request that is unknown or that the asker may not see."""
    refusal = _reason_to_refuse(event, view)
    if refusal is None:
        return None
    return Refused(
        refused_by="notifications",
        reasons=[refusal.reason("/about")],
        elsewhere=render.ASK_THE_OFFICE,
    )


def _reason_to_refuse(event: StatusAsked, view: View) -> Refusal | None:
    asker, known = event.data.participant, view.known
    if view.listing is not None:
        return None
    if known is None:
        return refusals.UNKNOWN_REQUEST
    if asker in view.directory.offices or asker in (known.participant, known.provider):
        return None
    return refusals.NOT_YOURS


def _answer(event: StatusAsked, view: View, listing: ListPage) -> StatusAnswer:
    asker = event.data.participant
    office = asker in view.directory.offices
    lines = [_line(known, asker, office=office) for known in listing.requests]
    more = listing.remaining - len(lines)
    return StatusAnswer(
        about=event.data.about,
        as_of=view.at,
        requests=lines,
        more=more,
        next=listing.last if more else None,
    )


def _line(known: RequestStatus, asker: str, *, office: bool) -> StatusLine:
    own = asker == known.participant
    sentence = known.sentence
    if not own and not office:
        sentence = known.provider_sentence or ""
    engaged = not office and asker == known.provider and known.engagement_id is not None
    return StatusLine(
        tracking_number=known.tracking_number,
        status=known.status,
        since=known.since,
        sentence=sentence,
        program=known.program,
        provider=known.provider,
        offer_id=None if own else known.offer_id,
        expires_at=None if own else known.expires_at,
        engagement_id=known.engagement_id if engaged else None,
        topics=list(known.topics),
        service_forms=list(known.service_forms),
        wished=known.wished,
    )
