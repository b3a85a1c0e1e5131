"""Wakes all tasks that wait for a change."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """Notifies all waiting tasks of a change; each has its own event."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def happened(self) -> None:
        """Wake all waiting tasks."""
        for event in self._waiting:
            event.set()

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """Give an event that is set at each change."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)
