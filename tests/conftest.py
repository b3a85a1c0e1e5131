"""What many tests need: a real Kafka and Postgres for the whole run, a fresh database per test."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.process.interrupts import enable_interrupts
from tests import not_run

Database = Callable[[str], Awaitable[str]]
"""Makes a fresh, migrated database of the service named and returns its DSN, as that service."""

_numbers = count(1)
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30
"""What the data of the workers may take, many times what it does."""

enable_interrupts()  # otherwise processes of tests in a shell's background ignore SIGINT


# Hypothesis's own deadline is in wall-clock time: on a busy machine it fails tests that are right.
settings.register_profile("continuum", deadline=None)
settings.load_profile("continuum")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say last what was left out, and why: a newcomer must not take it for tested."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    for line in not_run.lines(report.longrepr[2] for report in skipped):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Kafka and Postgres, provisioned; no service is started."""
    # Not in pytest's folder, which every run closes to all but its own user: Postgres has another.
    with TemporaryDirectory(prefix="continuum-tests-", dir=_in_memory()) as state:
        started = Stack(Path(state), durable=False, short_lived=True)
        try:
            started.start()
            started.provision()
            yield started
        finally:
            started.stop(keep_data=False)


def _in_memory() -> Path | None:
    """Return a folder in memory if it has room: each database of a test is hundreds of files."""
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


@pytest.fixture(scope="session")
def postgres_admin_dsn(stack: Stack) -> str:
    """The administrator's address of the tests' Postgres."""
    return stack.postgres.dsn()


@pytest.fixture(scope="session")
def migrated_template(stack: Stack) -> Callable[[str], Awaitable[str]]:
    """Give the name of a migrated database of a service, to be cloned, never connected to."""
    made: set[str] = set()

    async def template(service: str) -> str:
        name = f"{service}_template"
        if service not in made:
            await databases.make(stack.postgres.dsn(), name, service=service)
            owner = stack.dsn(service, role=databases.owner_of(service))
            await databases.migrate({service: databases.with_database(owner, name)})
            made.add(service)
        return name

    return template


@pytest.fixture
async def database(
    stack: Stack, migrated_template: Callable[[str], Awaitable[str]]
) -> AsyncIterator[Database]:
    """Make databases that live as long as the test."""
    names: list[str] = []

    async def make(service: str) -> str:
        name = f"{service}_{next(_numbers)}"
        template = await migrated_template(service)
        await databases.make(stack.postgres.dsn(), name, service=service, template=template)
        names.append(name)
        own = stack.dsn(service)
        return databases.with_database(own, name)

    yield make
    for name in names:
        await databases.drop(stack.postgres.dsn(), name)
