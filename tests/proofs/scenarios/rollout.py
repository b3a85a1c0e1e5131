"""A release rolled out, taken back, rolled out again, and every process restarted: under load."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product

from deploy.local.released import PREVIOUS, migrate, released
from shared.contracts.services import SERVICES
from tests.proofs.chaos.rig import Rig
from tests.proofs.chaos.waits import Wait, silence, slowest
from tests.proofs.scenarios.falling_back import dump, fall_back
from tests.proofs.scenarios.rolling import REPLICAS, Release, Rolling, assign_release
from tests.proofs.scenarios.scenario import ScenarioContext

_LOAD_SECONDS = 5.0
_LONGEST_PAUSE = 15.0


def begin(rig: Rig) -> None:
    """Bring everything up as the version before this one, on the schema that it makes itself."""
    earlier = _earlier(rig)
    migrate(rig.stack, earlier.version, earlier.program)
    for process in product(SERVICES, range(REPLICAS)):
        assign_release(rig, process, earlier)
    rig.launch_wanted()


def run(context: ScenarioContext) -> list[str]:
    """
    Go through what `docs/operate.md` says of an upgrade, and of taking it back.

    Return what was not as it must be.
    """
    earlier, present = _earlier(context.rig), Release(version("continuum"))
    rolling = Rolling(context.rig)

    def upgrade_schema() -> None:
        migrate(context.stack, present.version, present.program)
        context.rig.hold(_LOAD_SECONDS)

    def go_back() -> None:
        dump(context, SERVICES)
        context.rig.hold(_LOAD_SECONDS)
        rolling.out(earlier)

    def restore() -> None:
        context.rig.hold(_LOAD_SECONDS)  # what was sent before is answered before
        caught_up.append(fall_back(context, SERVICES))
        context.rig.hold(_LOAD_SECONDS)

    began = datetime.now(UTC)
    context.rig.hold(_LOAD_SECONDS)
    caught_up: list[float] = []

    def upgrade_again() -> None:
        rolling.out(present)
        context.rig.fault_ledger.earlier_ran(earlier.version, since=began)

    steps: Mapping[str, Callable[[], None]] = {
        f"{present.version} migrates under {earlier.version}": upgrade_schema,
        f"{present.version} is rolled out": lambda: rolling.out(present),
        f"{earlier.version} is rolled out on the new schema": go_back,
        f"{earlier.version} restores what {present.version} has written": restore,
        f"{present.version} is rolled out again": upgrade_again,
        "every process is restarted": lambda: rolling.out(present),
    }
    spans = {}
    for what, step in steps.items():
        context.say(what)
        since = time.monotonic()
        step()
        spans[what] = (since, time.monotonic())
    wrong = context.rest()
    waits = context.waits()
    wrong += context.ask("end").problems
    stopped = {what: span for what, span in spans.items() if steps[what] is restore}
    going = {what: span for what, span in spans.items() if what not in stopped}
    _print_pauses(waits, stopped)
    wrong += [*rolling.wrong, *context.rig.ended, *_print_pauses(waits, going)]
    wrong += context.violations()
    longest = max(slowest(waits, since=since, until=until) for since, until in going.values())
    print(
        f"rollout: {rolling.restarts} restarts, longest pause in answers {longest:.1f} s,"
        f" restored in {max(caught_up):.1f} s, {len(wrong)} violations",
        flush=True,
    )
    return wrong


def _print_pauses(waits: Sequence[Wait], spans: Mapping[str, tuple[float, float]]) -> list[str]:
    """Print how long answers took in each step; return the steps in which it was too long."""
    found = []
    for what, (since, until) in spans.items():
        longest = slowest(waits, since=since, until=until)
        nothing = silence(waits, since=since, until=until)
        print(
            f"rollout: {what}: {until - since:.0f} s, slowest answer {longest:.1f} s,"
            f" longest time without any {nothing:.1f} s",
            flush=True,
        )
        if longest >= _LONGEST_PAUSE:
            found.append(f"{what}: an answer took {longest:.1f} s")
    return found


def _earlier(rig: Rig) -> Release:
    return Release(PREVIOUS, released(PREVIOUS, say=rig.say))
