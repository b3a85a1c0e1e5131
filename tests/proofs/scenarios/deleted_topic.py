"""A topic is deleted and recreated: its readers refuse within seconds, others continue."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence

import asyncpg
from confluent_kafka.admin import AdminClient

from deploy.stack.kafka import ADMIN
from shared.contracts.services import SERVICES
from tests.proofs.chaos.login import login
from tests.proofs.scenarios.scenario import ScenarioContext

_STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("cri.int.answers.v1", ("notifications",)),
    ("cri.int.routing.v1", ("intake", "reporting")),
)
"""Topics, and their readers that are still running by then."""
_WITHIN = 10.0
_REFUSES = 2
_LAST_BATCH = 2.0
_CHECKPOINTS = """
SELECT md5(string_agg((to_jsonb(c) - 'refused_because')::text, ' ' ORDER BY partition))
  FROM checkpoints AS c
 WHERE topic = $1
"""
_TABLES = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'own_topics'
"""


def run(context: ScenarioContext) -> list[str]:
    """Run the scenario; return its violations."""
    while context.ask("how").accepted < 120:
        time.sleep(0.2)
    wrong = [fault for topic, readers in _STEPS for fault in _step(context, topic, readers)]
    context.ask("end")
    return wrong


def _step(context: ScenarioContext, topic: str, readers: Sequence[str]) -> Iterator[str]:
    context.say(f"deleting {topic}, which {', '.join(readers)} read")
    admin = AdminClient(login(context.stack, ADMIN))
    admin.delete_topics([topic], operation_timeout=10)[topic].result()
    while topic in admin.list_topics(timeout=5).topics:
        time.sleep(0.1)
    before = asyncio.run(_at_rest(context, readers, topic))
    if before is None:
        yield f"{topic} is deleted, but its records are still being processed"
        return
    context.stack.provision()
    context.say(f"{topic} is there again, and empty")
    yield from _refuse(context, readers, topic, time.monotonic())
    for service in readers:
        same = asyncio.run(_standing(context, service, topic)) == before[service]
        yield from () if same else (f"{service} moved its checkpoints of {topic}",)
        yield from _refuses_again(context, service, topic)
    yield from _others_continue(context)


async def _at_rest(
    context: ScenarioContext, readers: Sequence[str], topic: str
) -> Mapping[str, str | None] | None:
    """
    Return where the readers of a deleted topic stand once that has not changed for a while.

    What they had fetched before is rightly taken in. None: it changes on and on.
    """
    before: Mapping[str, str | None] = {}
    since = begun = time.monotonic()
    while time.monotonic() < since + _LAST_BATCH:
        now = {service: await _standing(context, service, topic) for service in readers}
        if now != before:
            before, since = now, time.monotonic()
        if since > begun + _WITHIN:
            return None
        await asyncio.sleep(0.1)
    return before


def _refuse(
    context: ScenarioContext, readers: Sequence[str], topic: str, since: float
) -> Iterator[str]:
    """Wait until the services have ended; yield each violation."""
    ended: dict[str, float] = {}
    while len(ended) < len(readers) and time.monotonic() < since + _WITHIN:
        for service in readers:
            if service not in ended and not context.stack.replicas[service, 0].child.alive:
                ended[service] = time.monotonic() - since
        time.sleep(0.05)
    for service in readers:
        if service in ended:
            yield from _check_refusal(context, service, topic, ended[service])
        else:
            yield f"{service} still runs {_WITHIN:.0f} s after {topic} was made anew"


def _check_refusal(
    context: ScenarioContext, service: str, topic: str, seconds: float
) -> Iterator[str]:
    """Check the exit status and the last log event of an ended service."""
    child = context.stack.replicas[service, 0].child
    status = child.process.returncode
    if status != _REFUSES:
        yield f"{service} ended with status {status}, not {_REFUSES}"
    lines = [json.loads(line) for line in child.log.read_text().splitlines() if line[:1] == "{"]
    said = [line["body"] for line in lines if line["event_name"] == "service.refuses"]
    text = said[-1] if said else ""
    if not text.startswith(f"{topic}/") or "the records" not in text or ".." not in text:
        yield f"{service} names neither topic nor range: {text}"
    context.say(f"{service} ended after {seconds:.1f} s, status {status}: {text}")


def _refuses_again(context: ScenarioContext, service: str, topic: str) -> Iterator[str]:
    """Start a service that refused: it must refuse again and leave its tables unchanged."""
    del context.stack.replicas[service, 0]
    before = asyncio.run(_digests(context, service))
    context.stack.start_service(service, environment=context.rig.environment, wait=False)
    yield from _refuse(context, [service], topic, time.monotonic())
    changed = [
        table
        for table, digest in asyncio.run(_digests(context, service)).items()
        if before[table] != digest
    ]
    if changed:
        yield f"{service} changed {', '.join(changed)} before it refused again"


def _others_continue(context: ScenarioContext) -> Iterator[str]:
    """Check that running services are ready and that intake, if running, accepts requests."""
    running = [service for service in SERVICES if context.stack.replicas[service, 0].child.alive]
    for service in running:
        if not context.stack.replicas[service, 0].is_ready():
            yield f"{service} is no longer ready"
    if "intake" not in running:
        return
    wanted = asyncio.run(_requests(context)) + 20
    until = time.monotonic() + _WITHIN
    while asyncio.run(_requests(context)) < wanted:
        if time.monotonic() > until:
            yield "intake takes nothing in any more"
            return
        time.sleep(0.2)
    context.say(f"{', '.join(running)} go on")


async def _standing(context: ScenarioContext, service: str, topic: str) -> str | None:
    connection = await asyncpg.connect(context.stack.dsn(service))
    try:
        found: str | None = await connection.fetchval(_CHECKPOINTS, topic)
        return found
    finally:
        await connection.close()


async def _requests(context: ScenarioContext) -> int:
    connection = await asyncpg.connect(context.stack.dsn("intake"))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM requests"))
    finally:
        await connection.close()


async def _digests(context: ScenarioContext, service: str) -> dict[str, str | None]:
    """Return a checksum of each table of a service."""
    connection = await asyncpg.connect(context.stack.dsn(service))
    try:
        return {
            table: await connection.fetchval(
                f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} AS t"
            )
            for (table,) in await connection.fetch(_TABLES)
        }
    finally:
        await connection.close()
