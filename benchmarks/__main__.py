"""``python -m benchmarks [--held N | --replicas N] [--rounds N] [--ours N] …``."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import against_empty, against_one, verdict
from benchmarks.ground import ground, let_in
from benchmarks.measurement import Incomplete, Throughput
from benchmarks.ours import Ours
from benchmarks.peer.ground import PEER, make_database, peer_grants, peer_topics
from benchmarks.peer.rounds import Peer
from benchmarks.processor_time import peak_megabytes
from benchmarks.verdict import Results
from deploy.local.failure import StackFailed
from deploy.local.passwords import password
from deploy.local.stack import Stack
from shared.runtime.interrupts import heed

Printed = tuple[list[str], list[str]]
"""The lines that say what was measured, and a sentence for each requirement that is missed."""
_BEGUN = time.monotonic()


def main() -> int:
    """Measure, print, and return the exit status."""
    heed()
    asked = _arguments()
    try:
        lines, missed = _measure(asked)
    except (StackFailed, Incomplete) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is left running", file=sys.stderr)
        return 130
    print("\n".join(lines), flush=True)
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--held", type=int, help="compare so many requests held with none")
    instead.add_argument("--replicas", type=int, help="compare so many processes with one")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side")
    parser.add_argument("--ours", type=int, default=20_000, help="requests in a round of ours")
    parser.add_argument("--peer", type=int, default=2_000, help="requests in a round of the peer")
    parser.add_argument("--seconds", type=int, default=20, help="seconds at a constant rate")
    parser.add_argument("--state", type=Path, default=Path(".local/bench"))
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {text}", flush=True)


def _measure(asked: argparse.Namespace) -> Printed:
    if asked.held:
        sides = against_empty.measure(
            asked.state,
            held=asked.held,
            rounds=asked.rounds,
            requests=asked.ours,
            seconds=asked.seconds,
            say=_say,
        )
        return against_empty.lines(*sides, held=asked.held), against_empty.shortfalls(*sides)
    state: Path = asked.state / ("replicas" if asked.replicas else "peer")
    with ground(state, _say) as (stack, agencies):
        if asked.replicas:
            number = asked.replicas
            rounds = against_one.measure(
                stack,
                let_in(stack),
                agencies,
                replicas=number,
                rounds=asked.rounds,
                requests=asked.ours,
                say=_say,
            )
            missed = against_one.shortfalls(*rounds, replicas=number)
            return against_one.lines(*rounds, replicas=number), missed
        secret = password(stack.credentials.folder / PEER, "password")
        login = let_in(stack, topics=peer_topics(), users={PEER: secret}, more=peer_grants())
        start_peer = _peer(stack, secret)
        with Ours(stack, login, agencies) as ours:
            results = _rounds(asked, stack, ours, start_peer)
        return verdict.lines(results), verdict.shortfalls(results)


def _peer(stack: Stack, secret: str) -> Callable[[int], Peer]:
    """Make the peer's database; return what starts the peer for a round."""
    asyncio.run(make_database(stack.postgres.dsn(), secret))
    environment = {
        "KAFKA": stack.kafka.servers[0],
        "KAFKA_USER": PEER,
        "KAFKA_PASSWORD": secret,
        "PG": f"postgresql://{PEER}:{secret}@127.0.0.1:{stack.postgres.port}/{PEER}",
    }
    return lambda number: Peer(stack, environment, number=number)


def _rounds(
    asked: argparse.Namespace, stack: Stack, ours: Ours, start_peer: Callable[[int], Peer]
) -> Results:
    _say("warming up")
    ours.throughput(asked.ours // 10)
    our_rounds: list[Throughput] = []
    peer_rounds: list[Throughput] = []
    for number in range(1, asked.rounds + 1):
        our_rounds.append(ours.throughput(asked.ours))
        _say(f"round {number}, ours: {our_rounds[-1].rate:.0f} requests/s")
        with start_peer(number) as peer:
            peer.throughput(asked.peer // 10)  # its processes are new: warm them up
            peer_rounds.append(peer.throughput(asked.peer))
            _say(f"round {number}, peer: {peer_rounds[-1].rate:.0f} requests/s")
            if number == asked.rounds:
                peer_at_50 = peer.latency(50, seconds=asked.seconds)
                _say(f"peer at 50/s: {peer_at_50}")
    at_50 = ours.latency(50, seconds=asked.seconds)
    _say(f"ours at 50/s: answer {at_50[0]}, offer {at_50[1]}")
    at_100 = ours.latency(100, seconds=asked.seconds)
    return Results(
        ours=our_rounds,
        peer=peer_rounds,
        at_50=at_50,
        at_100=at_100,
        peer_at_50=peer_at_50,
        megabytes={
            replica.service: peak_megabytes(replica.child.pid)
            for replica in stack.replicas.values()
        },
    )


if __name__ == "__main__":
    sys.exit(main())
