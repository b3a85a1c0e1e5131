"""Puts what was seen into words: the verdict, what is wrong and what to run, then tables. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from continuum.status.findings import Finding
from continuum.status.seen import Away, Rows, Seen
from continuum.status.table import moment, table

_SERVICES = (
    "service", "processes", "taken in", "unread", "oldest unread", "held", "parked", "dead",
    "outbox", "oldest", "last taken in",
)  # fmt: skip


def told(seen: Seen, findings: Sequence[Finding], *, late: float) -> list[str]:
    """Return the whole answer; its first line is the verdict."""
    return [
        _verdict(seen, findings, late=late),
        *_wrong(findings),
        *_notes(seen),
        "",
        "Services",
        *table(_SERVICES, (_service(name, seen) for name in seen.tables)),
        "",
        "What waits",
        *_rows(seen.waits, ("requests", "state", "lane", "why", "since"), _wait),
        "",
        "Offers that wait for an answer",
        *_rows(seen.offers, ("offers", "provider", "since", "first expires"), _offer),
        *([] if seen.waiting is None else _waiting(seen.waiting)),
    ]


def _verdict(seen: Seen, findings: Sequence[Finding], *, late: float) -> str:
    at = f"{seen.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if seen.is_blind:
        return f"UNKNOWN: neither Kafka, nor Postgres, nor any process answers ({at})."
    if findings:
        return f"WRONG: {len(findings)} thing(s) to look at ({at})."
    processes = sum(len(each) for each in seen.processes.values() if not isinstance(each, Away))
    return (
        f"All is well: {processes} processes of {len(seen.processes)} services are ready, nothing"
        f" has waited longer than {late:g} s to be read or sent ({at})."
    )


def _wrong(findings: Sequence[Finding]) -> Iterator[str]:
    for number, each in enumerate(findings, start=1):
        yield f"{number:3}. {each.what}"
        yield from (f"       {line}" for line in each.more)
        yield f"     next: {each.next}"


def _notes(seen: Seen) -> list[str]:
    """Return what happened within a day and needs nobody to get going again."""
    lines = [
        f"  {service}: {row['topic']}/{row['partition']}, offsets {row['from_offset']} to"
        f" {row['until_offset'] - 1}, could not be unpacked ({row['reason']}, {row['error']}):"
        f" answered not_processable, noticed {moment(row['noticed_at'], tables.now)}"
        for service, tables in seen.tables.items()
        if not isinstance(tables, Away)
        for row in tables.unreadable
    ]
    return ["", "Set aside within a day", *lines] if lines else []


def _service(name: str, seen: Seen) -> tuple[str, ...]:
    tables, processes = seen.tables[name], seen.processes.get(name, ())
    if isinstance(processes, Away):
        alive = "none"
    else:
        ready = sum(each.state == "ready" for each in processes)
        alive = f"{ready} of {len(processes)} ready"
    if isinstance(tables, Away):
        return (name, alive, *["?"] * (len(_SERVICES) - 2))
    rows, delivery, unread = tables.checkpoints, tables.delivery, seen.unread.get(name)
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


def _rows(found: Rows | Away, head: Sequence[str], line: Any) -> list[str]:
    if isinstance(found, Away):
        return [f"  not known: {found.why}"]
    return table(head, map(line, found))


def _wait(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["count"]), row["status"], row["lane"] or "-", _why(row), moment(row["since"])


def _offer(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["count"]), row["provider"], moment(row["since"]), moment(row["expires_at"])


def _waiting(rows: Rows | Away) -> list[str]:
    head = ("lane", "request", "state", "since", "why")
    return ["", "Requests that wait", *_rows(rows, head, _request)]


def _request(row: Mapping[str, Any]) -> tuple[str, ...]:
    lane, since = row["lane"] or "-", moment(row["since"])
    return lane, row["tracking_number"], row["status"], since, _why(row)


def _why(row: Mapping[str, Any]) -> str:
    return (row["why"] or "-").replace("_", " ")
