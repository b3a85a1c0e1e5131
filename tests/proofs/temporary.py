"""Stacks whose data nobody reads afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.local.stack import Stack


@contextmanager
def temporary_stack(**settings: Any) -> Iterator[Stack]:
    """Give a stack that has not started; at the end, kill its processes and delete its data."""
    # Not in pytest's folder, which every run closes to all but its own user: Postgres has another.
    with TemporaryDirectory(prefix="continuum-tests-") as state:
        stack = Stack(Path(state), short_lived=True, **settings)
        try:
            yield stack
        finally:
            stack.stop(keep_data=False)
