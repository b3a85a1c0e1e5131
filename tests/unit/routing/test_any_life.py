"""Whatever is said about a request, in whatever order, the promises hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import decide
from services.routing.life.fold import fold
from services.routing.life.offers import run_out
from services.routing.life.request import Request
from services.routing.life.rerun import rerun
from services.routing.life.story import Told, with_place
from services.routing.recorder import recorded
from services.routing.rules.books import book_of
from services.routing.rules.decisions import DecisionRecord, decode, encode
from shared.catalog.catalog import Catalog
from shared.contracts.routing import TERMINAL, TOPIC
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Record
from shared.delivery.restore.own_log import announced
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, library, provider

LIBRARY = library(providers=[provider("iacp"), provider("fop"), provider("noble")])
PROVIDERS = st.sampled_from(["iacp", "fop", "noble"])
SAID = st.one_of(
    st.tuples(st.just("answered"), st.sampled_from(["accept", "decline", "counter"]), PROVIDERS),
    st.tuples(st.just("milestone"), st.sampled_from(["kick_off", "delivered"]), PROVIDERS),
    st.tuples(st.just("closed"), PROVIDERS),
    st.tuples(st.just("withdrawn")),
    st.tuples(st.just("directed"), st.sampled_from(["route", "ineligible"])),
    st.tuples(st.just("assign"), PROVIDERS),
    st.tuples(st.just("amended")),
    st.tuples(st.just("match")),
    st.tuples(st.just("run_out")),
)
Step = Callable[[Request], Told]


def steps(sender: Sender, said: list[Any]) -> list[Step]:
    """Return what is said as functions of the request, so that each can be decided again."""
    return [_step(sender, name, *words, turn=turn) for turn, (name, *words) in enumerate(said)]


def _step(sender: Sender, name: str, *words: Any, turn: int) -> Step:
    at = AT + timedelta(hours=turn)
    if name == "match":
        return lambda request: _match(request, at)
    if name == "run_out":
        return lambda request: (
            run_out(request, at=at + timedelta(days=90)) if request.due_at else Told(request)
        )
    if name == "assign":
        event: Any = sender.directed("assign", provider=words[0])
    elif name == "amended":
        event = sender.amended(topics=["wellness", f"turn-{turn}"])
    else:
        event = getattr(sender, name)(*words)
    return lambda request: decide(request, event, LIBRARY, at=at)


def _match(request: Request, at: Any) -> Told:
    if not request.queued or request.program != "cri-tac":
        return Told(request)
    events = [examples.declared(name, 1) for name in ("iacp", "fop", "noble")]
    changes = [declared(event.subject, event.data, declaration=event.id) for event in events]
    room = {change.provider: apply(Capacity(change.provider), change) for change in changes}
    [told] = match_in_order(LaneStep("cri-tac", True, LIBRARY, room, at), [request])
    return told


@given(st.lists(SAID, max_size=14))
def test_a_life_keeps_its_promises(said: list[Any]) -> None:
    sender = Sender()
    events: list[Any] = []
    records: list[DecisionRecord] = []
    told = decide(None, sender.accepted(), LIBRARY, at=AT)
    events += told.events
    records += told.records
    request = told.request

    for step in [_step(sender, "match", turn=0), *steps(sender, said)]:
        told = step(request)
        assert step(request) == told  # deciding twice gives the same
        events += told.events
        records += told.records
        request = told.request

    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    statuses = [e.data.status for e in events if hasattr(e.data, "status")]
    ends = [place for place, status in enumerate(statuses) if status in TERMINAL]
    assert ends in ([], [len(statuses) - 1])  # at most one, and nothing after it
    assert request.ended == bool(ends)
    assert not (request.ended and (request.queued or request.due_at))


@given(st.lists(SAID, max_size=14))
def test_the_fold_of_what_was_published_is_the_request(said: list[Any]) -> None:
    sender = Sender()
    told = placed(decide(None, sender.accepted(), LIBRARY, at=AT))
    log = on_topic(told)
    request = told.request

    for step in [_step(sender, "match", turn=0), *steps(sender, said)]:
        told = placed(step(request))
        log += on_topic(told)
        request = told.request
        folded = fold(None, log, Catalog(), place=None)

        # Whether the matcher has looked since is its own note of work to do: no event says it.
        assert folded._replace(fresh=request.fresh) == request
        assert request.recorded == request.published


@given(st.lists(SAID, max_size=10))
def test_the_recorded_state_alone_gives_the_request(said: list[Any]) -> None:
    sender = Sender()
    request = placed(decide(None, sender.accepted(), LIBRARY, at=AT)).request
    for step in [_step(sender, "match", turn=0), *steps(sender, said)]:
        request = placed(step(request)).request
    of_earlier_release = request._replace(recorded=0)

    [told] = recorded([of_earlier_release], at=AT)

    assert told.request == request._replace(
        published=request.published + 1, recorded=request.published + 1
    )
    folded = fold(None, on_topic(told), Catalog(), place=None)
    assert folded._replace(fresh=request.fresh) == told.request


def placed(told: Told) -> Told:
    """Return *told* with a place in the lane, if the request enters one."""
    entered = told.request.queued and told.request.queue_number is None
    return with_place(told, 7) if entered else told


def on_topic(told: Told) -> list[PublishedEvent]:
    """Return the events of *told* as they are read from the topic."""
    records = [Record(TOPIC, 0, 0, b"", event.encode(), (), AT) for event in told.events]
    return [event for event in map(announced, records) if event is not None]


@given(st.lists(SAID, max_size=10))
def test_every_decision_comes_out_the_same_from_its_record(said: list[Any]) -> None:
    sender = Sender()
    told = decide(None, sender.accepted(), LIBRARY, at=AT)
    records = [*told.records]
    request = told.request

    for step in [_step(sender, "match", turn=0), *steps(sender, said)]:
        told = step(request)
        records += told.records
        request = told.request

    assert LIBRARY.ruleset is not None
    for record in records:
        decided = decode(record.text)
        book = None
        if record.panel:
            book = book_of(LIBRARY.ruleset, LIBRARY.ruleset_hash, record.panel_body)
        assert encode(rerun(decided, book)) == record.text
