"""
Requests and capacities as a fold of routing's own topic; subjects may come in any order.

Pure. Events of releases before 0.3.0 do not contain the complete state. After such an event, a
request is unknown until it is recorded. All capacities are unknown after any such event, which
does not tell the capacity that offers took or when the last offer was made.
"""

from collections import Counter
from collections.abc import Mapping

from services.routing.life.capacity import Capacity, apply, declared, microseconds
from services.routing.life.evolve import begin, evolve
from services.routing.life.fold import is_complete, parse
from services.routing.life.request import CapacityChange, Request, claim
from shared.contracts.routing import (
    MessageApplied,
    OfferMade,
    RequestIneligible,
    RequestRecorded,
    RequestReferred,
    RequestTriaged,
    RequestWaitlisted,
    RoutingEvent,
)
from shared.contracts.tracking import is_tracking_number
from shared.delivery.published import PublishedEvent

DECLARE = "capacity.declare"


class Projection:
    """
    Folds events of routing's own topic, each once, by subject in the order of their numbers.

    *last* is the number of the last event to fold, by subject; later events are ignored.
    """

    def __init__(self, last: Mapping[str, int]) -> None:
        self._last = last
        self._numbers: dict[str, int] = {}
        self._early: dict[str, dict[int, PublishedEvent]] = {}
        self._requests: dict[str, Request] = {}
        self._has_older = False
        self._declared: dict[str, CapacityChange] = {}
        self._asked: dict[str, int] = {}

    @property
    def requests(self) -> Mapping[str, Request]:
        """The requests whose complete state is known, by tracking number."""
        return {n: r for n, r in self._requests.items() if r.recorded == r.published}

    def take(self, event: PublishedEvent) -> None:
        """Fold *event* and the later events that were waiting for it."""
        subject = event.subject
        if event.number > self._last.get(subject, 0):
            return
        waiting = self._early.setdefault(subject, {})
        if event.number > self._numbers.get(subject, 0):
            waiting.setdefault(event.number, event)
        while following := waiting.pop(self._numbers.get(subject, 0) + 1, None):
            self._fold(following)
            self._numbers[subject] = following.number
        if not waiting:
            del self._early[subject]

    @property
    def knows_capacities(self) -> bool:
        """Whether all folded events contained their complete changes."""
        return not self._has_older and all(
            request.recorded == request.published for request in self._requests.values()
        )

    def capacities(self) -> dict[str, Capacity]:
        """Return the capacities, if known: what was declared minus what requests have taken."""
        if not self.knows_capacities:
            return {}
        taken: Counter[tuple[str | None, int | None]] = Counter()
        load: Counter[str] = Counter()
        for request in self._requests.values():
            claimed = claim(request)
            if claimed.provider is not None:
                taken[claimed.declaration, claimed.entry] += claimed.room
                load[claimed.provider] += claimed.load
        providers = sorted({*self._declared, *self._asked, *load})
        return {name: self._capacity(name, taken, load) for name in providers}

    def _capacity(
        self,
        provider: str,
        taken: Mapping[tuple[str | None, int | None], int],
        load: Mapping[str, int],
    ) -> Capacity:
        capacity = Capacity(provider)
        change = self._declared.get(provider)
        if change is not None:
            capacity = apply(capacity, change)
        return capacity._replace(
            free=tuple(
                room - taken[capacity.declaration, entry]
                for entry, room in enumerate(capacity.free)
            ),
            load=load[provider],
            last_offer=self._asked.get(provider, 0),
        )

    def _fold(self, published: PublishedEvent) -> None:
        event = parse(published)
        if is_tracking_number(published.subject):
            self._fold_request(published, event)
        elif isinstance(event, MessageApplied) and event.data.what == DECLARE:
            self._fold_declaration(event)

    def _fold_request(self, published: PublishedEvent, event: RoutingEvent | None) -> None:
        request = self._requests.get(published.subject)
        if event is None:  # of a later release
            if request is not None:
                self._requests[published.subject] = request._replace(published=published.number)
            return
        if not is_complete(event):
            self._requests.pop(published.subject, None)
            self._has_older = True
            return
        request = request or _beginning(event)
        if request is None:
            return
        self._requests[published.subject] = evolve(request, event)
        if isinstance(event, OfferMade) and event.data.declaration is not None:
            provider, at = event.data.provider, microseconds(event.time)
            self._asked[provider] = max(at, self._asked.get(provider, 0))

    def _fold_declaration(self, event: MessageApplied) -> None:
        facts = event.data.declared
        if facts is None:
            self._has_older = True
            return
        change = declared(event.subject, facts, declaration=event.causationid)
        self._declared[event.subject] = change


def _beginning(event: RoutingEvent) -> Request | None:
    """Return the request before *event*, if that contains everything that was accepted."""
    match event:
        case RequestRecorded():
            return begin(event)
        case RequestTriaged() | RequestWaitlisted() | RequestReferred() | RequestIneligible():
            return None if event.data.facts is None else begin(event)
        case _:
            return None
