"""Messages about an engagement: opened, in progress, closed, ended by the agency."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts import routing
from shared.contracts.outbound import EngagementEnd, EngagementMessage, StatusChanged


def handed_over(event: routing.EngagementOpened, view: View) -> EngagementMessage:
    """Give the need and the contacts to the provider that accepted."""
    return render.engagement_opened(
        view.request, event.data.engagement_id, need=view.need, contacts=view.contacts
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
