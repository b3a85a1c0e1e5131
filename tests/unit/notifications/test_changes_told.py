"""What a provider was last told equals what is, whatever the order in which topics arrive."""

import itertools
import json
import random
from collections import defaultdict
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.handlers import NotificationsReader
from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.decide import decide
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.request import Request
from shared.contracts import intake, routing
from shared.contracts.event import Event
from shared.delivery.records import Gate, Item
from tests.examples.decisions import room
from tests.examples.facts import AGENCY, AT, PROVIDER, Log
from tests.examples.routing import AT as ROUTED_AT
from tests.examples.routing import Sender, facts, provider, rules_with
from tests.unit.notifications.test_lives import Held

PROVIDERS = ("fop", PROVIDER)
RULES = rules_with(
    providers=[provider("fop", topics=["wellness"]), provider(PROVIDER, topics=["training"])]
)
TOLD = ("topics", "service_forms", "wished")


class Life:
    """One request, as intake and routing publish it: ``streams`` by topic and subject."""

    def __init__(self, draw: random.Random) -> None:
        self.draw, self.log = draw, Log()
        self.streams: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self.sender = Sender()
        self.sender.facts = facts(contact_ids=["desk"], topics=["wellness", "training"])
        self.words, self._offsets = 0, itertools.count(100)
        self._need()
        accepted = decide(None, self._said(self.sender.accepted()), RULES, at=ROUTED_AT)
        self.request = self._publish(with_queue_number(accepted, 1))

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.draw.choice(
                [self._match, self._answer, self._amend, self._amend, self._contact]
            )()

    def _said(self, event: Any) -> Any:
        self.streams[intake.TOPIC, event.subject].append(event)
        return event

    def _publish(self, outcome: DecisionOutcome) -> Request:
        self.streams[routing.TOPIC, outcome.request.tracking_number] += outcome.events
        return outcome.request

    def _need(self) -> None:
        self.words += 1
        number = self.sender.tracking_number
        need = self.log.need(number, issue=f"Words {self.words}.")
        self.streams[intake.CONFIDENTIAL_TOPIC, number].append(need)

    def _match(self) -> None:
        if self.request.queued:
            step = LaneStep("cri-tac", True, RULES, room(*PROVIDERS), ROUTED_AT)
            [outcome] = match_in_order(step, [self.request])
            self.request = self._publish(outcome)

    def _answer(self) -> None:
        request = self.request
        if request.offer_state == "open" and request.provider is not None:
            answer = self.draw.choice(("accept", "accept", "decline"))
            offer = len(request.offered)
            self._decide(self.sender.answered(answer, request.provider, offer=offer))

    def _amend(self) -> None:
        topics = self.draw.choice((["wellness"], ["training"], ["training", "wellness"]))
        wished = intake.Window(until=(AT + timedelta(days=self.draw.choice((30, 60)))).date())
        words = 0
        if self.draw.random() < 0.5:
            self._need()
            words = self.words
        self._decide(self.sender.amended(topics=topics, wished=wished, words=words))

    def _decide(self, event: Any) -> None:
        capacities = room(*PROVIDERS)
        outcome = decide(
            self.request, self._said(event), RULES, at=ROUTED_AT, capacities=capacities
        )
        self.request = self._publish(outcome)

    def _contact(self) -> None:
        event = self.log.contact("desk", offset=next(self._offsets))
        assert isinstance(event, intake.ContactSet)
        name = self.draw.choice(("A. Chief", "B. Chief"))
        data = event.data.model_copy(update={"name": name})
        contact = event.model_copy(update={"data": data})
        self.streams[intake.CONFIDENTIAL_TOPIC, contact.subject].append(contact)


def arrivals(life: Life) -> list[Item]:
    """Return the events in an order in which they may be taken in: each waits for its gates."""
    reader, reached = NotificationsReader(), dict[tuple[str, str], int]()
    streams = {key: list(events) for key, events in life.streams.items()}
    arrived: list[Item] = []

    def ready(key: tuple[str, str]) -> Item | None:
        item = reader.parse(life.log.record(key[0], streams[key][0]))
        assert isinstance(item, Item)
        open_gates = [reached.get((g.topic, g.subject), 0) >= g.number for g in item.needs]
        return item if all(open_gates) else None

    while any(streams.values()):
        waiting = {key: ready(key) for key, events in streams.items() if events}
        key = life.draw.choice([key for key, item in waiting.items() if item is not None])
        item = waiting[key]
        assert item is not None
        arrived.append(item)
        reached[key] = streams[key].pop(0).number
    return arrived


