"""Tells what waits, since when and for whom, and what stands still in each service."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from continuum.access import SERVICES, Access
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def tell(access: Access) -> list[str]:
    """Return the state of everything, as plain tables."""
    async with access.connect("reporting") as connection:
        waits = await connection.fetch(_SQL["read_waits"])
    async with access.connect("notifications") as connection:
        offers = await connection.fetch(_SQL["read_open_offers"])
    found = await asyncio.gather(*(_delivery(access, service) for service in SERVICES))
    services = dict(zip(SERVICES, found, strict=True))
    furthest: dict[tuple[str, int], int] = {}
    for state in services.values():
        for row in state["checkpoints"]:
            place = (row["topic"], row["partition"])
            furthest[place] = max(furthest.get(place, 0), row["next_offset"])
    return [
        "What waits",
        *_table(("requests", "state", "lane", "why", "since"), map(_wait, waits)),
        "",
        "Offers that wait for an answer",
        *_table(("offers", "provider", "since", "first expires"), map(_offer, offers)),
        "",
        "Services",
        *_table(_HEAD, (_service(name, state, furthest) for name, state in services.items())),
        "",
        *_trouble(services),
    ]


async def _delivery(access: Access, service: str) -> dict[str, Any]:
    async with access.connect(service) as connection:
        return {
            "checkpoints": await connection.fetch(_SQL["read_progress"]),
            "delivery": await connection.fetchrow(_SQL["read_delivery"]),
            "parked": await connection.fetch(_SQL["read_parked"]),
            "held": await connection.fetch(_SQL["read_held"]),
        }


_HEAD = ("service", "taken in", "behind", "held", "parked", "dead", "outbox", "oldest", "moved")


def _service(
    name: str, state: Mapping[str, Any], furthest: Mapping[tuple[str, int], int]
) -> tuple[str, ...]:
    rows, delivery = state["checkpoints"], state["delivery"]
    behind = sum(furthest[row["topic"], row["partition"]] - row["next_offset"] for row in rows)
    return (
        name,
        str(sum(row["taken_in"] for row in rows)),
        str(behind),
        str(delivery["held"]),
        str(delivery["parked"]),
        str(sum(row["dead"] for row in rows)),
        str(delivery["outbox"]),
        _moment(delivery["outbox_since"]),
        _moment(max((row["moved_at"] for row in rows), default=None)),
    )


def _wait(row: Mapping[str, Any]) -> tuple[str, ...]:
    lane, why = row["lane"] or "-", row["why"] or "-"
    return str(row["count"]), row["status"], lane, why.replace("_", " "), _moment(row["since"])


def _offer(row: Mapping[str, Any]) -> tuple[str, ...]:
    return str(row["count"]), row["provider"], _moment(row["since"]), _moment(row["expires_at"])


def _trouble(services: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what a person must look at."""
    lines = []
    for name, state in services.items():
        for row in state["checkpoints"]:
            place = f"{name}: {row['topic']}/{row['partition']}"
            if row["stopped_by"]:
                lines.append(
                    f"{place} has stopped over failing decisions: continuum resume {name}"
                )
            if row["refused_because"]:
                lines.append(
                    f"{name} reads no more. {row['refused_because']}: continuum resume {name}"
                )
            if row["lost"]:
                lines.append(
                    f"{place} has lost {row['lost']} records that the topic deleted first"
                )
        for row in state["parked"]:
            since = _moment(row["parked_at"])
            lines.append(
                f"{name}: {row['key']} is parked since {since} ({row['reason']}), "
                f"{row['waiting']} record(s) behind it; it began at "
                f"{row['topic']}/{row['partition']}/{row['offset']}:"
                f" continuum dead-letters show {name} {row['key']}"
            )
        for row in state["held"]:
            since = _moment(row["since"])
            lines.append(f"{name}: {row['count']} record(s) wait for {row['what']} since {since}")
        if state["delivery"]["set_aside"]:
            count = state["delivery"]["set_aside"]
            lines.append(f"{name}: {count} message(s) are set aside: Kafka does not take them")
    return (
        ["What needs a person", *(f"  {line}" for line in lines)] if lines else ["Nothing stuck."]
    )


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at is not None else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [head, *rows]
    if len(cells) == 1:
        return ["  none"]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
