"""``python -m benchmarks [--rounds N] [--rates 20,50,100] [--held N | --replicas N] …``."""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import against_empty, against_one, against_release
from benchmarks.comparison import PEER
from benchmarks.machine import interpreter
from benchmarks.measurement import Incomplete, Plan
from benchmarks.stacks import grant_access, new_stack
from benchmarks.version import PRESENT
from deploy.local.released import PREVIOUS
from deploy.stack.failure import StackFailed
from shared.process.interrupts import enable_interrupts

_BEGUN = time.monotonic()
_USUAL = Plan()


def main() -> int:
    """Measure, print, and return the exit status."""
    enable_interrupts()
    asked = _arguments()
    try:
        if asked.held:
            return _against_empty(asked)
        return _against_one(asked) if asked.replicas else _against_release(asked)
    except (StackFailed, Incomplete) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is left running", file=sys.stderr)
        return 130


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--held", type=int, help="compare N existing requests with none")
    instead.add_argument("--replicas", type=int, help="compare N processes per service with one")
    parser.add_argument("--rounds", type=int, default=_USUAL.rounds, help="rounds of each side")
    parser.add_argument("--rates", type=_rates, default=_USUAL.rates, help="requests a second")
    parser.add_argument("--seconds", type=int, default=_USUAL.seconds, help="seconds of each rate")
    parser.add_argument("--requests", type=int, default=_USUAL.requests, help="sent at once")
    parser.add_argument("--peer-requests", type=int, default=_USUAL.peer_requests)
    parser.add_argument(
        "--releases", type=_list, default=[PREVIOUS], help="the releases to compare with"
    )
    parser.add_argument("--docs", action="store_true", help="write figures to docs/operate.md")
    parser.add_argument("--state", type=Path, default=Path(".local/bench"))
    return parser.parse_args()


def _list(text: str) -> list[str]:
    return text.split(",")


def _rates(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _say(text: str) -> None:
    print(f"{time.monotonic() - _BEGUN:6.1f} s  {text}", flush=True)


def _against_release(asked: argparse.Namespace) -> int:
    """Compare the present code with releases and the peer."""
    plan = Plan(asked.rounds, asked.rates, asked.seconds, asked.requests, asked.peer_requests)
    comparison, figures = against_release.measure(
        asked.state / "release", plan, asked.releases, say=_say
    )
    verdict, met = comparison.verdict()
    how = f"{plan.rounds} rounds, {plan.requests} requests at once, {plan.seconds} s at each rate"
    kind = "medians" if plan == _USUAL else "SHORTENED, for development only: medians"
    lines = ["", *comparison.table(), "", f"python: {interpreter()}", f"{kind} of {how}", *verdict]
    print("\n".join(lines))
    rates = {
        side: comparison.median(side, "requests/s") for side in (PRESENT, *asked.releases, PEER)
    }
    shown = ", ".join(f"{side} {rate:.0f}" for side, rate in rates.items())
    print(f"bench: requests/s: {shown}; {'all' if met else 'not all'} that is required is met")
    if asked.docs:
        figures.write()
    return 0 if met else 1


def _against_empty(asked: argparse.Namespace) -> int:
    sides = against_empty.measure(
        asked.state,
        held=asked.held,
        rounds=asked.rounds,
        requests=asked.requests,
        seconds=asked.seconds,
        say=_say,
    )
    lines = against_empty.lines(*sides, held=asked.held)
    return _print(lines, against_empty.shortfalls(*sides))


def _against_one(asked: argparse.Namespace) -> int:
    with new_stack(asked.state / "replicas", _say) as (stack, agencies):
        rounds = against_one.measure(
            stack,
            grant_access(stack),
            agencies,
            replicas=asked.replicas,
            rounds=asked.rounds,
            requests=asked.requests,
            say=_say,
        )
    lines = against_one.lines(*rounds, replicas=asked.replicas)
    return _print(lines, against_one.shortfalls(*rounds, replicas=asked.replicas))


def _print(lines: list[str], missed: list[str]) -> int:
    print("\n".join(lines), flush=True)
    for sentence in missed:
        print(sentence, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