def take_in(life: Life) -> tuple[Held, list[dict[str, Any]]]:
    """Take in the life in batches; return the stored state and the messages."""
    held, reader, written = Held(), NotificationsReader(), list[dict[str, Any]]()
    items = arrivals(life)
    while items:
        size = life.draw.choice((1, 2, 5))
        batch, items = items[:size], items[size:]
        state = held.load(batch)
        for item in batch:
            written += [json.loads(m.value or b"") for m in reader.decide(state, item).outgoing]
        held.save(state)
    return held, [message for message in written if "participantsequence" in message]


def kind(message: dict[str, Any]) -> str:
    return str(message["type"]).removeprefix("gov.cri.").removesuffix(".v1")


@given(st.integers(0, 2**32))
@settings(max_examples=100)
def test_what_the_holder_was_last_told_equals_what_is(seed: int) -> None:
    life = Life(random.Random(seed))
    life.live(20)

    held, messages = take_in(life)

    told: dict[str, Any] = {}
    for message in messages:
        match kind(message), message["data"]:
            case "offer.made" | "engagement.opened", data:
                cards = {card["contact_id"]: card for card in data.pop("contacts", ())}
                told = {**data, "cards": cards}
            case "offer.changed" | "engagement.changed", data:
                # Only on a difference, and the parts that differ are named.
                changed = data.pop("changed")
                assert changed
                assert all((told[n] != data[n]) == (n in changed) for n in TOLD)
                assert ("need" in data) == ("need" in changed)
                told |= data
            case "contact.changed", data:
                card = data["contact"]
                assert card != told["cards"][card["contact_id"]]
                told["cards"][card["contact_id"]] = card
            case "offer.withdrawn", _:
                told = {}
            case _:
                pass
    request = held.requests[life.sender.tracking_number]
    asked = routing.AskedFacts.model_validate(life.sender.facts.model_dump(by_alias=True))
    if life.request.offer_state in ("open", "accepted"):
        assert {name: told[name] for name in TOLD} == json.loads(asked.encode())
        assert request.asked == request.told
    if life.request.offer_state == "accepted":
        assert told["need"]["issue"] == f"Words {life.words}."
        card = held.contacts.get((AGENCY, "desk"))
        expected = {"contact_id": "desk"} if card is None else json.loads(card.encode())
        assert told["cards"] == {"desk": expected}


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_the_order_of_topics_changes_no_decision_about_an_amendment(seed: int) -> None:
    life = Life(random.Random(seed))
    life.live(20)

    runs = [take_in(life) for _ in range(2)]

    amendments = ("offer.changed", "engagement.changed", "amendment.passed_on")
    first, second = (
        sorted(
            (m["id"], m["causationid"], m["data"].get("changed"))
            for m in messages
            if kind(m) in amendments
        )
        for _, messages in runs
    )
    assert first == second
    asked = [held.requests[life.sender.tracking_number].asked for held, _ in runs]
    assert asked[0] == asked[1]


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_need_and_contacts_reach_nobody_before_the_acceptance(seed: int) -> None:
    life = Life(random.Random(seed))
    life.live(20)

    _, messages = take_in(life)

    for message in messages:
        if "Words " in json.dumps(message["data"]) or "Chief" in json.dumps(message["data"]):
            assert kind(message) in ("engagement.opened", "engagement.changed", "contact.changed")
            assert message["dataclassification"] == "restricted"


def test_gates_hold_changed_facts_until_the_amendment_and_its_words_are_there() -> None:
    sender = Sender()
    before = decide(None, sender.accepted(), RULES, at=ROUTED_AT).request
    outcome = decide(before, sender.amended(words=2), RULES, at=ROUTED_AT)
    number = sender.tracking_number

    [event] = outcome.events
    item = NotificationsReader().parse(Log().record(routing.TOPIC, event))

    assert isinstance(item, Item)
    assert item.needs == (
        Gate(intake.TOPIC, number, 2),
        Gate(intake.CONFIDENTIAL_TOPIC, number, 2),
    )
