"""Finds what is wrong, causes before effects, each with the command to run next. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from continuum.status.formatting import age, moment
from continuum.status.hints import Hints
from continuum.status.observation import Database, Observation, Process, Unavailable, Unread
from continuum.status.readers import missing_partitions

_SHOWN = 5
_MOST_LOST = 50
_HELD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem; ``next`` is the command to run."""

    what: str
    next: str
    more: Sequence[str] = ()


def findings(observation: Observation, hints: Hints, *, late: float) -> list[Finding]:
    """Return the problems; ignore what has waited less than *late* seconds."""
    found = [*_surroundings(observation, hints), *_processes(observation, hints)]
    for service, database in observation.databases.items():
        if not isinstance(database, Unavailable):
            found += [*_stopped(service, database), *_blocked(service, database, hints)]
    for service, unread in observation.unread.items():
        found += _unread(service, unread, observation.at, hints, late=late)
    for service, database in observation.databases.items():
        if not isinstance(database, Unavailable):
            found += _outgoing(service, database, hints, late=late)
            found += _left_over(service, database)
    return found


def _surroundings(observation: Observation, hints: Hints) -> Iterator[Finding]:
    if isinstance(observation.kafka, Unavailable):
        what = f"Kafka does not answer: {observation.kafka.why}. Nothing is read or sent"
        yield Finding(what, hints.kafka)
    else:
        for place in observation.kafka.without_leader:
            what = f"{place} has no leader: a broker is down, and nothing is read or written there"
            yield Finding(what, hints.kafka)
        for service, database in observation.databases.items():
            if not isinstance(database, Unavailable):
                for place in missing_partitions(observation.kafka, database):
                    what = f"{service} reads {place}, which Kafka does not have (or hides from us)"
                    yield Finding(what, hints.log(service))
    unavailable = {
        name: each.why
        for name, each in observation.databases.items()
        if isinstance(each, Unavailable)
    }
    if unavailable and len(unavailable) == len(observation.databases):
        why = next(iter(unavailable.values()))
        yield Finding(f"Postgres does not answer: {why}. Nothing is taken in", hints.postgres)
    else:
        for service, why in unavailable.items():
            yield Finding(f"{service}: its database does not answer: {why}", hints.postgres)


def _processes(observation: Observation, hints: Hints) -> Iterator[Finding]:
    for service, processes in observation.processes.items():
        if isinstance(processes, Unavailable):
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
        what = f"{where} is up but does not answer ({process.says}): frozen, or overloaded"
        return Finding(what, hints.end(process.service))
    first, *more = process.says.splitlines() or ["no reason given"]
    return Finding(f"{where} is not ready: {first}", hints.log(process.service), more)


def _stopped(service: str, database: Database) -> Iterator[Finding]:
    for row in database.checkpoints:
        place = f"{service}: {row['topic']}/{row['partition']}"
        if row["stopped_by"]:
            what = f"{place} has stopped because decisions failed in build {row['stopped_by']}"
            yield Finding(what, f"continuum resume {service}")
        if row["refused_because"]:
            what = f"{service} has stopped reading. {row['refused_because']}"
            yield Finding(what, f"continuum resume {service}")


def _blocked(service: str, database: Database, hints: Hints) -> Iterator[Finding]:
    for row in database.blocked:
        place = f"{row['topic']}/{row['partition']} at offset {row['offset']}"
        since = moment(row["since"], database.now)
        why = f"{row['reason']} ({row['error']})"
        yield Finding(
            f"{service} has been blocked on {place} since {since}: {why}", hints.log(service)
        )


def _unread(
    service: str, unread: Sequence[Unread], now: datetime, hints: Hints, *, late: float
) -> Iterator[Finding]:
    waits = [each for each in unread if each.since is None or age(each.since, now) > late]
    if not waits:
        return
    waits.sort(key=lambda each: (each.since is not None, each.since))
    oldest = waits[0].since
    since = "since an unknown time" if oldest is None else f"since {moment(oldest, now)}"
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


def _outgoing(service: str, database: Database, hints: Hints, *, late: float) -> Iterator[Finding]:
    delivery, now = database.delivery, database.now
    since = delivery["outbox_since"]
    if since is not None and age(since, now) > late:
        waits = f"{delivery['outbox']} message(s) waiting for Kafka, the oldest"
        what = f"{service} has {waits} since {moment(since, now)}"
        yield Finding(what, hints.log(service))
    if delivery["set_aside"]:
        since = moment(delivery["set_aside_since"], now)
        what = f"{service}: Kafka can never accept {delivery['set_aside']} message(s), set aside"
        yield Finding(f"{what} since {since}", hints.log(service))


def _left_over(service: str, database: Database) -> Iterator[Finding]:
    delivery, now = database.delivery, database.now
    if delivery["dead"]:
        since = moment(delivery["dead_since"], now)
        what = f"{service}: {delivery['dead']} record(s) could not be processed, since {since}"
        yield Finding(what, f"continuum dead-letters list {service}")
    for row in database.parked:
        place = f"{row['topic']}/{row['partition']}/{row['offset']}"
        what = f"{service}: {row['key']} has been parked since {moment(row['parked_at'], now)}"
        behind = f"({row['reason']}), {row['waiting']} record(s) behind it; it began at {place}"
        yield Finding(f"{what} {behind}", f"continuum dead-letters show {service} {row['key']}")
    for row in database.held:
        if age(row["since"], now) > _HELD_SECONDS:
            since = moment(row["since"], now)
            what = (
                f"{service}: {row['count']} record(s) have waited for {row['what']} since {since}"
            )
            yield Finding(what, "continuum accounting")
    for row in database.lost:
        yield Finding(f"{service} has lost {lost(row, now)}", "continuum accounting")
    if database.lost_numbers:
        count = len(database.lost_numbers)
        yield Finding(
            f"{service} continues after lost events of {count} subject(s)",
            "continuum accounting",
            [
                *map(_lost_numbers, database.lost_numbers[:_MOST_LOST]),
                *([f"and {count - _MOST_LOST} more"] if count > _MOST_LOST else []),
            ],
        )


def lost(row: Mapping[str, Any], now: datetime) -> str:
    """Return the description of a range of records that a topic deleted unread."""
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
