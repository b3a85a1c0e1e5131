"""``python -m tests.proofs.scenarios <name> [--seed N] [--state folder]``."""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local.released import PREVIOUS, folder_of
from deploy.stack.failure import StackFailed
from shared.process.interrupts import enable_interrupts
from tests.proofs.scenarios import (
    backlog,
    deleted_topic,
    older_database,
    outage,
    restored_beside,
    rollout,
)
from tests.proofs.scenarios.scenario import Scenario, Sizes, started

SCENARIOS: Mapping[str, Scenario] = {
    "backlog": Scenario(backlog.run, has_clocks=True),
    "deleted-topic": Scenario(deleted_topic.run),
    "older-database": Scenario(older_database.run),
    "outage": Scenario(outage.run),
    "restored-beside": Scenario(restored_beside.run, begin=restored_beside.begin),
    "rollout": Scenario(
        rollout.run,
        begin=rollout.begin,
        rate=10,
        stable_names=False,
        reference=folder_of(PREVIOUS) / "deploy" / "reference",
    ),
}


def main() -> int:
    """Run one scenario; return 0 only if it has no violations."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="scenarios", description=__doc__)
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="of each outage (default: as it says)")
    parser.add_argument("--count", type=int, help="of submissions (default: as it says)")
    parser.add_argument("--state", type=Path, help="default: .local/<name>")
    asked = parser.parse_args()
    state = (asked.state or Path(".local") / asked.name).resolve()
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", flush=True)

    try:
        scenario = SCENARIOS[asked.name]
        sizes = Sizes(asked.minutes, asked.count)
        with started(scenario, state, seed=asked.seed, sizes=sizes, say=say) as opened:
            wrong = scenario.run(opened)
    except StackFailed as failure:
        print(f"{asked.name}: failed. {failure}\nThe logs are in {state}/logs.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{asked.name}: stopped; nothing is left running.", file=sys.stderr)
        return 1
    for each in wrong:
        print(f"{asked.name}: {each}", file=sys.stderr)
    seconds = time.monotonic() - begun
    print(f"scenario {asked.name}: {len(wrong)} violations, {seconds:.0f} s, seed {asked.seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
