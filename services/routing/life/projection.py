"""
Requests and capacities as a fold of routing's own topic; subjects may come in any order.

Pure. Events of releases before 0.3.0 do not contain the complete state. After such an event, a
request is unknown until it is recorded, and so is what requests take of each provider. Such a
release may also have rounded what is free, and counted other offers as a provider's last. So both
are unknown until the provider's next declaration and offer.
"""

from collections import Counter
from collections.abc import Mapping

from services.routing.life.capacity import Capacity, apply, declared, microseconds, remaining
from services.routing.life.evolve import begin, evolve
from services.routing.life.fold import is_complete, parse
from services.routing.life.late import Late, late_by, stands
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
_DECLARED = ("declaration", "valid_until", "entries", "free")


class Projection:
    """
    Folds events of routing's own topic, each once, by subject in the order of their numbers.

    *last* is the number of the last event to fold, by subject; later events are ignored.
    """

    def __init__(self, last: Mapping[str, int]) -> None:
        self._last = last
        self._numbers: dict[str, int] = {}
        self._early: dict[str, dict[int, PublishedEvent]] = {}
        self._late: dict[tuple[str, str], Late] = {}
        self._requests: dict[str, Request] = {}
        self._unknown: set[str] = set()
        self._declared: dict[str, CapacityChange | None] = {}
        self._asked: dict[str, int] = {}
        self._declared_at: dict[str, int] = {}
        self._older_at = -1

    @property
    def requests(self) -> Mapping[str, Request]:
        """The requests whose complete state is known, by tracking number."""
        return {n: r for n, r in self._requests.items() if r.recorded == r.published}

    @property
    def late(self) -> set[Late]:
        """The next announcements about the clocks of these requests."""
        requests = self.requests
        return {
            late
            for late in self._late.values()
            if late.next_at is not None
            and late.tracking_number in requests
            and stands(late, requests[late.tracking_number])
        }

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
    def knows_requests(self) -> bool:
        """Whether the complete state of all requests is known."""
        return not self._unknown and len(self.requests) == len(self._requests)

    def unknown_fields(self, provider: str) -> frozenset[str]:
        """Return the fields of the provider's capacity that its events do not determine yet."""
        unknown: set[str] = set()
        if not self.knows_requests:
            unknown |= {"free", "load"}
        if provider in self._declared and self._declared[provider] is None:
            unknown |= set(_DECLARED)
        if self._older_at >= self._declared_at.get(provider, 0):
            unknown.add("free")
        if self._older_at >= self._asked.get(provider, 0):
            unknown.add("last_offer")
        return frozenset(unknown)

    def capacities(self) -> dict[str, Capacity]:
        """Return the capacities: what was declared minus what requests have taken."""
        taken: Counter[tuple[str | None, int]] = Counter()
        load: Counter[str] = Counter()
        for request in self._requests.values():
            claimed = claim(request)
            if claimed.provider is not None:
                if claimed.entry is not None:
                    taken[claimed.declaration, claimed.entry] += claimed.room
                load[claimed.provider] += claimed.load
        providers = sorted({*self._declared, *self._asked, *load})
        return {name: self._capacity(name, taken, load) for name in providers}

    def _capacity(
        self,
        provider: str,
        taken: Mapping[tuple[str | None, int], int],
        load: Mapping[str, int],
    ) -> Capacity:
        capacity = Capacity(provider)
        change = self._declared.get(provider)
        if change is not None:
            capacity = remaining(apply(capacity, change), taken)
        return capacity._replace(load=load[provider], last_offer=self._asked.get(provider, 0))

    def _fold(self, published: PublishedEvent) -> None:
        event = parse(published)
        if is_tracking_number(published.subject):
            self._fold_request(published, event)
        elif isinstance(event, MessageApplied) and event.data.what == DECLARE:
            self._fold_declaration(event)

    def _fold_request(self, published: PublishedEvent, event: RoutingEvent | None) -> None:
        subject = published.subject
        request = self._requests.get(subject)
        if event is None:  # of a later release
            if request is not None:
                self._requests[subject] = request._replace(published=published.number)
            return
        if not is_complete(event):
            self._requests.pop(subject, None)
            self._unknown.add(subject)
            self._note_older(event)
            return
        if isinstance(event, RequestRecorded):  # because of an older release
            self._note_older(event)
        # An offer that a person directed has no declaration, and does not count.
        if isinstance(event, OfferMade) and event.data.declaration is not None:
            provider, at = event.data.provider, microseconds(event.time)
            self._asked[provider] = max(at, self._asked.get(provider, 0))
        if (late := late_by(event)) is not None:
            self._late[late.key] = late
        request = request or _beginning(event)
        if request is None:
            return
        self._unknown.discard(subject)
        self._requests[subject] = evolve(request, event)

    def _fold_declaration(self, event: MessageApplied) -> None:
        provider, facts = event.subject, event.data.declared
        self._declared_at[provider] = microseconds(event.time)
        if facts is None:
            self._declared[provider] = None
            self._note_older(event)
        else:
            change = declared(provider, facts, declaration=event.causationid)
            self._declared[provider] = change

    def _note_older(self, event: RoutingEvent) -> None:
        self._older_at = max(self._older_at, microseconds(event.time))


def _beginning(event: RoutingEvent) -> Request | None:
    """Return the request as accepted, if *event*, which is not applied, contains its facts."""
    match event:
        case RequestRecorded():
            return begin(event)
        case RequestTriaged() | RequestWaitlisted() | RequestReferred() | RequestIneligible():
            return None if event.data.facts is None else begin(event)
        case _:
            return None
