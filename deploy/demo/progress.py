"""What a person sees while the demonstration runs, and waiting for what must happen."""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from deploy.participants.changes import Changes


class Stuck(Exception):
    """Something did not happen in time. The message says what is missing."""


class Progress:
    """
    Prints one line per phase, with the seconds since the start; a terminal sees it change.

    ``day`` returns the business day of a line, as text.
    """

    def __init__(self, day: Callable[[], str] = lambda: "") -> None:
        self._start = time.monotonic()
        self._day = day
        self._changing = sys.stdout.isatty()
        self.patience = 90.0
        """How many seconds `until` waits."""

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print a permanent line."""
        end = "\x1b[K\n" if self._changing else "\n"
        print(f"{self._when()} {text}", end=end, flush=True)

    def show(self, text: str) -> None:
        """Show progress on a terminal, in a line that the next one overwrites."""
        if self._changing:
            print(f"{self._when()} {text}\x1b[K", end="\r", flush=True)

    def _when(self) -> str:
        day = self._day()
        return f"[{self.seconds:5.1f} s{day and f', {day}'}]"


async def until(
    missing: Callable[[], Sequence[str]],
    *,
    changes: Changes,
    what: str,
    progress: Progress,
) -> None:
    """
    Return when ``missing()`` is empty; check again after every change.

    Raise `Stuck` if something is still missing after the patience of *progress*.
    """
    deadline = time.monotonic() + progress.patience
    with changes.watched() as changed:
        while True:
            changed.clear()
            left = missing()
            if not left:
                return
            progress.show(f"{what}: waiting for {len(left)}, such as {left[0]}")
            seconds = deadline - time.monotonic()
            if seconds <= 0:
                some = "\n  ".join(left[:12])
                waited = f"after {progress.patience:.0f} s {len(left)} still missing"
                raise Stuck(f"{what}: {waited}:\n  {some}")
            with suppress(TimeoutError):
                async with asyncio.timeout(min(seconds, 1.0)):
                    await changed.wait()
