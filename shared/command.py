"""The command line of every service: ``python -m services.<name> run|migrate|…``."""

import argparse
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
import uvloop
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.availability import PERMANENT
from shared.postgres import migrate, pool, rights
from shared.process import crash_points, logging
from shared.process.interrupts import enable_interrupts
from shared.process.outages import TRANSIENT
from shared.process.settings import ServiceSettings
from shared.service import Service, run, schemas

log = structlog.get_logger()
Verb = Callable[[Any, Sequence[str]], Awaitable[int]]


def main(
    name: str,
    settings: type[ServiceSettings],
    build: Callable[[Any], Service],
    *,
    verbs: Mapping[str, Verb] | None = None,
) -> None:
    """Run a verb of the service *name* from the command line and exit with its status."""
    enable_interrupts()
    extra_verbs = dict(verbs or {})
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}")
    parser.add_argument("verb", choices=["run", "migrate", *extra_verbs])
    verb, arguments = parser.parse_known_args()
    try:
        crash_points.arm(os.environ)
    except crash_points.CrashPointError as error:
        sys.exit(f"{name}: {error}")
    try:
        chosen = settings(_secrets_dir=os.environ.get("CONTINUUM_SECRETS_DIR"))
    except ValidationError as error:
        problems = ", ".join(map(_in_words, error.errors()))
        sys.exit(f"{name}: settings are missing or wrong: {problems}")
    logging.configure(service=name, instance=chosen.instance, level=chosen.log_level)
    if verb.verb == "run":
        sys.exit(uvloop.run(run(name, chosen, build)))
    if verb.verb == "migrate":
        sys.exit(uvloop.run(_migrate(name, chosen)))
    sys.exit(uvloop.run(_verb(extra_verbs[verb.verb], chosen, arguments)))


def _in_words(problem: ErrorDetails) -> str:
    """Return what is wrong, with the name of the setting before it if it concerns only one."""
    words = problem["msg"].lower().removeprefix("value error, ")
    setting = "_".join(map(str, problem["loc"])).upper()
    return f"CONTINUUM_{setting} ({words})" if setting else words


async def _verb(verb: Verb, settings: ServiceSettings, arguments: Sequence[str]) -> int:
    return await verb(settings, arguments)


async def _migrate(name: str, settings: ServiceSettings) -> int:
    """Migrate the database and grant rights; return 2 if that fails (the log says why)."""
    try:
        connection = await pool.connect(settings, name=f"{name} migrate", limits={})
        try:
            done = await migrate.migrate(connection, schemas(name))
            await rights.give(connection, schemas(name), service=name)
        finally:
            await connection.close()
    except (migrate.SchemaMismatch, *PERMANENT, *TRANSIENT) as error:
        log.error("service.refuses", body=str(error), **{"error.type": type(error).__name__})
        return 2
    log.info("schema.migrated", applied=done)
    return 0
