"""Messages about an engagement: opened, changed, in progress, closed, ended."""

import json

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts import routing
from shared.contracts.outbound import (
    Affected,
    EngagementChanged,
    EngagementEnd,
    EngagementMessage,
    StatusChanged,
)

OWN_ACT = "it did this itself and was answered"


def handed_over(event: routing.EngagementOpened, view: View) -> EngagementMessage:
    """Give the need and the contacts to the provider that accepted."""
    return render.engagement_opened(
        view.request, event.data.engagement_id, need=view.need, contacts=view.contacts
    )


def changed(event: routing.RequestFactsChanged, view: View) -> EngagementChanged | str | None:
    """Tell the provider what an amendment changed in the request that it works on."""
    request = view.request
    if request.offer_open or request.engagement_id is None:
        return None
    names = render.differences(view.before, request)
    if event.data.words:
        names.append("need")
    if not names:
        return render.NOTHING_CHANGED
    need = view.need if event.data.words else None
    return EngagementChanged(
        engagement_id=request.engagement_id,
        tracking_number=request.tracking_number,
        changed=names,
        **render.asked(request),
        need=None if need is None else json.loads(need),
        sentence=render.changed(names),
    )


def opened(event: routing.EngagementOpened, view: View) -> StatusChanged:
    data = event.data
    next_ = render.next_step(data.status, view.directory, data.provider)
    return render.status_changed(view.request, next_)


def progressed(event: routing.EngagementProgressed, view: View) -> StatusChanged | str:
    data = event.data
    if view.before is not None and data.status == view.before.status:
        return "the milestone did not change the state"
    next_ = render.next_step(data.status, view.directory, data.provider)
    return render.status_changed(view.request, next_)


def closed(_: routing.EngagementClosed, view: View) -> StatusChanged:
    return render.status_changed(view.request)


def closed_by_office(event: routing.EngagementClosed, _: View) -> EngagementEnd | str:
    """Tell the provider to stop, unless it closed the engagement itself."""
    data = event.data
    if data.ended_by is None:
        return OWN_ACT
    return _end(data, render.stop(data))


def closed_with_program(event: routing.EngagementClosed, view: View) -> EngagementEnd | None:
    """Tell the program office of an engagement that was closed because its program ended."""
    data = event.data
    if data.ended_by is None or data.ended_by != data.program:
        return None
    program = view.directory.program(data.program)
    provider = view.directory.participant(data.provider)
    sentence = f"{program} has ended; the work of {provider} and its request are closed."
    return _end(data, sentence, provider=data.provider)


def lost(event: routing.EngagementEnded, view: View) -> StatusChanged | str:
    """Tell the requester what becomes of its request, unless the next event says it."""
    if event.data.referred or event.data.next_provider is not None:
        return "what it leads to follows at once and is told"
    return render.status_changed(
        view.request, render.next_step(event.data.status, view.directory, None)
    )


def stopped(event: routing.EngagementEnded, _: View) -> EngagementEnd | str:
    """Tell the provider to stop, unless it ended the engagement itself."""
    data = event.data
    if data.ended_by == data.provider:
        return OWN_ACT
    return _end(data, render.STOP_FOR_THE_OFFICE)


def given_up(event: routing.EngagementEnded, view: View) -> EngagementEnd | str:
    """Tell the program office that a provider cannot go on, unless it ended this itself."""
    data = event.data
    if data.ended_by != data.provider:
        return OWN_ACT
    provider = view.directory.participant(data.provider)
    sentence = (
        f"{provider} cannot go on with {data.tracking_number}; the request keeps its place, and"
        " another provider is looked for."
    )
    return _end(data, sentence, provider=data.provider)


def affected(event: routing.EngagementAffected, _: View) -> Affected:
    """Tell the provider whether its work goes on."""
    sentence = render.sentence_for(
        render.AFFECTED, event.data.cause, "You get no offers now. This work goes on as agreed."
    )
    return _affected(event.data, render.STOPPED if event.data.stopped else sentence)


def affected_for_requester(event: routing.EngagementAffected, view: View) -> StatusChanged | str:
    """Tell the requester that its work stops, or goes on again."""
    data = event.data
    if not data.stop_changed:
        return "the work goes on; it is told if that changes"
    next_ = None if data.stopped else render.next_step(data.status, view.directory, data.provider)
    return render.status_changed(view.request, next_)


def affected_for_office(event: routing.EngagementAffected, view: View) -> Affected:
    """Tell the program office which engagement is affected, and who could take it over."""
    data = event.data
    provider = view.directory.participant(data.provider)
    sentences = render.STOPPED_FOR_OFFICE if data.stopped else render.AFFECTED_FOR_OFFICE
    sentence = render.sentence_for(
        sentences, data.cause, "{provider} goes on with this work.", provider=provider
    )
    if data.rehome and data.cause == "program_ended":
        sentence = render.REHOME.format(provider=provider)
    if data.proposed_program is not None:
        sentence += f" {view.directory.program(data.proposed_program)} would serve the agency."
    if data.proposed_provider is not None:
        proposed = view.directory.participant(data.proposed_provider)
        sentence += f" {proposed} could go on with it."
    affected = _affected(data, sentence)
    return affected.model_copy(
        update={
            "provider": data.provider,
            "proposed_provider": data.proposed_provider,
            "proposed_program": data.proposed_program,
        }
    )


def _affected(data: routing.AffectedFacts, sentence: str) -> Affected:
    return Affected(
        engagement_id=data.engagement_id,
        tracking_number=data.tracking_number,
        status=data.status,
        cause=data.cause,
        stopped=data.stopped or None,
        sentence=sentence,
    )


def _end(
    data: routing.EngagementEndedFacts | routing.ClosedFacts,
    sentence: str,
    provider: str | None = None,
) -> EngagementEnd:
    return EngagementEnd(
        engagement_id=data.engagement_id,
        tracking_number=data.tracking_number,
        status=data.status,
        reason=data.reason,
        provider=provider,
        sentence=sentence,
    )


def ended(event: routing.RequestWithdrawn, _: View) -> EngagementEnd | None:
    """Tell the provider, if one works on the request, that its work stops."""
    data = event.data
    if data.engagement_id is None:
        return None
    return EngagementEnd(
        engagement_id=data.engagement_id,
        tracking_number=data.tracking_number,
        status=data.status,
        sentence=render.STOP,
    )
