"""``python -m tests.system.scenarios <name> [--seed N] [--state folder]``."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.failure import StackFailed
from tests.system.scenarios import deleted_topic, older_database
from tests.system.scenarios.scene import Scene, scene

SCENARIOS: Mapping[str, Callable[[Scene], list[str]]] = {
    "deleted-topic": deleted_topic.play,
    "older-database": older_database.play,
}
"""Each plays on a running product, ends the load, and returns what was not as it must be."""


def main() -> int:
    """Play one scenario; 0 only when everything came out right."""
    parser = argparse.ArgumentParser(prog="scenarios", description=__doc__)
    parser.add_argument("name", choices=SCENARIOS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="default: .local/<name>")
    asked = parser.parse_args()
    state = (asked.state or Path(".local") / asked.name).resolve()
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", flush=True)

    try:
        with scene(state, seed=asked.seed, say=say) as opened:
            wrong = SCENARIOS[asked.name](opened)
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
