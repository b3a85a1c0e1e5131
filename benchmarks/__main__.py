"""``python -m benchmarks [--rounds N] [--ours N] [--peer N] [--seconds N]``."""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from benchmarks.introduce import introduce
from benchmarks.login import MEASURER, Login, measurer_grants
from benchmarks.measurement import Incomplete, Throughput
from benchmarks.ours import Ours
from benchmarks.participants import asking_agencies, participants
from benchmarks.peer.ground import PEER, make_database, peer_grants, peer_topics
from benchmarks.peer.rounds import Peer
from benchmarks.processor_time import peak_megabytes
from benchmarks.verdict import Results, lines, shortfalls
from deploy.local.access import grants
from deploy.local.failure import StackFailed
from deploy.local.kafka import ADMIN
from deploy.local.lock import Lock
from deploy.local.passwords import password
from deploy.local.provision import admin_client, provision_kafka
from deploy.local.stack import Stack

STATE = Path(".local/bench")
_BEGUN = time.monotonic()


def main() -> int:
    """Measure, print, and return the exit status."""
    asked = _arguments()
    try:
        results = _measure(asked)
    except (StackFailed, Incomplete) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is left running", file=sys.stderr)
        return 130
    print("\n".join(lines(results)), flush=True)
    missed = shortfalls(results)
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, alternating")
    parser.add_argument("--ours", type=int, default=20_000, help="requests in a round of ours")
    parser.add_argument("--peer", type=int, default=2_000, help="requests in a round of the peer")
    parser.add_argument("--seconds", type=int, default=20, help="seconds at a constant rate")
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {text}", flush=True)


def _measure(asked: argparse.Namespace) -> Results:
    holder = Lock(STATE).holder()
    if holder is not None:
        raise StackFailed(f"another measurement runs (process {holder}): wait for it")
    shutil.rmtree(STATE, ignore_errors=True)
    STATE.mkdir(mode=0o700, parents=True)
    agencies = asking_agencies()
    everybody = participants(agencies)
    listed = STATE / "participants.yaml"
    listed.write_text(yaml.safe_dump({"participants": everybody}))
    with Stack(STATE, participants=listed, say=_say) as stack:
        stack.up()
        login, environment = _make_ground(stack)
        _say(f"introducing {len(everybody)} participants, programs, topics, providers, rules")
        asyncio.run(introduce(stack.connection, everybody))
        with Ours(stack, login, agencies) as ours:
            return _rounds(
                asked, stack, ours, lambda number: Peer(stack, environment, number=number)
            )


def _make_ground(stack: Stack) -> tuple[Login, Mapping[str, str]]:
    """Let the measuring processes and the peer in; return how each of them connects."""
    passwords = {
        user: password(stack.credentials.folder / user, "password") for user in (MEASURER, PEER)
    }
    provision_kafka(
        admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password),
        topics=peer_topics(),
        users=passwords,
        grants=grants(stack.topics, stack.participants) | measurer_grants() | peer_grants(),
    )
    asyncio.run(make_database(stack.postgres.dsn(), passwords[PEER]))
    environment = {
        "KAFKA": stack.kafka.servers[0],
        "KAFKA_USER": PEER,
        "KAFKA_PASSWORD": passwords[PEER],
        "PG": f"postgresql://{PEER}:{passwords[PEER]}@127.0.0.1:{stack.postgres.port}/{PEER}",
    }
    return Login(stack.kafka.servers, MEASURER, passwords[MEASURER]), environment


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
