"""The people who ask on the public pages in the demonstration: they come one after the other."""

import asyncio
from dataclasses import dataclass, field

from deploy.demo.browsing.browser import Browser
from deploy.demo.business_days import START
from deploy.demo.people.askers import askers
from deploy.demo.people.visitor import Visitor

_APART_SECONDS = 0.5
"""How long after the one before each person comes."""


@dataclass(slots=True)
class Public:
    """Everybody who asks on the public pages at *address*."""

    address: str
    visitors: list[Visitor] = field(default_factory=list)
    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    def come(self) -> None:
        """Let everybody come, each with a browser."""
        for place, asker in enumerate(askers(today=START.date())):
            visitor = Visitor(asker, Browser(self.address))
            self.visitors.append(visitor)
            self._tasks.append(asyncio.create_task(_visit(visitor, after=place * _APART_SECONDS)))

    async def been(self) -> None:
        """Wait until everybody has a number. Raises what kept somebody from it."""
        await asyncio.gather(*self._tasks)

    async def leave(self) -> None:
        """End all visits, also those that are not at their end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(each.browser.close() for each in self.visitors))


async def _visit(visitor: Visitor, *, after: float) -> None:
    await asyncio.sleep(after)
    await visitor.ask()
