"""Measures the present code, releases and the tutorial peer, alternately."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.comparison import PEER, Comparison
from benchmarks.daily import Figures
from benchmarks.machine import machine
from benchmarks.measurement import Plan, Round
from benchmarks.peer.provision import PEER as PEER_USER
from benchmarks.peer.provision import make_database, peer_grants, peer_topics
from benchmarks.peer.rounds import Peer
from benchmarks.pipeline import Pipeline
from benchmarks.sizes import kept_bytes
from benchmarks.stacks import Say, grant_access, new_stack
from benchmarks.version import PRESENT, Version
from deploy.local.released import released
from deploy.local.stack import Stack
from deploy.stack.passwords import password


def measure(
    state: Path, plan: Plan, releases: Sequence[str], *, say: Say
) -> tuple[Comparison, Figures]:
    """
    Return the comparison of the sides, and the figures of the present code.

    Every round measures all sides; every second round reverses the order of the present code and
    the releases. Each of these has its own Kafka and Postgres, and its services run only while
    they are measured. The peer uses the present code's servers, with its own topics and database.
    """
    codes = [Version(), *(Version(each, released(each, say=say)) for each in releases)]
    say(f"all of it takes about {plan.estimated_seconds(len(codes)) / 60:.0f} minutes")
    rounds: Mapping[str, list[Round]] = {name: [] for name in (PRESENT, *releases, PEER)}
    with ExitStack() as ends:
        pipelines = [_pipeline(code, state, ends, say) for code in codes]
        stack = pipelines[0].stack
        environment = _admit_peer(stack)
        before = kept_bytes(stack)
        for number in range(1, plan.rounds + 1):
            began = time.monotonic()
            for each in pipelines if number % 2 else pipelines[::-1]:
                rounds[each.code.name].append(each.measure(plan, say))
            with Peer(stack, environment, number=number) as peer:
                rounds[PEER].append(peer.measure(plan, say))
            left = (plan.rounds - number) * (time.monotonic() - began) / 60
            say(f"round {number} of {plan.rounds} is done; {left:.0f} minutes are left")
        kept = kept_bytes(stack)
    sent = plan.rounds * (plan.warm + plan.requests + plan.seconds * sum(plan.rates))
    sizes = {name: (kept[name] - before[name]) / sent for name in kept}
    today = datetime.now(UTC).date()
    return Comparison(plan, rounds), Figures(plan, rounds[PRESENT], sizes, today, machine())


def _pipeline(code: Version, state: Path, ends: ExitStack, say: Say) -> Pipeline:
    """Create a stack whose participants this version has registered; its services are stopped."""
    say(f"{code.name}: making a stack")
    start = code.prepare_and_start
    stack, agencies = ends.enter_context(
        new_stack(state / code.name, say, start=start, folder=code.reference)
    )
    code.stop(stack)
    return Pipeline(code, stack, grant_access(stack), agencies)


def _admit_peer(stack: Stack) -> dict[str, str]:
    """Create the peer's topics, login and database; return its processes' environment."""
    secret = password(stack.credentials.folder / PEER_USER, "password")
    grant_access(stack, topics=peer_topics(), users={PEER_USER: secret}, more=peer_grants())
    asyncio.run(make_database(stack.postgres.dsn(), secret))
    return {
        "KAFKA": stack.kafka.servers[0],
        "KAFKA_USER": PEER_USER,
        "KAFKA_PASSWORD": secret,
        "PG": f"postgresql://{PEER_USER}:{secret}@127.0.0.1:{stack.postgres.port}/{PEER_USER}",
    }
