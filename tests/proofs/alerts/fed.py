"""Every query of the dashboards gives data from a Prometheus that a demonstration feeds."""

import json
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM

from deploy.monitoring.dashboards import queries
from deploy.stack import processes
from deploy.stack.failure import StackFailed
from tests.proofs.alerts.prometheus import NAMESPACE, Prometheus, prometheus, wait
from tests.proofs.alerts.rig import CANARY_PORT, ROOT

_WITHIN = 240
# Who the canary is in the demonstration: what it submits there is refused, and answered.
_CANARY = "trial-connection"


def silent_queries(state: Path) -> list[str]:
    """Play a demonstration; return the panels whose query never gave anything."""
    log = state.with_name("fed.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        demo = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo", "--state", state],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    try:
        connection = state / "connection.json"
        if not wait(connection.exists, within=120):
            raise StackFailed(f"the demonstration does not start: {log}")
        services = json.loads(connection.read_text())["services"]
        targets = {name: int(each["http"].rpartition(":")[2]) for name, each in services.items()}
        canary = processes.start(
            "canary",
            [sys.executable, "-m", "continuum", "canary", "--connection", connection,
             "--participant", _CANARY, "--port", str(CANARY_PORT), "--every", "2"],
            log=state / "logs" / "canary.jsonl",
        )  # fmt: skip
        try:
            folder = state.with_name("fed")
            with prometheus({**targets, "canary": CANARY_PORT}, folder=folder, factor=1) as server:
                return _silent(server, demo)
        finally:
            processes.stop([canary], sign=SIGTERM, within=10)
    finally:
        demo.terminate()
        demo.wait()


def _silent(server: Prometheus, demo: "subprocess.Popen[bytes]") -> list[str]:
    """Ask again and again while the demonstration plays."""
    left = dict(queries(NAMESPACE))

    def answered() -> bool:
        for panel in [panel for panel, query in left.items() if server.ask(query)]:
            del left[panel]
        return not left or demo.poll() is not None

    wait(answered, within=_WITHIN)
    return list(left)
