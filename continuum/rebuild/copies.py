"""Folds the other services' copies: the reference data, and how requests ended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from continuum.rebuild.routing import compare_rows
from continuum.rebuild.tables import Tables, no_states
from services.intake.ended_requests import RequestEnded, parse_routing_event
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import reference, routing
from shared.contracts.reference import ReferenceEvent
from shared.delivery.records import Item
from shared.delivery.take_in.reader import parse_event
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_FOURTEEN_DAYS = "come from topics that are kept for 14 days"
_OTHER_GATES = "stand where records are held, and those come and go"
Entries = list[tuple[int, ReferenceEvent]]
Endings = dict[str, tuple[str, datetime | None]]


def _enter(entries: Entries, item: Item) -> None:
    entries.append((item.message.number, item.message))


def _end(endings: Endings, item: Item) -> None:
    if type(item.message) is RequestEnded:
        ended = item.message
        endings.setdefault(ended.tracking_number, (ended.status, ended.at))


async def _save_endings(connection: Any, endings: Endings) -> None:
    statuses = [status for status, _ in endings.values()]
    times = [at for _, at in endings.values()]
    await connection.execute(_SQL["save_endings"], list(endings), statuses, times)


async def _read_back(
    connection: Any, published: Sequence[bytes], numbers: Mapping[str, int]
) -> None:
    """Add the reference events that intake has published since the last call."""
    known = (await CatalogCache().current(connection)).version
    last = numbers.get(reference.SUBJECT, 0)
    events = [catalog.EVENTS.validate_json(value) for value in published]
    entries = {event.number: event for event in events if known < event.number <= last}
    await catalog.take_in(connection, sorted(entries.items()))


_COMPARED = "are compared with what it published, and not replaced"
ROUTING = Tables(
    names=("catalog", "gates"),
    kept={
        ("decisions", "panels"): "are its decisions and what they were made from"
        " (`python -m services.routing verify` re-runs them)",
        ("requests", "capacities", "late_clocks"): _COMPARED,
        ("lanes", "capacity_changes", "places"): "are what it has yet to look at",
        ("calendar_sweep",): "is how far it has looked at clocks",
        ("unreached_offers",): "are offers about which it waits for a mail to be delivered",
        ("gates of other topics",): _OTHER_GATES,
    },
    topics=frozenset({reference.TOPIC}),
    make=_SQL["make_catalog"],
    see=_SQL["see_reference"],
    repair=_SQL["repair_catalog"] + _SQL["repair_gates"],
    parse=partial(parse_event, events=catalog.EVENTS),
    begin=list,
    decide=_enter,
    save=catalog.take_in,
    states=compare_rows,
)

NOTIFICATIONS = replace(
    ROUTING,
    states=no_states,
    kept={
        ("requests",): "hold sentences with names of that day, which are not in the log",
        ("notices", "answers", "gaps", "heartbeats"): "are its decisions whom to notify, and the"
        " numbers of its messages",
        (
            "needs",
            "contacts",
            "notes",
            "preferences",
            "subscribers",
            "subscriptions",
            "waiting_repeats",
            "waiting_notes",
        ): _FOURTEEN_DAYS,
        (
            "forgotten",
            "do_not_send",
        ): "say who was forgotten, and to which addresses no mail is wished",
        (
            "mails",
            "dead_addresses",
            "settlements",
            "calls",
            "reach",
            "codes_sent",
        ): "hold what was written to people or is to be told by a call, whose outcome is on"
        " cri.int.mail.v1",
        (
            "tellings",
            "told_before",
        ): "are how far subscribers were told; a restore reads it from its notices",
        ("releases", "published_news", "public_sites"): (
            "are what is published on cri.pub.reports.v1, from which it reads it"
        ),
        ("gates of other topics",): _OTHER_GATES,
    },
)

INTAKE = Tables(
    names=("catalog", "endings"),
    kept={
        ("requests", "messages"): "are its decisions about what participants sent (how a request"
        " ended is computed again); after a restore it catches up by its own log",
        ("words", "listings"): _FOURTEEN_DAYS,
    },
    topics=frozenset({routing.TOPIC}),
    make=_SQL["make_catalog"] + _SQL["make_endings"],
    see=_SQL["see_intake"],
    repair=_SQL["repair_catalog"] + _SQL["repair_endings"],
    parse=parse_routing_event,
    begin=dict,
    decide=_end,
    save=_save_endings,
    own=reference.TOPIC,
    read_back=_read_back,
)
