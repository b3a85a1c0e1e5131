"""``python -m benchmarks.stages``: counts round trips, batches and fetches at several loads."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from benchmarks import counted, counts, silent
from benchmarks.child import child
from benchmarks.counts import Counts, statement_names
from benchmarks.load_test import LoadTest
from benchmarks.login import Login
from benchmarks.measurement import Incomplete
from benchmarks.participants import silent_participants
from benchmarks.stacks import Say, grant_access, new_stack
from benchmarks.stage_limits import closing
from benchmarks.stage_tables import Crowd, Load, tables
from benchmarks.version import Version
from deploy.local.released import released
from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from shared.contracts.services import SERVICES
from shared.process.interrupts import enable_interrupts

_WARM = 3000
_SETTLE_SECONDS = 5
_SYSTEMS = 7
"""With twelve providers and the program office, 20 participants are active."""
_FEW = 20
"""Silent participants of the smaller registry, which then has 40 participants."""
_CROWD_RATE = 50
_FIRST_RECORDS = 100


def main() -> int:
    """Measure and print the tables; return 1 if a limit is exceeded."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--rates", default="20,50,100", help="requests a second, comma-separated")
    parser.add_argument("--seconds", type=int, default=20, help="seconds of each rate, and idle")
    parser.add_argument("--requests", type=int, default=10_000, help="requests sent at once")
    parser.add_argument("--silent", type=int, default=180, help="silent participants; 0: skip")
    parser.add_argument("--release", help="a released version instead of the present code")
    parser.add_argument("--state", type=Path, default=Path(".local/bench/stages"))
    asked = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr, flush=True)

    try:
        code = (
            Version(asked.release, released(asked.release, say=say))
            if asked.release
            else Version()
        )
        loads = _loads(asked, code, say)
        crowds = [_crowd(asked, code, each, say) for each in (_FEW, asked.silent) if asked.silent]
    except (StackFailed, Incomplete) as failure:
        print(f"stages: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stages: interrupted; nothing is left running", file=sys.stderr)
        return 130
    names = statement_names(code.folder)
    verdict, met = closing(loads, crowds, names)
    print("\n".join([*tables(loads, crowds, names), *verdict]))
    return 0 if met else 1


class Counting:
    """Runs the services under `counted.py` and reads their counts."""

    def __init__(self, code: Version, sockets: Path) -> None:
        self._code = code
        self._sockets = sockets
        self._stack: Stack | None = None
        self._before: dict[str, Counts] = {}
        self._since = 0.0

    def start(self, stack: Stack) -> None:
        """Start Kafka, Postgres and the services."""
        self._code.prepare(stack)
        for service in SERVICES:
            stack.start_service(
                service,
                program=[*self._code.program, counted.__file__],
                environment={counted.SOCKET: str(self._sockets / service)},
                wait=False,
            )
        stack.wait_ready()
        self._stack = stack

    def begin(self) -> None:
        """Start counting."""
        self._before = self._read()
        self._since = time.monotonic()

    def end(self, name: str, requests: int) -> Load:
        """Return the counts since `begin`."""
        seconds = time.monotonic() - self._since
        now = self._read()
        counted = {service: now[service].since(self._before[service]) for service in SERVICES}
        return Load(name, seconds, requests, counted)

    def _read(self) -> dict[str, Counts]:
        assert self._stack is not None
        return {
            service: counts.read(self._stack.replicas[service, 0], str(self._sockets / service))
            for service in SERVICES
        }


@contextmanager
def _counting(code: Version) -> Iterator[Counting]:
    # A temporary folder, because a Unix socket's path is limited to 107 bytes.
    with TemporaryDirectory(prefix="continuum-counts-") as sockets:
        yield Counting(code, Path(sockets))


def _loads(asked: argparse.Namespace, code: Version, say: Say) -> list[Load]:
    """Count an idle stack, each rate, and a load sent at once."""
    found = []
    with (
        _counting(code) as counter,
        new_stack(asked.state / "loads", say, start=counter.start, folder=code.reference) as (
            stack,
            agencies,
        ),
    ):
        login = grant_access(stack)
        with LoadTest(stack, login, agencies) as test:
            say(f"warming up with {_WARM} requests")
            test.throughput(_WARM)
            for rate in map(int, asked.rates.split(",")):
                say(f"{rate} requests a second")
                test.used(rate, seconds=asked.seconds, begin=counter.begin)
                found.append(counter.end(f"{rate}/s", rate * asked.seconds))
            say(f"{asked.requests} requests at once")
            test.throughput(asked.requests, begin=counter.begin)
            found.append(counter.end("at once", asked.requests))
        say("idle")
        time.sleep(_SETTLE_SECONDS)
        counter.begin()
        time.sleep(asked.seconds)
        return [counter.end("idle", 0), *found]


def _crowd(asked: argparse.Namespace, code: Version, number: int, say: Say) -> Crowd:
    """Count a load with *number* silent participants, and time their first records."""
    with (
        _counting(code) as counter,
        new_stack(
            asked.state / f"silent-{number}",
            say,
            systems=_SYSTEMS,
            silent=number,
            start=counter.start,
            folder=code.reference,
        ) as (stack, agencies),
    ):
        login = grant_access(stack)
        with LoadTest(stack, login, agencies) as test:
            test.throughput(_WARM // 3)
            say(f"{_CROWD_RATE} requests a second beside {number} silent participants")
            test.used(_CROWD_RATE, seconds=asked.seconds, begin=counter.begin)
            load = counter.end(f"{_CROWD_RATE}/s", _CROWD_RATE * asked.seconds)
            registered = len(stack.participants)
            if number == _FEW:
                return Crowd(registered, number, load)
            under_load, idle = _first_records(login, test, number, say)
            return Crowd(registered, number, load, under_load, idle)


def _first_records(
    login: Login, test: LoadTest, number: int, say: Say
) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """Return the waits of first records, under load and idle."""
    everybody = silent_participants(number)
    under_load, idle = everybody[:_FIRST_RECORDS], everybody[_FIRST_RECORDS:]
    with child(silent.run, login) as (_, pipe):

        def ask(participants: Sequence[str]) -> Callable[[], None]:
            pipe.send(participants)
            assert pipe.recv() == "ready"
            return lambda: pipe.send("go")

        seconds = round(len(under_load) * silent.EVERY_SECONDS) + 2
        say(f"first records of {len(under_load)} at {_CROWD_RATE} requests a second")
        test.used(_CROWD_RATE, seconds=seconds, begin=ask(under_load))
        first = cast(Sequence[float | None], pipe.recv())
        say(f"first records of {len(idle)} others, idle")
        time.sleep(_SETTLE_SECONDS)
        ask(idle)()
        return first, cast(Sequence[float | None], pipe.recv())


if __name__ == "__main__":
    sys.exit(main())
