"""The pipeline of one version of the services, on its own stack."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.idle import idle
from benchmarks.load_test import LoadTest
from benchmarks.login import Login
from benchmarks.measurement import Plan, Round, Steady
from benchmarks.participants import AskingAgency
from benchmarks.processor_time import peak_megabytes, stack_times
from benchmarks.stacks import Say
from benchmarks.version import Version
from deploy.local.stack import Stack


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A version and its stack; the services run only during `measure`."""

    code: Version
    stack: Stack
    login: Login
    agencies: Sequence[AskingAgency]

    def measure(self, plan: Plan, say: Say) -> Round:
        """Start the services, measure every load, stop them."""
        self.code.start(self.stack)
        pids = {each.service: each.child.pid for each in self.stack.replicas.values()}
        with LoadTest(self.stack, self.login, self.agencies) as test:
            test.throughput(plan.warm)
            full = test.throughput(plan.requests)
            say(f"{self.code.name}: {full.rate:.0f} requests/s")
            steady = {}
            for rate in plan.rates:
                steady[rate] = Steady(*test.used(rate, seconds=plan.seconds))
                say(f"{self.code.name} at {rate}/s: answers {steady[rate].answers}")
        resting = idle(lambda: stack_times(self.stack, pids), seconds=plan.seconds)
        megabytes = {service: peak_megabytes(pid) for service, pid in pids.items()}
        self.code.stop(self.stack)
        return Round(full, steady, resting, megabytes)
