"""What is wrong, causes before effects, and the command that leads on. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from continuum.status.hints import Hints
from continuum.status.readers import gone
from continuum.status.seen import Away, Process, Seen, Tables, Unread
from continuum.status.table import age, moment

_SHOWN = 5
_MOST_LOST = 50
_HELD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: ``next`` is the command to run."""

    what: str
    next: str
    more: Sequence[str] = ()


def findings(seen: Seen, hints: Hints, *, late: float) -> list[Finding]:
    """Return what is wrong; what has waited less than *late* seconds is on its way."""
    found = [*_surroundings(seen, hints), *_processes(seen, hints)]
    for service, tables in seen.tables.items():
        if not isinstance(tables, Away):
            found += [*_stopped(service, tables), *_blocked(service, tables, hints)]
    for service, unread in seen.unread.items():
        found += _unread(service, unread, seen.at, hints, late=late)
    for service, tables in seen.tables.items():
        if not isinstance(tables, Away):
            found += _outgoing(service, tables, hints, late=late)
            found += _left_over(service, tables)
    return found


def _surroundings(seen: Seen, hints: Hints) -> Iterator[Finding]:
    if isinstance(seen.kafka, Away):
        what = f"Kafka does not answer: {seen.kafka.why}. Nothing is read or sent"
        yield Finding(what, hints.kafka)
    else:
        for place in seen.kafka.without_leader:
            what = f"{place} has no leader: a broker is away, and nothing is read or written there"
            yield Finding(what, hints.kafka)
        for service, tables in seen.tables.items():
            if not isinstance(tables, Away):
                for place in gone(seen.kafka, tables):
                    what = f"{service} reads {place}, which Kafka does not have (or hides from us)"
                    yield Finding(what, hints.log(service))
    away = {name: each.why for name, each in seen.tables.items() if isinstance(each, Away)}
    if away and len(away) == len(seen.tables):
        why = next(iter(away.values()))
        yield Finding(f"Postgres does not answer: {why}. Nothing is taken in", hints.postgres)
    else:
        for service, why in away.items():
            yield Finding(f"{service}: its database does not answer: {why}", hints.postgres)


def _processes(seen: Seen, hints: Hints) -> Iterator[Finding]:
    for service, processes in seen.processes.items():
        if isinstance(processes, Away):
            yield Finding(f"{service} does not run: {processes.why}", hints.start(service))
            continue
        for each in processes:
            if each.state != "ready":
                yield _process(each, hints)


def _process(process: Process, hints: Hints) -> Finding:
    where = f"{process.service}: its process at {process.address}"
    if process.state == "not running":
        return Finding(f"{where} does not run: {process.says}", hints.start(process.service))
    if process.state == "no answer":
        what = f"{where} is there and does not answer ({process.says}): frozen, or overloaded"
        return Finding(what, hints.end(process.service))
    first, *more = process.says.splitlines() or ["it does not say why"]
    return Finding(f"{where} is not ready: {first}", hints.log(process.service), more)


def _stopped(service: str, tables: Tables) -> Iterator[Finding]:
    for row in tables.checkpoints:
        place = f"{service}: {row['topic']}/{row['partition']}"
        if row["stopped_by"]:
            what = f"{place} has stopped over failing decisions of build {row['stopped_by']}"
            yield Finding(what, f"continuum resume {service}")
        if row["refused_because"]:
            what = f"{service} reads no more. {row['refused_because']}"
            yield Finding(what, f"continuum resume {service}")


def _blocked(service: str, tables: Tables, hints: Hints) -> Iterator[Finding]:
    for row in tables.blocked:
        place = f"{row['topic']}/{row['partition']} at offset {row['offset']}"
        since = moment(row["since"], tables.now)
        why = f"{row['reason']} ({row['error']})"
        yield Finding(f"{service} is blocked on {place} since {since}: {why}", hints.log(service))


def _unread(
    service: str, unread: Sequence[Unread], now: datetime, hints: Hints, *, late: float
) -> Iterator[Finding]:
    waits = [each for each in unread if each.since is None or age(each.since, now) > late]
    if not waits:
        return
    waits.sort(key=lambda each: (each.since is not None, each.since))
    oldest = waits[0].since
    since = "nobody can say since when" if oldest is None else f"since {moment(oldest, now)}"
    records = sum(each.records for each in waits)
    yield Finding(
        f"{service} has not taken in {records} record(s), the oldest of them {since}",
        hints.log(service),
        [
            *(_place(each, now) for each in waits[:_SHOWN]),
            *([f"and {len(waits) - _SHOWN} more partition(s)"] if len(waits) > _SHOWN else []),
        ],
    )


def _place(unread: Unread, now: datetime) -> str:
    since = "" if unread.since is None else f", since {moment(unread.since, now)}"
    return f"{unread.place}: {unread.records} from offset {unread.next_offset} on{since}"


def _outgoing(service: str, tables: Tables, hints: Hints, *, late: float) -> Iterator[Finding]:
    delivery, now = tables.delivery, tables.now
    since = delivery["outbox_since"]
    if since is not None and age(since, now) > late:
        waits = f"{delivery['outbox']} message(s) wait for Kafka, the oldest"
        what = f"{service} has decided and not said it: {waits} since {moment(since, now)}"
        yield Finding(what, hints.log(service))
    if delivery["set_aside"]:
        since = moment(delivery["set_aside_since"], now)
        what = f"{service}: Kafka will never take {delivery['set_aside']} message(s), set aside"
        yield Finding(f"{what} since {since}", hints.log(service))


def _left_over(service: str, tables: Tables) -> Iterator[Finding]:
    delivery, now = tables.delivery, tables.now
    if delivery["dead"]:
        since = moment(delivery["dead_since"], now)
        what = f"{service}: {delivery['dead']} record(s) could not be processed, since {since}"
        yield Finding(what, f"continuum dead-letters list {service}")
    for row in tables.parked:
        place = f"{row['topic']}/{row['partition']}/{row['offset']}"
        what = f"{service}: {row['key']} is parked since {moment(row['parked_at'], now)}"
        behind = f"({row['reason']}), {row['waiting']} record(s) behind it; it began at {place}"
        yield Finding(f"{what} {behind}", f"continuum dead-letters show {service} {row['key']}")
    for row in tables.held:
        if age(row["since"], now) > _HELD_SECONDS:
            since = moment(row["since"], now)
            what = f"{service}: {row['count']} record(s) wait for {row['what']} since {since}"
            yield Finding(what, "continuum accounting")
    for row in tables.lost:
        yield Finding(f"{service} has lost {lost(row, now)}", "continuum accounting")
    if tables.lost_numbers:
        count = len(tables.lost_numbers)
        yield Finding(
            f"{service} reads on behind events that were lost, of {count} subject(s)",
            "continuum accounting",
            [
                *map(_lost_numbers, tables.lost_numbers[:_MOST_LOST]),
                *([f"and {count - _MOST_LOST} more"] if count > _MOST_LOST else []),
            ],
        )


def lost(row: Mapping[str, Any], now: datetime) -> str:
    """Return what is to be said of a range that a topic deleted unread."""
    span = f"{row['topic']}/{row['partition']}, offsets {row['from_offset']} to"
    noticed = moment(row["noticed_at"], now)
    return (
        f"{span} {row['until_offset'] - 1}: the topic deleted them before they were read; noticed"
        f" {noticed}"
    )


def _lost_numbers(row: Mapping[str, Any]) -> str:
    return (
        f"{row['subject']}: numbers {row['from_number']} to {row['until_number'] - 1} of"
        f" {row['topic']}"
    )
