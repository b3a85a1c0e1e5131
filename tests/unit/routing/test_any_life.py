"""Invariants of a request hold for any messages in any order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.affected import Gone, withdrawn
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import decide
from services.routing.life.fold import fold
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.request import Request
from services.routing.life.rerun import rerun
from services.routing.recorder import recorded
from services.routing.rules.decisions import DecisionRecord, decode, encode
from services.routing.rules.in_force import basis_of
from shared.catalog.catalog import Catalog
from shared.contracts.routing import TERMINAL, TOPIC
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Record
from shared.delivery.restore.own_log import parse_published
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, provider, rules_with, ruleset

RULES = rules_with(
    providers=[provider("iacp", topics=["wellness"]), provider("fop"), provider("noble")]
)
PROVIDERS = st.sampled_from(["iacp", "fop", "noble"])
SAID = st.one_of(
    st.tuples(st.just("answered"), st.sampled_from(["accept", "decline", "counter"]), PROVIDERS),
    st.tuples(st.just("milestone"), st.sampled_from(["kick_off", "delivered"]), PROVIDERS),
    st.tuples(st.just("closed"), PROVIDERS),
    st.tuples(st.just("gives_up"), PROVIDERS),
    st.tuples(st.just("ended"), st.sampled_from(["close", "back_to_lane", "refer"])),
    st.tuples(st.just("withdrawn")),
    st.tuples(st.just("directed"), st.sampled_from(["route", "ineligible"])),
    st.tuples(st.just("assign"), PROVIDERS),
    st.tuples(st.just("amended"), st.sampled_from(["wellness", "policy"])),
    st.tuples(st.just("match")),
    st.tuples(st.just("run_out")),
    st.tuples(st.just("withdrawn_by_us")),
)
Step = Callable[[Request], DecisionOutcome]


def steps(sender: Sender, messages: list[Any]) -> list[Step]:
    """Return the messages as functions of the request, so that each can be decided twice."""
    return [_step(sender, name, *words, hour=hour) for hour, (name, *words) in enumerate(messages)]


def _step(sender: Sender, name: str, *words: Any, hour: int) -> Step:
    at = AT + timedelta(hours=hour)
    if name == "match":
        return lambda request: _match(request, at)
    if name == "withdrawn_by_us":
        return lambda request: (
            withdrawn([request], Gone({}, {request.program or "": "program_suspended"}), at=at)[0]
            if request.status == "offered"
            else DecisionOutcome(request)
        )
    if name == "run_out":
        return lambda request: (
            run_out(request, ruleset(), at=at + timedelta(days=90))
            if request.due_at
            else DecisionOutcome(request)
        )
    if name == "assign":
        event: Any = sender.directed("assign", provider=words[0])
    elif name == "gives_up":
        event = sender.closed(words[0], reason="cannot_go_on")
    elif name == "amended":
        event = sender.amended(topics=[words[0], f"hour-{hour}"])
    else:
        event = getattr(sender, name)(*words)
    return lambda request: decide(request, event, RULES, at=at)


def _match(request: Request, at: Any) -> DecisionOutcome:
    if not request.queued or request.program != "cri-tac":
        return DecisionOutcome(request)
    events = [examples.declared(name, 1) for name in ("iacp", "fop", "noble")]
    changes = [declared(event.subject, event.data, declaration=event.id) for event in events]
    room = {change.provider: apply(Capacity(change.provider), change) for change in changes}
    [outcome] = match_in_order(LaneStep("cri-tac", True, RULES, room, at), [request])
    return outcome


@given(st.lists(SAID, max_size=14))
def test_a_life_keeps_its_promises(messages: list[Any]) -> None:
    sender = Sender()
    events: list[Any] = []
    records: list[DecisionRecord] = []
    outcome = decide(None, sender.accepted(), RULES, at=AT)
    events += outcome.events
    records += outcome.records
    request = outcome.request

    for step in [_step(sender, "match", hour=0), *steps(sender, messages)]:
        outcome = step(request)
        assert step(request) == outcome  # deciding twice gives the same
        events += outcome.events
        records += outcome.records
        request = outcome.request

    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    statuses = [e.data.status for e in events if hasattr(e.data, "status")]
    ends = [index for index, status in enumerate(statuses) if status in TERMINAL]
    assert ends in ([], [len(statuses) - 1])  # at most one, and nothing after it
    assert request.ended == bool(ends)
    assert not (request.ended and (request.queued or request.due_at))


@given(st.lists(SAID, max_size=14))
def test_the_fold_of_published_events_equals_the_request(messages: list[Any]) -> None:
    sender = Sender()
    outcome = numbered(decide(None, sender.accepted(), RULES, at=AT))
    log = on_topic(outcome)
    request = outcome.request

    for step in [_step(sender, "match", hour=0), *steps(sender, messages)]:
        outcome = numbered(step(request))
        log += on_topic(outcome)
        request = outcome.request
        folded = fold(None, log, Catalog(), queue_number=None)

        # No event contains `fresh`.
        assert folded._replace(fresh=request.fresh) == request
        assert request.recorded == request.published


@given(st.lists(SAID, max_size=10))
def test_the_recorded_state_alone_equals_the_request(messages: list[Any]) -> None:
    sender = Sender()
    request = numbered(decide(None, sender.accepted(), RULES, at=AT)).request
    for step in [_step(sender, "match", hour=0), *steps(sender, messages)]:
        request = numbered(step(request)).request
    of_earlier_release = request._replace(recorded=0)

    [outcome] = recorded([of_earlier_release], at=AT)

    assert outcome.request == request._replace(
        published=request.published + 1, recorded=request.published + 1
    )
    folded = fold(None, on_topic(outcome), Catalog(), queue_number=None)
    assert folded._replace(fresh=request.fresh) == outcome.request


def numbered(outcome: DecisionOutcome) -> DecisionOutcome:
    """Return *outcome* with a queue number if the request enters a lane."""
    entered = outcome.request.queued and outcome.request.queue_number is None
    return with_queue_number(outcome, 7) if entered else outcome


def on_topic(outcome: DecisionOutcome) -> list[PublishedEvent]:
    """Return the events of *outcome* as they are read from the topic."""
    records = [Record(TOPIC, 0, 0, b"", event.encode(), (), AT) for event in outcome.events]
    return [event for event in map(parse_published, records) if event is not None]


@given(st.lists(SAID, max_size=10))
def test_a_rerun_of_every_decision_gives_the_same_record(messages: list[Any]) -> None:
    sender = Sender()
    outcome = decide(None, sender.accepted(), RULES, at=AT)
    records = [*outcome.records]
    request = outcome.request

    for step in [_step(sender, "match", hour=0), *steps(sender, messages)]:
        outcome = step(request)
        records += outcome.records
        request = outcome.request

    assert RULES.ruleset is not None
    for record in records:
        decided = decode(record.text)
        basis = None
        if record.panel:
            basis = basis_of(RULES.ruleset, RULES.ruleset_hash, record.panel_body)
        assert encode(rerun(decided, basis)) == record.text
