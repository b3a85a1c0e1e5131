"""``python -m tests.proofs.demo``: the demonstration, recorded and judged by the checker."""

import subprocess
import sys
from pathlib import Path

from deploy.demo.__main__ import main


def judge(state: Path) -> list[str]:
    """Have the independent checker record the whole run and judge it."""
    command = [sys.executable, "-m", "tests.proofs.checker", "run", "--state", str(state)]
    verdict = state / "verdict.json"
    with verdict.open("w") as output:
        done = subprocess.run(command, stdout=output, check=False)
    return [] if done.returncode == 0 else [f"the checker found violations: {verdict}"]


if __name__ == "__main__":
    sys.exit(main(judge=judge))
