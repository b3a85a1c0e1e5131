"""The problems that `continuum status` finds in Kafka, Postgres and the processes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from continuum.status.as_json import to_json
from continuum.status.findings import findings
from continuum.status.hints import Hints
from continuum.status.log_ends import appended_at
from continuum.status.observation import (
    Database,
    Ends,
    Observation,
    Place,
    Process,
    Unavailable,
    Unread,
)
from continuum.status.readers import unread_by
from continuum.status.render import render
from shared.contracts.services import SERVICES

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=5)
INTAKE = Place("cri.int.intake.v1", 2)
NOTHING = {
    "held": 0, "parked": 0, "dead": 0, "dead_since": None, "outbox": 0, "outbox_since": None,
    "set_aside": 0, "set_aside_since": None,
}  # fmt: skip


def tables(*checkpoints: tuple[Place, int], **more: Any) -> Database:
    rows = [
        {
            "topic": place.topic,
            "partition": place.partition,
            "next_offset": offset,
            "stopped_by": None,
            "refused_because": None,
            "moved_at": NOW,
            "taken_in": offset,
        }
        for place, offset in checkpoints
    ]
    delivery = NOTHING | more.pop("delivery", {})
    return Database(now=NOW, checkpoints=more.pop("rows", rows), delivery=delivery, **more)


def ready(service: str) -> list[Process]:
    return [Process(service, f"http://{service}", "ready", "ready")]


WELL = Observation(
    at=NOW,
    processes={service: ready(service) for service in SERVICES},
    kafka=Ends({INTAKE: (0, 7)}),
    databases={service: tables((INTAKE, 7)) for service in SERVICES},
    unread={service: [] for service in SERVICES},
)


def report(seen: Observation, *, one_machine: bool = True, late: float = 10) -> list[str]:
    return render(seen, findings(seen, Hints(one_machine), late=late), late=late)


def with_table(service: str, own: Database | Unavailable) -> Observation:
    return replace(WELL, databases={**WELL.databases, service: own})


def with_process(service: str, found: Any) -> Observation:
    return replace(WELL, processes={**WELL.processes, service: found})


def test_without_problems_the_first_line_says_so_with_the_number_of_processes() -> None:
    lines = report(WELL)

    count = len(SERVICES)
    assert lines[0].startswith(f"All is well: {count} processes of {count} services are ready")
    assert not [line for line in lines if "next:" in line]


PROBLEMS: Mapping[str, tuple[Observation, str, str]] = {
    "Kafka away": (
        replace(WELL, kafka=Unavailable("no answer in 5 s"), unread={}),
        "Kafka does not answer: no answer in 5 s",
        "make up",
    ),
    "one database away": (
        with_table("routing", Unavailable("refused")),
        "routing: its database does not answer: refused",
        "make up",
    ),
    "Postgres away": (
        replace(WELL, databases=dict.fromkeys(SERVICES, Unavailable("refused")), unread={}),
        "Postgres does not answer: refused. Nothing is taken in",
        "make up",
    ),
    "scaled to nothing": (
        with_process("routing", Unavailable("no process of it is at http://routing-probes:8080")),
        "routing does not run: no process of it is at http://routing-probes:8080",
        "make up",
    ),
    "dead": (
        with_process("intake", [Process("intake", "http://i", "not running", "nothing there")]),
        "intake: its process at http://i does not run: nothing there",
        "make up",
    ),
    "frozen": (
        with_process("routing", [Process("routing", "http://r", "no answer", "timed out")]),
        "routing: its process at http://r is up but does not answer (timed out): frozen",
        "make up",
    ),
    "not ready": (
        with_process("routing", [Process("routing", "http://r", "not ready", "waits\nmore")]),
        "routing: its process at http://r is not ready: waits",
        "continuum logs problems routing",
    ),
    "unread": (
        replace(WELL, unread={**WELL.unread, "routing": [Unread(INTAKE, 3, 17, LONG_AGO)]}),
        "routing has not taken in 3 record(s), the oldest of them since 2026-03-02 02:55:00 UTC"
        " (5 min)",
        "continuum logs problems routing",
    ),
    "unread since nobody knows when": (
        replace(WELL, unread={**WELL.unread, "routing": [Unread(INTAKE, 3, 17)]}),
        "routing has not taken in 3 record(s), the oldest of them since an unknown time",
        "continuum logs problems routing",
    ),
    "no leader": (
        replace(WELL, kafka=Ends({}, [INTAKE])),
        "cri.int.intake.v1/2 has no leader",
        "make up",
    ),
    "a topic that is gone": (
        replace(WELL, kafka=Ends({})),
        "routing reads cri.int.intake.v1/2, which Kafka does not have",
        "continuum logs problems routing",
    ),
    "stopped": (
        with_table("routing", tables(rows=[{**tables((INTAKE, 7)).checkpoints[0],
                                            "stopped_by": "0.2.0"}])),
        "routing: cri.int.intake.v1/2 has stopped because decisions failed in build 0.2.0",
        "continuum resume routing",
    ),
    "refused": (
        with_table("routing", tables(rows=[{**tables((INTAKE, 7)).checkpoints[0],
                                            "refused_because": "it ends at 7"}])),
        "routing has stopped reading. it ends at 7",
        "continuum resume routing",
    ),
    "blocked": (
        with_table("routing", tables((INTAKE, 7), blocked=[
            {"topic": "t", "partition": 0, "offset": 7, "reason": "not_taken_in",
             "error": "KeyError", "since": LONG_AGO}])),
        "routing has been blocked on t/0 at offset 7 since 2026-03-02 02:55:00 UTC (5 min):"
        " not_taken_in (KeyError)",
        "continuum logs problems routing",
    ),
    "outbox": (
        with_table("routing", tables((INTAKE, 7), delivery={"outbox": 2,
                                                            "outbox_since": LONG_AGO})),
        "routing has 2 message(s) waiting for Kafka, the oldest since"
        " 2026-03-02 02:55:00 UTC (5 min)",
        "continuum logs problems routing",
    ),
    "set aside": (
        with_table("routing", tables((INTAKE, 7), delivery={"set_aside": 1,
                                                            "set_aside_since": LONG_AGO})),
        "routing: Kafka can never accept 1 message(s), set aside since 2026-03-02 02:55:00 UTC",
        "continuum logs problems routing",
    ),
    "dead letters": (
        with_table("routing", tables((INTAKE, 7), delivery={"dead": 1, "dead_since": LONG_AGO})),
        "routing: 1 record(s) could not be processed, since 2026-03-02 02:55:00 UTC",
        "continuum dead-letters list routing",
    ),
    "parked": (
        with_table("routing", tables((INTAKE, 7), parked=[
            {"key": "K", "parked_at": LONG_AGO, "reason": "decision_failed", "waiting": 2,
             "topic": "t", "partition": 0, "offset": 4}])),
        "routing: K has been parked since 2026-03-02 02:55:00 UTC (5 min) (decision_failed),"
        " 2 record(s) behind it; it began at t/0/4",
        "continuum dead-letters show routing K",
    ),
    "held": (
        with_table("routing", tables((INTAKE, 7), held=[
            {"what": "t K/3", "count": 1, "since": LONG_AGO}])),
        "routing: 1 record(s) have waited for t K/3 since 2026-03-02 02:55:00 UTC (5 min)",
        "continuum accounting",
    ),
    "lost": (
        with_table("routing", tables((INTAKE, 7), lost=[
            {"topic": "t", "partition": 0, "from_offset": 3, "until_offset": 9,
             "noticed_at": LONG_AGO}])),
        "routing has lost t/0, offsets 3 to 8: the topic deleted them before they were read",
        "continuum accounting",
    ),
    "lost numbers": (
        with_table("routing", tables((INTAKE, 7), lost_numbers=[
            {"topic": "t", "subject": "ca-post", "from_number": 3, "until_number": 9,
             "noticed_at": LONG_AGO}])),
        "routing continues after lost events of 1 subject(s)",
        "continuum accounting",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_come_first_with_the_next_command(name: str) -> None:
    seen, what, command = PROBLEMS[name]

    lines = report(seen)

    assert lines[0].startswith("WRONG: ")
    (place,) = (number for number, line in enumerate(lines) if what in line)
    after = next(line for line in lines[place:] if "next:" in line)
    assert after == f"     next: {command}"


def test_without_any_answer_the_state_is_unknown() -> None:
    away = Unavailable("refused")
    blind = replace(
        WELL,
        kafka=away,
        databases=dict.fromkeys(SERVICES, away),
        processes={s: [Process(s, "http://x", "not running")] for s in SERVICES},
        unread={},
        waits=away,
    )

    lines = report(blind)

    assert blind.nothing_answered
    assert lines[0].startswith("UNKNOWN: neither Kafka, nor Postgres, nor any process answers")
    assert "  not known: refused" in lines


def test_work_in_progress_is_no_problem() -> None:
    moment_ago = [Unread(INTAKE, 3, 17, NOW - timedelta(seconds=3))]
    on_its_way = replace(WELL, unread={**WELL.unread, "routing": moment_ago})

    assert report(on_its_way)[0].startswith("All is well")
    assert report(on_its_way, late=2)[0].startswith("WRONG")


def test_with_many_partitions_only_the_oldest_are_named() -> None:
    unread = [
        Unread(Place("cri.in.a.v1", number), 1, 0, LONG_AGO - timedelta(minutes=number))
        for number in range(7)
    ]

    lines = report(replace(WELL, unread={**WELL.unread, "intake": unread}))

    first = lines.index(next(line for line in lines if "not taken in 7" in line))
    assert lines[first + 1].strip().startswith("cri.in.a.v1/6: 1 from offset 0 on")
    assert lines[first + 6].strip() == "and 2 more partition(s)"


def test_in_a_cluster_the_command_is_one_for_pods() -> None:
    lines = report(with_process("routing", Unavailable("gone")), one_machine=False)

    assert "     next: kubectl -n continuum get pods -l app.kubernetes.io/name=routing" in lines


def test_waiting_requests_are_listed_on_request() -> None:
    row = {
        "tracking_number": "CRI-2026-000042-K",
        "status": "waiting",
        "lane": "cri-tac.urgent",
        "why": "no_capacity",
        "since": LONG_AGO,
    }

    lines = report(replace(WELL, waiting=[row]))

    assert lines[-1].split("  ") == [
        "", "cri-tac.urgent", "CRI-2026-000042-K", "waiting", "2026-03-02 02:55:00", "no capacity",
    ]  # fmt: skip


def test_a_batch_that_could_not_be_unpacked_is_shown_and_is_no_problem() -> None:
    row = {
        "topic": "cri.in.a.v1", "partition": 0, "from_offset": 3, "until_offset": 5,
        "reason": "corrupt", "error": "CorruptRecordException", "noticed_at": LONG_AGO,
    }  # fmt: skip

    lines = report(with_table("intake", tables((INTAKE, 7), unreadable=[row])))

    assert lines[0].startswith("All is well")
    assert any("cri.in.a.v1/0, offsets 3 to 4, could not be unpacked" in line for line in lines)


def test_a_partition_that_was_never_read_is_unread_from_its_beginning() -> None:
    ends = Ends({INTAKE: (4, 9), Place("cri.in.ca-post.v1", 0): (0, 3), Place("other", 0): (0, 9)})

    assert unread_by("routing", ends, tables()) == [Unread(INTAKE, 5, 4)]
    assert unread_by("intake", ends, tables((INTAKE, 1))) == [
        Unread(Place("cri.in.ca-post.v1", 0), 3, 0)
    ]


def test_for_programs_it_is_json() -> None:
    seen, what, _ = PROBLEMS["unread"]

    text = to_json(seen, findings(seen, Hints(one_machine=True), late=10))

    assert what in text
    assert '"topic": "cri.int.intake.v1"' in text


@pytest.mark.parametrize("offset", range(6))
async def test_the_time_of_a_record_is_found_by_asking_for_offsets_by_time(offset: int) -> None:
    start = round((datetime.now(UTC) - timedelta(days=13)).timestamp() * 1000)
    # Records of one batch have one time; the others are hours apart.
    times = [start, start, start, start + 5_000, start + 9_999_999, start + 1_000_000_000]

    async def search(asked: Mapping[Place, int]) -> Mapping[Place, tuple[int, int] | None]:
        return {
            place: next(((n, at) for n, at in enumerate(times) if at >= wanted), None)
            for place, wanted in asked.items()
        }

    found = await appended_at(search, {INTAKE: offset})

    assert abs(found[INTAKE].timestamp() * 1000 - times[offset]) <= 1000


async def test_a_record_that_is_deleted_already_has_no_time() -> None:
    async def search(asked: Mapping[Place, int]) -> Mapping[Place, tuple[int, int] | None]:
        return dict.fromkeys(asked, (9, 1_000))

    assert await appended_at(search, {INTAKE: 3}) == {}
