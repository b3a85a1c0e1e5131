"""Plays the examples on a Postgres of its own, which needs neither Kafka nor a stack."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from structlog.testing import capture_logs

from deploy.provision import databases
from deploy.provision.access import OPERATOR
from deploy.provision.credentials import Credentials
from deploy.provision.databases import owner_of, with_database
from deploy.stack import processes
from deploy.stack.postgres import Postgres
from shared.contracts.services import SERVICES
from tests.proofs.door.comparing import differences
from tests.proofs.door.databases import Make
from tests.proofs.door.examples import Examples
from tests.proofs.door.stage import Stage
from tests.proofs.door.writing import formatted


def play_examples(
    examples: Examples | None = None,
    names: Sequence[str] = (),
    *,
    write: bool = False,
    say: Callable[[str], None] = print,
) -> tuple[int, int]:
    """
    Play *names* of *examples* (all); return how many were played, and how many differ.

    *say* receives the differences. *write* writes what was sent into the examples instead.
    """
    chosen = examples or Examples()
    with capture_logs(), _postgres() as (make, admin_dsn):
        return asyncio.run(
            _play(make, admin_dsn, chosen, names or chosen.names(), write=write, say=say)
        )


async def _play(
    make: Make,
    admin_dsn: str,
    examples: Examples,
    names: Sequence[str],
    *,
    write: bool,
    say: Callable[[str], None],
) -> tuple[int, int]:
    stage, differing = await Stage.open(make, examples, admin_dsn=admin_dsn), 0
    for name in names:
        example = examples.example(name)
        sent = await stage.play(example)
        found = differences(example.expect, sent)
        if not found:
            continue
        differing += 1
        if write:
            filled = {**examples.raw(name), "expect": sent}
            (examples.folder / name).write_text(formatted(filled))
        else:
            say("\n".join([f"{name}:", *found]))
    await stage.close()
    return len(names), differing


@contextmanager
def _postgres() -> Iterator[tuple[Make, str]]:
    """Start a Postgres with the services' roles; stop it and delete it at the end."""
    # Postgres runs as another user if we are root, which may not enter a private folder.
    with TemporaryDirectory(prefix="continuum-door-") as folder:
        state = Path(folder)
        credentials = Credentials(state / "secrets")
        port = processes.Ports().take()
        postgres = Postgres(
            state / "postgres",
            log=state / "postgres.log",
            port=port,
            admin_password=credentials.folder / "postgres",
        )
        numbers = count(1)

        async def make(service: str) -> str:
            name, owner = f"{service}_{next(numbers)}", owner_of(service)
            await databases.make(postgres.dsn(), name, service=service)
            migrating = credentials.dsn(service, port=port, role=owner)
            await databases.migrate({service: with_database(migrating, name)})
            return with_database(credentials.dsn(service, port=port), name)

        postgres.begin()
        try:
            postgres.wait()
            asyncio.run(
                databases.provision(
                    postgres.dsn(),
                    {service: credentials.postgres(service) for service in SERVICES},
                    owners={each: credentials.postgres(owner_of(each)) for each in SERVICES},
                    operator=credentials.postgres(OPERATOR),
                )
            )
            yield make, postgres.dsn()
        finally:
            postgres.stop()
