"""Renders the status as text: the verdict, the problems with what to run next, tables. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from continuum.status.findings import Finding
from continuum.status.formatting import moment, table
from continuum.status.observation import Observation, Rows, Unavailable

_SERVICES = (
    "service", "processes", "taken in", "unread", "oldest unread", "held", "parked", "dead",
    "outbox", "oldest", "last taken in",
)  # fmt: skip


def render(observation: Observation, findings: Sequence[Finding], *, late: float) -> list[str]:
    """Return the status as lines; the first is the verdict."""
    return [
        _verdict(observation, findings, late=late),
        *_wrong(findings),
        *_notes(observation),
        "",
        "Services",
        *table(_SERVICES, (_service(name, observation) for name in observation.databases)),
        "",
        "What waits",
        *_rows(observation.waits, ("requests", "state", "lane", "why", "since"), _wait),
        "",
        "Offers that wait for an answer",
        *_rows(observation.offers, ("offers", "provider", "since", "first expires"), _offer),
        *([] if observation.waiting is None else _waiting(observation.waiting)),
    ]


def _verdict(observation: Observation, findings: Sequence[Finding], *, late: float) -> str:
    at = f"{observation.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if observation.nothing_answered:
        return f"UNKNOWN: neither Kafka, nor Postgres, nor any process answers ({at})."
    if findings:
        return f"WRONG: {len(findings)} thing(s) to look at ({at})."
    processes = sum(
        len(each) for each in observation.processes.values() if not isinstance(each, Unavailable)
    )
    return (
        f"All is well: {processes} processes of {len(observation.processes)} services are ready,"
        f" nothing has waited longer than {late:g} s to be read or sent ({at})."
    )


def _wrong(findings: Sequence[Finding]) -> Iterator[str]:
    for number, each in enumerate(findings, start=1):
        yield f"{number:3}. {each.what}"
        yield from (f"       {line}" for line in each.more)
        yield f"     next: {each.next}"


def _notes(observation: Observation) -> list[str]:
    """Return the unreadable records of the last day; they need no action."""
    lines = [
        f"  {service}: {row['topic']}/{row['partition']}, offsets {row['from_offset']} to"
        f" {row['until_offset'] - 1}, could not be unpacked ({row['reason']}, {row['error']}):"
        f" answered not_processable, noticed {moment(row['noticed_at'], database.now)}"
        for service, database in observation.databases.items()
        if not isinstance(database, Unavailable)
        for row in database.unreadable
    ]
    return ["", "Unreadable records of the last day", *lines] if lines else []


def _service(name: str, observation: Observation) -> tuple[str, ...]:
    database, processes = observation.databases[name], observation.processes.get(name, ())
    if isinstance(processes, Unavailable):
        alive = "none"
    else:
        ready = sum(each.state == "ready" for each in processes)
        alive = f"{ready} of {len(processes)} ready"
    if isinstance(database, Unavailable):
        return (name, alive, *["?"] * (len(_SERVICES) - 2))
    rows, delivery, unread = database.checkpoints, database.delivery, observation.unread.get(name)
    oldest = min((each.since for each in unread or () if each.since), default=None)
    return (
        name,
        alive,
        str(sum(row["taken_in"] for row in rows)),
        "?" if unread is None else str(sum(each.records for each in unread)),
        "?" if unread is None else moment(oldest),
        str(delivery["held"]),
        str(delivery["parked"]),
        str(delivery["dead"]),
        str(delivery["outbox"]),
        moment(delivery["outbox_since"]),
        moment(max((row["moved_at"] for row in rows), default=None)),
    )


def _rows(found: Rows | Unavailable, head: Sequence[str], line: Any) -> list[str]:
    if isinstance(found, Unavailable):
        return [f"  not known: {found.why}"]
    return table(head, map(line, found))


def _wait(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["count"]), row["status"], row["lane"] or "-", _why(row), moment(row["since"])


def _offer(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["count"]), row["provider"], moment(row["since"]), moment(row["expires_at"])


def _waiting(rows: Rows | Unavailable) -> list[str]:
    head = ("lane", "request", "state", "since", "why")
    return ["", "Requests that wait", *_rows(rows, head, _request)]


def _request(row: Mapping[str, Any]) -> tuple[str, ...]:
    lane, since = row["lane"] or "-", moment(row["since"])
    return lane, row["tracking_number"], row["status"], since, _why(row)


def _why(row: Mapping[str, Any]) -> str:
    return (row["why"] or "-").replace("_", " ")
