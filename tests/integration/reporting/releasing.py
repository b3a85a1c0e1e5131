"""A month of requests, and a reporting process that publishes releases at a given time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from services.reporting import store
from services.reporting.releases import Releases
from shared.business_clock import BusinessClock
from shared.contracts import intake, reference
from shared.contracts.event import Event, derived_id, padded
from tests.examples.streams import START, EventStream
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.test_handlers import program_defined

Pool: TypeAlias = "asyncpg.Pool[Any]"
DUE = datetime(2026, 4, 3, 5, tzinfo=UTC)
"""After midnight in New York of the third working day after March 2026."""


async def at_the_end(pool: "Pool") -> None:
    """Note that all there is has been read, as of now."""
    await store.raise_as_of(pool, await store.read_clock(pool))


def process(at: datetime, update_as_of: Any = at_the_end) -> Releases:
    """Return a process by whose business clock it is *at*."""
    clock = BusinessClock(since=datetime.now(UTC), start=at)
    return Releases(update_as_of=update_as_of, relay_wake=asyncio.Event(), clock=clock)


def defined(kind: str, number: int, data: dict[str, Any]) -> Event:
    """Return the *number*-th reference event, of *kind* such as ``topic_defined``."""
    models: dict[str, type[Event]] = {
        "topic_defined": reference.TopicDefined,
        "provider_listed": reference.ProviderListed,
        "ruleset_approved": reference.RulesetApproved,
    }
    return models[kind].model_validate(
        {
            "id": derived_id("test", kind, reference.SUBJECT, number),
            "source": "urn:cri:continuum:intake",
            "type": f"gov.cri.intake.{kind}.v1",
            "subject": reference.SUBJECT,
            "time": START,
            "correlationid": "c",
            "causationid": "cri.in.program-office.v1/0/1",
            "sequence": padded(number),
            "data": data,
        }
    )


RULES = {
    "id": "continuum",
    "version": 1,
    "effective_from": START - timedelta(days=365),
    "rules": [],
    "tie_break": ["score"],
    "clocks": {},
    "calendar": {"holidays": []},
}


def references() -> list[tuple[str, Event]]:
    """Return a program, two topics of two families, and the rules with their calendar."""
    return [
        (reference.TOPIC, program_defined(1, "cri-tac", name="Technical Assistance")),
        (
            reference.TOPIC,
            defined(
                "topic_defined",
                2,
                {"id": "crisis_intervention", "name": "Crisis", "families": ["general"]},
            ),
        ),
        (
            reference.TOPIC,
            defined(
                "topic_defined",
                3,
                {"id": "jails", "name": "Jails", "families": ["general", "sheriff"]},
            ),
        ),
        (reference.TOPIC, defined("ruleset_approved", 4, RULES)),
    ]


def stream(number: int, at: datetime = START, **facts: Any) -> EventStream:
    """Return an accepted and offered request, whose events are a minute apart, from *at* on."""
    made = EventStream(number, state=facts.pop("state", "US-CA"))
    made._at = at
    made.accepted(**facts)
    made.triaged()
    made.offered()
    return made


async def march(log: Log) -> None:
    """
    Take in 61 requests of March: 57 of California, 4 of Nebraska.

    All want trust and wellness, and help with crises and jails; 45 are completed.
    """
    await log.take_in(references())
    for number in range(1, 62):
        made = stream(
            number,
            state="US-CA" if number <= 57 else "US-NE",
            topics=["crisis_intervention", "jails"],
            service_forms=["consultation"],
            goals=["trust", "wellness"],
        )
        if number <= 45:
            made.engaged()
            made.progressed("delivered")
            made.closed()
        await log.take_in(made.events)


async def busy_provider(log: Log) -> None:
    """
    Take in 54 offers to a provider, the days in March between its steps being 2, 5 and 1.

    It accepts and completes 24, declines 2 and counters 12 of them; 14 are open, 2 lapsed.
    """
    listed = {"id": "iacp", "name": "Chiefs", "programs": ["cri-tac"], "serves": ["local"]}
    await log.take_in([*references(), (reference.TOPIC, defined("provider_listed", 5, listed))])
    for number in range(1, 55):
        made = stream(number)
        if number <= 24:
            _later(made, 2)
            made.engaged()
            _later(made, 5)
            made.progressed("started")
            made.progressed("delivered")
            _later(made, 1)
            made.closed()
        elif number <= 26:
            made.declined()
        elif number <= 38:
            _later(made, 2)
            made.referred("countered", provider="iacp")
        elif number <= 40:
            made.lapsed()
        await log.take_in(made.events)


def _later(made: EventStream, days: int) -> None:
    made._at += timedelta(days=days)


async def accepted_in(log: Log, month: datetime, *, first: int, count: int) -> None:
    """Take in *count* requests accepted at *month*, numbered from *first*."""
    for number in range(first, first + count):
        made = EventStream(number)
        made._at = month
        made.accepted()
        await log.take_in([event for event in made.events if event[0] == intake.TOPIC])
