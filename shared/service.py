"""What every service's app starts and stops: HTTP, pool, consumer, relay and its own tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncpg import Pool
from starlette.routing import BaseRoute

from shared.messaging.reader import Reader
from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Task:
    """
    Work beside the consumer: ``step`` is called again and again.

    It returns True when there may be more at once, False to wait ``every`` seconds or until
    ``wake`` is set. When Kafka or Postgres fails it is called again after a growing pause.
    """

    name: str
    step: Callable[["Pool[Any]"], Awaitable[bool]]
    every: float
    wake: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Service:
    """One service, wired: what it reads, how it decides, what else it does."""

    name: str
    topics: str
    """A regular expression of the topics it reads, ending with ``$``."""
    reader: Reader[Any]
    settings: ServiceSettings
    relay_wake: asyncio.Event
    """Set after a commit that appended to the outbox."""
    tasks: Sequence[Task] = ()
    routes: Sequence[BaseRoute] = ()
