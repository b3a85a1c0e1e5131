"""The people on the public pages in the demonstration: they come one after the other."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.browsing.browser import Browser
from deploy.demo.business_days import START
from deploy.demo.people.askers import askers
from deploy.demo.people.link_holders import Does, LinkHolder
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.subscribers import Subscriber
from deploy.demo.people.visitor import Visitor

SUBSCRIBERS = 12
"""How many ask for news: at most 20 a day may do so from one client address."""
_CONFIRM, _END = 9, 3
_DOES: Mapping[int, Does] = {1: "withdraws", 4: "replaces", 7: "withdraws"}
"""Place of a visitor → what that person does by the link; all others only read."""
_APART_SECONDS = 0.5
"""The pause between one person's arrival and the next."""


@dataclass(slots=True)
class Public:
    """Everybody who asks for help or for news on the public pages at *address*."""

    address: str
    mailboxes: Mailboxes
    visitors: list[Visitor] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    holders: list[LinkHolder] = field(default_factory=list)
    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    def come(self) -> None:
        """Let everybody come, each with a browser."""
        for asker in askers(today=START.date()):
            visitor = Visitor(asker, Browser(self.address))
            self.visitors.append(visitor)
            self._come(visitor.ask, place=len(self.visitors))
        for place in range(SUBSCRIBERS):
            subscriber = Subscriber(
                f"reader-{place + 1}@news.example",
                confirms=place < _CONFIRM,
                stays=place >= _END,
                browser=Browser(self.address),
                mailboxes=self.mailboxes,
            )
            self.subscribers.append(subscriber)
            self._come(subscriber.subscribe, place=place)

    async def been(self) -> None:
        """Wait until everybody has what they came for. Raise the first error that stopped one."""
        await asyncio.gather(*self._tasks)

    async def read_news(self) -> None:
        """Have those who get news read what was just announced."""
        await asyncio.gather(*(each.read_news() for each in self.subscribers if each.confirms))

    async def use_links(self) -> None:
        """Have those who asked for help open the links in their mails, and some act there."""
        for place, visitor in enumerate(self.visitors):
            does = _DOES.get(place, "reads")
            holder = LinkHolder(visitor, does, Browser(self.address), self.mailboxes)
            self.holders.append(holder)
        await asyncio.gather(*(each.use() for each in self.holders))

    async def leave(self) -> None:
        """End all visits, even unfinished ones."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        browsers = [each.browser for each in self.visitors]
        browsers += [each.browser for each in self.subscribers]
        browsers += [each.browser for each in self.holders]
        await asyncio.gather(*(browser.close() for browser in browsers))

    def _come(self, visit: Callable[[], Coroutine[Any, Any, None]], *, place: int) -> None:
        async def come() -> None:
            await asyncio.sleep(place * _APART_SECONDS)
            await visit()

        self._tasks.append(asyncio.create_task(come()))
