"""``python -m tests.proofs.alerts [PATTERN]``: faults one by one, then the dashboards."""

import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.stack import Stack
from deploy.monitoring.dashboards import queries
from deploy.stack.failure import StackFailed
from deploy.tools.catalog import ToolMissing
from shared.process.interrupts import enable_interrupts
from tests.proofs.alerts.faults import FACTOR, FAULTS, LOOK_BACK, NOT_REPRODUCED, Fault
from tests.proofs.alerts.fed import silent_queries
from tests.proofs.alerts.prometheus import prometheus, wait
from tests.proofs.alerts.rig import Rig

_STATE = Path(".local/alerts")
_WELL = (
    'sum(increase(cri_canary_submissions_total{outcome="accepted"}[8s])) > 2'
    ' unless sum(increase(cri_canary_submissions_total{outcome!="accepted"}[8s])) > 0'
)
_CALM, _WITHIN = 12.0, 180.0


def main(pattern: str) -> int:
    """
    Inject every fault whose name matches *pattern*, then check the dashboards.

    Return 1 when other alerts fired than should, or a query gave nothing.
    """
    enable_interrupts()
    shutil.rmtree(_STATE, ignore_errors=True)
    faults = [fault for fault in FAULTS if re.search(pattern, fault.name)]
    wrong = _run_all(faults) if faults else 0
    return 1 if wrong + (_dashboards() if re.search(pattern, "dashboards") else 0) else 0


def _dashboards() -> int:
    silent = silent_queries(_STATE / "demo")
    for panel in silent:
        print(f"dashboards: nothing came of {panel}")
    number = len([*queries()])
    print(f"dashboards: {number} queries, {number - len(silent)} gave data from a demonstration")
    return len(silent)


def _run_all(faults: Sequence[Fault]) -> int:
    """Return how many of *faults* did not raise exactly their alerts."""
    wrong = 0
    with Stack(_STATE) as stack:
        stack.up()
        rig = Rig(stack, every=60 / FACTOR)
        try:
            for fault in faults:
                wrong += not _run_fault(rig, fault)
        finally:
            rig.close()
    for alert, why in NOT_REPRODUCED.items():
        print(f"alerts: not reproduced: {alert}: {why}")
    print(f"alerts: {len(faults)} faults, {len(faults) - wrong} raised exactly their alerts")
    return wrong


def _run_fault(rig: Rig, fault: Fault) -> bool:
    """
    Return whether the fault raised its alerts, all of them and no other, and they ended with it.

    Those that look back must not end: what they count stays in their window for a while.
    """
    began = time.monotonic()
    with prometheus(
        rig.targets, folder=rig.stack.state / "prometheus", factor=fault.factor
    ) as server:
        seen: set[str] = set()

        def look() -> None:
            seen.update(server.firing())
            fault.again(rig)

        wait(lambda: False, within=_CALM, watch=lambda: seen.update(server.firing()))
        before = set(seen)
        fault.begin(rig)
        server.scrape(rig.targets)
        held = time.monotonic() + fault.hold
        wait(lambda: time.monotonic() >= held, within=fault.hold + 1, watch=look)
        ended = False
        if "RecordAgeBurn" in fault.alerts:  # what is late shows when it is taken in
            fault.end(rig)
            ended = True
        wait(lambda: fault.alerts <= seen, within=_WITHIN, watch=look)
        if not ended:
            fault.end(rig)
        server.scrape(rig.targets)  # a service that was started again has another port
        left: set[str] = set()

        def is_over() -> bool:
            left.clear()
            left.update(server.firing() - LOOK_BACK)
            return not left and bool(server.ask(_WELL))

        over = wait(is_over, within=_WITHIN)
    good = seen == fault.alerts and not before and over
    names = ", ".join(sorted(seen)) or "none"
    print(f"alerts: {fault.name}: {names} ({time.monotonic() - began:.0f} s)", flush=True)
    if before:
        print(f"alerts: fired before it began: {', '.join(sorted(before))}", flush=True)
    if lacking := fault.alerts - seen:
        print(f"alerts: did not fire: {', '.join(sorted(lacking))}", flush=True)
    if not over:
        still = ", ".join(sorted(left)) or "none, but the canary is not answered as before"
        print(f"alerts: still fires long after it ended: {still}", flush=True)
    return good


if __name__ == "__main__":
    try:
        sys.exit(main(" ".join(sys.argv[1:])))
    except (StackFailed, ToolMissing) as error:
        sys.exit(f"alerts: {error}")
