"""Random lives of requests in routing, with the capacities they share, the same for each seed."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.routing.handlers import Batch, RoutingReader
from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.affected import CLOSE, Gone, affected, withdrawn
from services.routing.life.capacity import Capacity, apply
from services.routing.life.late import Key, Late, announce, last_late, stands
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.request import REHOME, STOPPED, CapacityChange, Request
from services.routing.recorder import recorded
from shared.contracts.event import Event
from shared.contracts.routing import TOPIC
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Item, Record
from shared.delivery.restore.own_log import parse_published
from shared.delivery.sequences import Numbers
from tests.examples.routing import (
    AT,
    Sender,
    declared,
    program,
    provider,
    rules_with,
    ruleset,
)

PROVIDERS = ("iacp", "fop", "noble")
_LISTED = [provider("iacp"), provider("fop", topics=["wellness"]), provider("noble")]
RULES = rules_with(providers=_LISTED)
SUSPENDED, POSTPONED = (
    rules_with(providers=_LISTED, program=program(**changes))
    for changes in (
        {"status": "suspended"},
        {"status": "announced", "opens_at": AT + timedelta(days=9000)},
    )
)
_REQUESTS = 4
_READER = RoutingReader()
_NEW_FIELDS = {
    "decided",
    "declaration",
    "declared",
    "entry",
    "facts",
    "next_at",
    "queue_number",
    "remind_at",
}
_KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"agency": {"cri_type": "campus"}},
    {"agency": {"listed": False}},
    {"urgency": "urgent", "need_stated": False},
)


def older(event: PublishedEvent) -> PublishedEvent:
    """Return *event* without the fields that came with 0.3.0."""
    body = json.loads(event.value)
    body["data"] = {name: v for name, v in body["data"].items() if name not in _NEW_FIELDS}
    return event._replace(value=json.dumps(body).encode())


class Lives:
    """
    Routing without its database: what batches, matcher and deadlines do, in a random order.

    ``log`` is what was published, in the order of commits; ``requests`` and ``capacities`` are
    the rows, ``changes`` those on their way to the capacities, ``late`` what is to be announced
    about clocks.
    """

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.at = AT
        self.requests: dict[str, Request] = {}
        self.capacities: dict[str, Capacity] = {}
        self.changes: list[CapacityChange] = []
        self.late: dict[Key, Late] = {}
        self.numbers = {(TOPIC, name): 0 for name in PROVIDERS}
        self.log: list[PublishedEvent] = []
        self._senders: list[Sender] = []
        self._declarations = dict.fromkeys(PROVIDERS, 0)
        self._places = 0

    def live(self, steps: int) -> None:
        """Let *steps* random things happen."""
        self._accept()
        for _ in range(steps):
            self.at += timedelta(hours=self.draw.choice((0, 1, 30)), seconds=1)
            step = self.draw.choice(
                (self._accept, self._declare, self._match, self._match, self._match, self._apply)
                + (self._say,) * 8
                + (self._run_out, self._withdraw, self._announce)
            )
            step()

    def upgrade(self) -> None:
        """Let a release before 0.3.0 have published the log, and 0.3.0 record all requests."""
        self.log = [older(event) for event in self.log]
        rows = [request._replace(recorded=0) for request in self.requests.values()]
        self.late.clear()
        self._write(recorded(rows, at=self.at))

    @property
    def last(self) -> dict[str, int]:
        """The number of the last event of each subject, from the rows."""
        requests = {number: request.published for number, request in self.requests.items()}
        return requests | {name: last for (_, name), last in self.numbers.items()}

    def settled(self) -> dict[str, Capacity]:
        """Return the capacities after all pending changes."""
        found = dict(self.capacities)
        for change in self.changes:
            before = found.get(change.provider, Capacity(change.provider))
            found[change.provider] = apply(before, change)
        return found

    def delivered(self) -> Iterator[PublishedEvent]:
        """Yield the log as partitions return it: subjects in any order, some events twice."""
        waiting: dict[str, list[PublishedEvent]] = {}
        for event in self.log:
            waiting.setdefault(event.subject, []).append(event)
        while waiting:
            subject = self.draw.choice(list(waiting))
            event = waiting[subject].pop(0)
            yield event
            if self.draw.random() < 0.2:
                yield event
            if not waiting[subject]:
                del waiting[subject]

    def _accept(self) -> None:
        if len(self._senders) < _REQUESTS:
            sender = Sender(len(self._senders) + 1, **self.draw.choice(_KINDS))
            self._senders.append(sender)
            self._take_in(sender.accepted())

    def _declare(self) -> None:
        by = self.draw.choice(PROVIDERS)
        self._declarations[by] += 1
        room = self.draw.choices((0, 1, 2), k=self.draw.choice((1, 2)))
        until = self.at + timedelta(days=self.draw.choice((1, 400)))
        topics = self.draw.choice(([], ["wellness"]))
        number = self._declarations[by]
        self._take_in(declared(by, *room, number=number, until=until, topics=topics))

    def _say(self) -> None:
        draw, sender = self.draw, self.draw.choice(self._senders)
        request = self.requests[sender.tracking_number]
        by = (
            request.provider
            if request.provider and draw.random() < 0.8
            else draw.choice(PROVIDERS)
        )
        offer = max(1, len(request.offered))
        events = (
            lambda: sender.answered("accept", by, offer=offer, at=self.at),
            lambda: sender.answered("decline", by, offer=offer, at=self.at),
            lambda: sender.answered("counter", by, offer=offer, at=self.at),
            lambda: sender.milestone(draw.choice(("kick_off", "delivered")), by, offer=offer),
            lambda: sender.closed(by, offer=offer),
            lambda: sender.closed(by, offer=offer, reason="cannot_go_on"),
            lambda: sender.ended(
                draw.choice(("close", "back_to_lane", "refer")),
                offer=offer,
                reason=draw.choice(("provider_lost", "superseded")),
            ),
            lambda: sender.rehomed(
                draw.choice(("provider", "provider", "lane", "close")),
                offer=offer,
                reason=draw.choice(("provider_lost", "superseded")),
                provider=draw.choice(PROVIDERS),
            ),
            lambda: sender.withdrawn(draw.choice(("ca-post", "another"))),
            lambda: sender.settled(
                draw.choice(("engagement_silence", "triage.standard")),
                until=draw.choice((None, self.at + timedelta(days=9))),
            ),
            lambda: sender.directed(draw.choice(("route", "route", "ineligible"))),
            lambda: sender.directed("assign", provider=by),
            lambda: sender.amended(
                topics=[*draw.choice((["wellness"], [])), f"topic-{len(self.log)}"]
            ),
        )
        weights = (4, 3, 2, 2, 1, 1, 2, 3, 1, 2, 2, 3, 2)
        self._take_in(draw.choices(events, weights)[0]())

    def _take_in(self, event: Event) -> None:
        """Let the reader decide *event*, and store the outcome as `save` does."""
        numbers = Numbers(dict(self.numbers))
        batch = Batch(
            self.at,
            RULES,
            dict(self.requests),
            numbers,
            capacities=dict(self.capacities),
            late=dict(self.late),
        )
        record = Record("", 0, 0, b"", b"", (), self.at)
        taken = _READER.decide(batch, Item(record, event, event.subject))
        self._write([self._numbered(outcome) for outcome in batch.outcomes])
        self.changes += batch.changes
        self.numbers |= numbers.changed
        self._publish([message.value or b"" for message in taken.outgoing])

    def _match(self) -> None:
        """Match one step of the lanes of CRI-TAC, urgent first."""
        for pace in ("urgent", "standard"):
            queued = [
                r for r in self.requests.values() if r.queued and r.lane == f"cri-tac.{pace}"
            ]
            queued.sort(key=lambda request: request.queue_number or 0)
            rules = self.draw.choice((RULES, RULES, RULES, SUSPENDED, POSTPONED))
            is_open = rules is RULES
            step = LaneStep("cri-tac", is_open, rules, dict(self.capacities), self.at)
            self._write(match_in_order(step, queued))
            self.capacities = step.capacities

    def _apply(self) -> None:
        """Apply some of the changes of capacity, in order."""
        count = self.draw.randint(0, len(self.changes))
        for change in self.changes[:count]:
            before = self.capacities.get(change.provider, Capacity(change.provider))
            self.capacities[change.provider] = apply(before, change)
        del self.changes[:count]

    def _run_out(self) -> None:
        due = [r for r in self.requests.values() if r.due_at is not None]
        if due:
            request = self.draw.choice(due)
            assert request.due_at is not None
            self.at = max(self.at, request.due_at + timedelta(minutes=1))
            self._write([self._numbered(run_out(request, ruleset(), at=self.at))])

    def _announce(self) -> None:
        """Announce what is to be announced next about a clock, if it still stands."""
        standing = self.announced()
        if standing:
            late = self.draw.choice(sorted(standing))
            assert late.next_at is not None
            self.at = max(self.at, late.next_at)
            request = self.requests[late.tracking_number]
            self._write([announce(request, late, ruleset(), at=self.at)])

    def announced(self) -> set[Late]:
        """Return what is to be announced about clocks that have not stopped."""
        return {late for late in self.late.values() if stands(late, self.requests[late.key[0]])}

    def _withdraw(self) -> None:
        """Withdraw the open offers of a provider or in a program that no longer takes part."""
        requests = [request for request in self.requests.values() if request.status == "offered"]
        by = {self.draw.choice(PROVIDERS): "provider_suspended"}
        mine = [request for request in requests if request.provider in by]
        outcomes = withdrawn(mine, Gone(by, {}), at=self.at)
        if self.draw.random() < 0.3:
            left = Gone({}, {"cri-tac": "program_ended"})
            outcomes = withdrawn(requests, left, at=self.at)
        self._write([self._numbered(outcome) for outcome in outcomes])
        engaged = ("assigned", "in_delivery", "delivered")
        work = [request for request in self.requests.values() if request.status in engaged]
        by = dict.fromkeys(by, self.draw.choice(("provider_suspended", "provider_ended")))
        left = self.draw.choice(
            (
                Gone(by, {}),
                Gone({}, {}),
                Gone(by, {"cri-tac": "program_suspended"}, {"cri-tac": STOPPED}),
                Gone({}, {"cri-tac": "program_ended"}, {"cri-tac": REHOME}),
                Gone({}, {"cri-tac": "program_ended"}, {"cri-tac": CLOSE}),
            )
        )
        outcomes = affected(work, left, RULES, self.capacities, at=self.at)
        self._write([self._numbered(outcome) for outcome in outcomes])

    def _numbered(self, outcome: DecisionOutcome) -> DecisionOutcome:
        if not outcome.request.queued or outcome.request.queue_number is not None:
            return outcome
        self._places += 1
        return with_queue_number(outcome, self._places)

    def _write(self, outcomes: list[DecisionOutcome]) -> None:
        for outcome in outcomes:
            self.requests[outcome.request.tracking_number] = outcome.request
            self.changes += outcome.changes
            for late in last_late(outcome.events).values():
                self.late.pop(late.key, None)
                if late.next_at is not None:
                    self.late[late.key] = late
            self._publish([event.encode() for event in outcome.events])

    def _publish(self, values: list[bytes]) -> None:
        for value in values:
            event = parse_published(Record(TOPIC, 0, len(self.log), b"", value, (), self.at))
            assert event is not None
            self.log.append(event)
