"""Waking all who wait for a change."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """Tells everybody who waits that something changed; each has an event of its own."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def happened(self) -> None:
        """Wake all who wait."""
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
