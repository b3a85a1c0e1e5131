"""Compares several processes of each service with one, alternately, in one run."""

from collections.abc import Sequence
from statistics import median

from benchmarks.load_test import LoadTest
from benchmarks.login import Login
from benchmarks.measurement import Throughput
from benchmarks.participants import AskingAgency
from benchmarks.stacks import Say
from deploy.local.stack import Stack
from shared.contracts.services import SERVICES


def measure(
    stack: Stack,
    login: Login,
    agencies: Sequence[AskingAgency],
    *,
    replicas: int,
    rounds: int,
    requests: int,
    say: Say,
) -> tuple[list[Throughput], list[Throughput]]:
    """Return the rounds with one process of each service, and those with *replicas*."""
    one: list[Throughput] = []
    more: list[Throughput] = []
    others = [(service, number) for service in SERVICES for number in range(1, replicas)]
    with LoadTest(stack, login, agencies) as test:

        def measured(name: str) -> Throughput:
            test.throughput(requests // 5)  # warm up after the rebalance
            found = test.throughput(requests)
            say(f"{name}: {found.rate:.0f} requests/s")
            return found

        for number in range(1, rounds + 1):
            one.append(measured(f"round {number}, one process of each"))
            for service, replica in others:
                stack.start_service(service, replica=replica, wait=False)
            stack.wait_ready()
            more.append(measured(f"round {number}, {replicas} processes of each"))
            for service, replica in others:
                stack.stop_service(service, replica=replica)
    return one, more


def lines(one: Sequence[Throughput], more: Sequence[Throughput], *, replicas: int) -> list[str]:
    """Return the report; the closing line is last."""
    return [
        f"replicas: {replicas} processes of each service {_rate(more):.0f} requests/s, "
        f"one {_rate(one):.0f}, ratio {_rate(more) / _rate(one):.2f}"
    ]


def shortfalls(
    one: Sequence[Throughput], more: Sequence[Throughput], *, replicas: int
) -> list[str]:
    """Return a sentence if more processes are slower than one, else nothing."""
    ratio = _rate(more) / _rate(one)
    if ratio >= 1:
        return []
    return [
        f"{replicas} processes of each service reach {100 * ratio:.0f} % of one, and not less "
        "than one is required."
    ]


def _rate(rounds: Sequence[Throughput]) -> float:
    return median(each.rate for each in rounds)
