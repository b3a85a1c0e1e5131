"""How a rebuild folds one partition, and how it compares two sides."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuum.arguments import REBUILT
from continuum.rebuild.compare import Difference, differing_keys, differing_parts, totals
from continuum.rebuild.fold import Fold
from continuum.rebuild.reporting import REPORTING, opened
from continuum.rebuild.services import FOLDED
from services.reporting.programs import program_changed, program_row
from services.reporting.project import changed_by, merge
from shared.contracts.event import Event
from shared.contracts.services import DEPLOYABLES
from shared.delivery.records import Record
from shared.postgres.migrate import migrations_of
from tests.examples.streams import START, EventStream
from tests.integration.reporting.test_handlers import full_stream, program_defined

ROUTED = [event for topic, event in full_stream(1).events if topic == "cri.int.routing.v1"]
NUMBER = EventStream(1).tracking_number


def records(events: Sequence[Event | bytes]) -> list[Record]:
    values = [event if isinstance(event, bytes) else event.encode() for event in events]
    return [
        Record("cri.int.routing.v1", 0, offset, b"key", value, (), START)
        for offset, value in enumerate(values)
    ]


def folded(fold: Fold, events: Sequence[Event | bytes]) -> Fold:
    for record in records(events):
        fold.take(record)
    return fold


def row_of_all(events: Sequence[Any]) -> dict[str, object]:
    row: dict[str, object] = {}
    for event in events:
        merge(row, changed_by(event))
    return row


@given(st.lists(st.integers(0, len(ROUTED) - 1), max_size=8))
def test_a_repeated_event_changes_nothing(repeats: list[int]) -> None:
    events = list(ROUTED)
    for place in repeats:
        events.insert(place + 1, ROUTED[place])

    fold = folded(Fold(REPORTING, {}), [*events, *(ROUTED[place] for place in repeats)])

    assert fold.changes.state.rows == {NUMBER: row_of_all(ROUTED)}
    assert [entry.sequence for entry in fold.changes.state.entries] == [e.number for e in ROUTED]
    assert fold.gates == {NUMBER: len(ROUTED)}


def test_an_early_event_waits_for_its_predecessors() -> None:
    fold = folded(Fold(REPORTING, {}), [ROUTED[0], ROUTED[2], ROUTED[3]])

    assert fold.gates == {NUMBER: 1}

    folded(fold, [ROUTED[1]])

    assert [entry.sequence for entry in fold.changes.state.entries] == [1, 2, 3, 4]
    assert not fold.early


def test_a_record_left_out_leaves_out_later_ones_of_its_subject() -> None:
    fold = folded(Fold(REPORTING, {}, left_out={1}), ROUTED)

    assert fold.gates == {NUMBER: 1}
    assert not fold.failed


def test_a_discarded_record_moves_its_gate_and_nothing_else() -> None:
    unreadable = ROUTED[1].encode().replace(b'"data":{', b'"data":7,"was":{', 1)

    fold = folded(Fold(REPORTING, {}, discarded={1}), [ROUTED[0], unreadable, *ROUTED[2:]])

    assert fold.gates == {NUMBER: len(ROUTED)}
    assert [entry.sequence for entry in fold.changes.state.entries][:2] == [1, 3]


def test_a_record_that_cannot_be_read_is_named() -> None:
    fold = folded(Fold(REPORTING, {}), [ROUTED[0], b"no event", ROUTED[1]])

    assert [(each.offset, each.error) for each in fold.failed] == [(1, "malformed: schema")]
    assert fold.gates == {NUMBER: 2}


def test_what_saving_cannot_fold_leaves_out_later_records_of_its_subject() -> None:
    fold = Fold(FOLDED["desk"], {})
    folded(fold, [*ROUTED[:2], ROUTED[3]])
    second = fold.changes[1]

    fold.fail(second, "KeyError")
    folded(fold, ROUTED)

    assert [(each.offset, each.subject) for each in fold.failed] == [(1, NUMBER)]
    assert fold.gates == fold.moved == {NUMBER: 1}
    assert len(fold.changes) == 2
    assert not fold.early


def test_a_fold_goes_on_from_its_gates_with_no_changes() -> None:
    fold = folded(Fold(REPORTING, {}), ROUTED[:3]).renewed()

    assert not fold.changes.state.rows
    assert not fold.moved

    folded(fold, ROUTED)

    assert fold.changes.state.rows == {NUMBER: row_of_all(ROUTED[3:])}


def test_only_openings_announced_by_then_count() -> None:
    defined: Any = program_defined(1, status="announced", opens_at=START)
    row = program_row(defined)
    news = {
        (row.program, 1): program_changed(row, at=START, number=1),
        (row.program, 2): program_changed(row, at=START, number=2, opened=True),
    }

    assert opened(news, {row.program: 2}) == [(row.program, row.defined_by, START)]
    assert opened(news, {row.program: 1}) == []


def test_a_record_without_a_gate_is_folded_however_often_it_comes() -> None:
    fold = Fold(FOLDED["intake"], {})

    folded(fold, [*ROUTED, *ROUTED])

    assert fold.changes == {NUMBER: ("closed", ROUTED[-1].time)}
    assert not fold.gates


@pytest.mark.parametrize("service", DEPLOYABLES)
def test_every_table_of_a_service_is_rebuilt_or_excluded_with_a_reason(service: str) -> None:
    written = "\n".join(each.sql for each in migrations_of(f"services.{service}"))
    tables = set(re.findall(r"CREATE TABLE (\w+)", written))

    kept = {name for names in FOLDED[service].kept for name in names}

    assert tables <= {*FOLDED[service].names, *kept}
    assert kept <= {*tables, "gates of other topics"}


def test_tables_are_compared_in_parts_then_by_key() -> None:
    live = {("requests", 1): (2, 10), ("requests", 7): (1, 4), ("gates", 3): (1, 1)}
    rebuilt = {("requests", 1): (2, 11), ("requests", 7): (1, 4), ("timeline", 2): (1, 9)}

    assert differing_parts(live, rebuilt) == {"requests": [1], "gates": [3], "timeline": [2]}
    total = totals(live, ["requests", "programs"])
    assert (total["requests"].rows, total["programs"].rows) == (3, 0)
    assert total["requests"].checksum == f"{14:016x}"


def test_a_differing_key_is_shown_with_its_values() -> None:
    live = {"A": (1, 5), "B": (1, 6), "C": (1, 7)}
    rebuilt = {"A": (1, 5), "B": (2, 6), "D": (1, 8)}

    assert differing_keys("requests", live, rebuilt) == [
        Difference("requests", "B", "differs"),
        Difference("requests", "C", "is in the live table and not in the log"),
        Difference("requests", "D", "is missing in the live table"),
    ]


def test_the_help_says_of_each_service_what_is_rebuilt() -> None:
    told = {name for line in REBUILT.splitlines() if line.startswith("  ")
            for name in line[:26].replace(",", " ").split()}  # fmt: skip

    assert told == set(DEPLOYABLES)
