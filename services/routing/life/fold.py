"""Folds routing's published events into the state of a request. Pure."""

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
    RoutingEvent,
)
from shared.delivery.published import PublishedEvent

_EVENTS: TypeAdapter[Any] = TypeAdapter(Annotated[RoutingEvent, Field(discriminator="type")])
_KNOWN = frozenset(map(kind_of, get_args(RoutingEvent)))
_ANSWERS = frozenset({kind_of(MessageApplied), kind_of(MessageRefused)})


def is_answer(event: PublishedEvent) -> bool:
    """Tell whether *event* answers an inbound record: it is the last event of its decision."""
    return event.type in _ANSWERS


def parse(published: PublishedEvent) -> RoutingEvent | None:
    """Return the event in *published*; None if only a later release knows its type."""
    if published.type not in _KNOWN:
        return None
    event: RoutingEvent = _EVENTS.validate_json(published.value)
    return event


def is_complete(event: RoutingEvent) -> bool:
    """Tell whether *event* contains every change of state, as all do since 0.3.0."""
    return not is_older(event)


def fold(
    request: Request | None,
    events: Sequence[PublishedEvent],
    catalog: Catalog,
    *,
    queue_number: int | None,
) -> Request:
    """
    Return *request* (None before its first event) after *events*, its next ones.

    Event types of a later release change nothing but ``published``. *queue_number* is used for
    events of releases before 0.3.0, which do not contain it.
    """
    if request is None:
        request = begin(_EVENTS.validate_json(events[0].value))
    for published in events:
        event = parse(published)
        if event is None:
            request = request._replace(published=published.number)
        elif is_older(event):
            completed_event = completed(event, request, catalog, queue_number=queue_number)
            request = evolve(request, completed_event)._replace(recorded=request.recorded)
        else:
            request = evolve(request, event)
    return request
