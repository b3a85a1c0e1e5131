"""A request after what stands on routing's own topic about it. Pure."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter

from services.routing.life.evolve import begin, evolve
from services.routing.life.older_events import completed, is_older
from services.routing.life.outcome import kind_of
from services.routing.life.request import Request
from shared.catalog.catalog import Catalog
from shared.contracts.routing import (
    MessageApplied,
    MessageRefused,
    RequestEvent,
    RoutingEvent,
)
from shared.delivery.published import PublishedEvent

_EVENTS: TypeAdapter[Any] = TypeAdapter(Annotated[RoutingEvent, Field(discriminator="type")])
_KNOWN = frozenset(map(kind_of, get_args(RoutingEvent)))
_ANSWERS = frozenset({kind_of(MessageApplied), kind_of(MessageRefused)})
_ABOUT_REQUESTS = get_args(RequestEvent)


def is_answer(event: PublishedEvent) -> bool:
    """Tell whether *event* is the answer to an inbound record: what a decision says last."""
    return event.type in _ANSWERS


def read(announced: PublishedEvent) -> RoutingEvent | None:
    """Return the event that was *announced*; None for a type of a later release."""
    if announced.type not in _KNOWN:
        return None
    event: RoutingEvent = _EVENTS.validate_json(announced.value)
    return event


def is_whole(event: RoutingEvent) -> bool:
    """Tell whether *event* says all that it changes, as events do since 0.3.0."""
    return not (isinstance(event, _ABOUT_REQUESTS) and is_older(event))


def fold(
    request: Request | None,
    events: Sequence[PublishedEvent],
    catalog: Catalog,
    *,
    queue_number: int | None,
) -> Request:
    """
    Return *request* after *events*, its next ones; None before all of them.

    Event types of a later release change nothing but ``published``. *queue_number* is used for
    events of releases before 0.3.0, which do not contain it.
    """
    if request is None:
        request = begin(_EVENTS.validate_json(events[0].value))
    for announced in events:
        event = read(announced)
        if event is None:
            request = request._replace(published=announced.number)
        elif isinstance(event, _ABOUT_REQUESTS) and is_older(event):
            whole = completed(event, request, catalog, queue_number=queue_number)
            request = evolve(request, whole)._replace(recorded=request.recorded)
        else:
            request = evolve(request, event)
    return request
