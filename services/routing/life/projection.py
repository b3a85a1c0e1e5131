"""
Requests and capacities as the fold of routing's own topic, whatever the order between subjects.

Pure. What a release before 0.3.0 published does not say the whole state. A request is unknown
from such an event until it is recorded. Capacities are unknown once there was any such event:
what those offers took, and when the last one was made, they do not say.
"""

from collections import Counter
from collections.abc import Mapping

from services.routing.life.capacity import Capacity, apply, declared, microseconds
from services.routing.life.evolve import begin, evolve
from services.routing.life.fold import is_whole, read
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
    Folds events of routing's own topic, each subject's once and in the order of their numbers.

    *last* is the number of each subject's last event to fold; later ones are left out.
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
        """The requests whose state is known, by tracking number."""
        return {n: r for n, r in self._requests.items() if r.recorded == r.published}

    def take(self, event: PublishedEvent) -> None:
        """Fold *event*, and those that came before it although they are behind it."""
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
        """Whether all events say the whole of what they change."""
        return not self._has_older and all(
            request.recorded == request.published for request in self._requests.values()
        )

    def capacities(self) -> dict[str, Capacity]:
        """Return the capacities, if they are known: what was declared less what requests take."""
        if not self.knows_capacities:
            return {}
        taken: Counter[tuple[str | None, int | None]] = Counter()
        load: Counter[str] = Counter()
        for request in self._requests.values():
            of = claim(request)
            if of.provider is not None:
                taken[of.declaration, of.entry] += of.room
                load[of.provider] += of.load
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

    def _fold(self, announced: PublishedEvent) -> None:
        event = read(announced)
        if is_tracking_number(announced.subject):
            self._fold_request(announced, event)
        elif isinstance(event, MessageApplied) and event.data.what == DECLARE:
            self._fold_declaration(event)

    def _fold_request(self, announced: PublishedEvent, event: RoutingEvent | None) -> None:
        request = self._requests.get(announced.subject)
        if event is None:  # of a later release
            if request is not None:
                self._requests[announced.subject] = request._replace(published=announced.number)
            return
        if not is_whole(event):
            self._requests.pop(announced.subject, None)
            self._has_older = True
            return
        request = request or _beginning(event)
        if request is None:
            return
        self._requests[announced.subject] = evolve(request, event)
        if isinstance(event, OfferMade) and event.data.declaration is not None:
            provider, at = event.data.provider, microseconds(event.time)
            self._asked[provider] = max(at, self._asked.get(provider, 0))

    def _fold_declaration(self, event: MessageApplied) -> None:
        said = event.data.declared
        if said is None:
            self._has_older = True
            return
        change = declared(event.subject, said, declaration=event.causationid)
        self._declared[event.subject] = change


def _beginning(event: RoutingEvent) -> Request | None:
    """Return the request before *event*, if that says the whole of what was accepted."""
    match event:
        case RequestRecorded():
            return begin(event)
        case RequestTriaged() | RequestWaitlisted() | RequestReferred() | RequestIneligible():
            return None if event.data.facts is None else begin(event)
        case _:
            return None
