"""Runs the checker, in its own process, on the run in a folder."""

import json
import subprocess
import sys
from pathlib import Path


def violations_of(state: Path) -> list[str]:
    """Record the stack of *state*, which keeps running, and judge it; return the violations."""
    return record(state) or judge(state)


def record(state: Path) -> list[str]:
    """Let the checker record the stack of *state*; return its failure, if any."""
    done = _checker("record", "--state", str(state))
    return [_failed(done)] if done.returncode else []


def judge(state: Path) -> list[str]:
    """Let the checker judge what was recorded, which needs no stack; return the violations."""
    done = _checker("check", str(state / "recorded"))
    (state / "verdict.json").write_text(done.stdout)
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        return [_failed(done)]
    found = [
        f"{invariant}: {violation}"
        for invariant, judged in verdict.items()
        for violation in judged["violations"]
    ]
    return found or ([_failed(done)] if done.returncode else [])


def _checker(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.proofs.checker", *words]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)


def _failed(done: subprocess.CompletedProcess[str]) -> str:
    return f"the checker's {done.args[3]} failed (status {done.returncode}); see its output above"
