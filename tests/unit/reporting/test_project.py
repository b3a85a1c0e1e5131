"""What reporting makes of the log: each event's columns, and folds that commute between topics."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.project import COUNTED, FIRST, LATEST, changed_by, merge
from services.reporting.timeline import entry_of
from shared.contracts import intake, routing
from shared.contracts.event import Event
from tests.examples.facts import TOO_LATE, Log
from tests.examples.streams import EventStream

Said = tuple[str, Event]


def folded(events: Iterable[Said]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for _, event in events:
        merge(row, changed_by(event))  # type: ignore[arg-type]  # any Event
    return row


def test_a_request_keeps_when_each_stage_was_reached() -> None:
    stream = EventStream(1)
    accepted, triaged, offered = stream.accepted(), stream.triaged(), stream.offered()
    engaged, delivered, closed = stream.engaged(), stream.progressed("delivered"), stream.closed()

    row = folded(stream.events)

    assert row["submitted_at"] == accepted.data.submitted_at
    assert row["accepted_at"] == accepted.time
    assert row["triaged_at"] == triaged.time
    assert row["first_offer_at"] == offered.time
    assert row["assigned_at"] == engaged.time
    assert row["delivered_at"] == delivered.time
    assert row["closed_at"] == closed.time
    assert (row["status"], row["close_reason"]) == ("closed", "completed")


def test_a_second_offer_is_counted_and_leaves_the_first_moment() -> None:
    stream = EventStream(1)
    first = stream.offered()
    stream.declined()
    stream.offered("noble")

    row = folded(stream.events)

    assert row["first_offer_at"] == first.time
    assert (row["offers"], row["declines"], row["status"]) == (2, 1, "offered")


def test_an_amendment_changes_the_facts_and_not_the_moment_of_acceptance() -> None:
    stream = EventStream(1)
    accepted = stream.accepted()
    agency = stream.agency.model_copy(update={"sworn_band": "250-999"})
    stream.amended(agency=agency)

    row = folded(stream.events)

    assert row["sworn_band"] == "250-999"
    assert row["accepted_at"] == accepted.time


def test_a_message_that_changes_nothing_has_a_line_and_no_columns() -> None:
    stream = EventStream(1)
    event = stream.answered("decline", "timing")

    entry = entry_of(event, topic=intake.TOPIC)

    assert changed_by(event) == {}
    assert (entry.type, entry.detail, entry.provider) == (
        "offer_answered",
        "decline: timing",
        "iacp",
    )


def test_every_column_is_set_by_one_topic_only() -> None:
    stream = extended(EventStream(1), range(12))

    columns = {
        topic: {c for t, e in stream.events if t == topic for c in changed_by(e)}  # type: ignore[arg-type]  # any Event
        for topic in (intake.TOPIC, routing.TOPIC)
    }

    assert not columns[intake.TOPIC] & columns[routing.TOPIC]
    assert columns[intake.TOPIC] | columns[routing.TOPIC] <= {*LATEST, *FIRST, *COUNTED}


STEPS: Sequence[Callable[[EventStream], Event]] = (
    EventStream.accepted,
    EventStream.triaged,
    EventStream.waitlisted,
    EventStream.offered,
    EventStream.declined,
    EventStream.lapsed,
    EventStream.engaged,
    lambda stream: stream.progressed("kick_off"),
    lambda stream: stream.progressed("delivered"),
    EventStream.closed,
    EventStream.clock_missed,
    lambda stream: stream.amended(
        agency=stream.agency.model_copy(update={"sworn_band": f"{len(stream.events)}"})
    ),
)


def extended(stream: EventStream, steps: Iterable[int]) -> EventStream:
    for step in steps:
        STEPS[step](stream)
    return stream


def interleaved(events: Sequence[Said], choices: Sequence[bool]) -> list[Said]:
    """Return *events* in another order that keeps the order within each topic."""
    queues = [[e for e in events if e[0] == t] for t in (intake.TOPIC, routing.TOPIC)]
    mixed: list[Said] = []
    for choice in choices:
        if queues[choice]:
            mixed.append(queues[choice].pop(0))
    return mixed + queues[0] + queues[1]


@given(
    st.lists(st.sampled_from(range(len(STEPS))), max_size=20),
    st.lists(st.booleans(), max_size=40),
    st.integers(0, 20),
)
def test_any_interleaving_and_any_cut_into_batches_give_the_same_row(
    steps: list[int], choices: list[bool], cut: int
) -> None:
    events = extended(EventStream(1), steps).events
    mixed = interleaved(events, choices)

    whole = folded(mixed)
    parts = [folded(mixed[:cut]), folded(mixed[cut:])]

    assert whole == folded(events)
    assert merged(parts) == whole


def merged(changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for change in changes:
        merge(row, change)
    return row


def test_that_an_amendment_came_too_late_is_shown_and_changes_no_figure() -> None:
    event = Log().routed("amendment_came_too_late", TOO_LATE)

    line = entry_of(event, topic=routing.TOPIC)

    assert (line.type, line.detail, line.status) == ("amendment_came_too_late", "withdrawn", None)
    assert changed_by(event) == {}
