"""What the checker, a process of its own, says of the run that a folder holds."""

import json
import subprocess
import sys
from pathlib import Path


def violations_of(state: Path) -> list[str]:
    """Let the checker judge what the stack of *state* left behind; return the violations."""
    command = [sys.executable, "-m", "tests.system.checker", "run", "--state", str(state)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (state / "verdict.json").write_text(done.stdout)
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        return [f"the checker gave no verdict (status {done.returncode}): {done.stderr[-2000:]}"]
    found = [
        f"{invariant}: {violation}"
        for invariant, judged in verdict.items()
        for violation in judged["violations"]
    ]
    return found or ([] if done.returncode == 0 else [f"the checker: {done.stderr[-2000:]}"])
