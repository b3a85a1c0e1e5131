"""``python -m tests.system.chaos [--profile smoke|ci|long] [--seed N] [--minutes N]``."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import yaml

from benchmarks.participants import asking_agencies, participants
from deploy.local.failure import StackFailed
from deploy.local.kafka import ADMIN
from deploy.local.lock import Lock
from deploy.local.stack import Stack
from shared.runtime.crash_points import read_report
from tests.system.chaos import load
from tests.system.chaos.coverage import lines, shortfalls
from tests.system.chaos.ground import Ground
from tests.system.chaos.login import login
from tests.system.chaos.migrations import kill_migrations
from tests.system.chaos.profiles import PROFILES, Profile
from tests.system.chaos.run import Outcome, Run
from tests.system.chaos.schedule import Schedule

_BEGUN = time.monotonic()
_CRASHES = "crash-points"


def main() -> int:
    """Run, judge, print; 0 only when nothing was violated and enough was shown."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="smoke")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--minutes", type=float, help="of faults (default: as the profile says)")
    parser.add_argument("--state", type=Path, default=Path(".local/chaos"))
    asked = parser.parse_args()
    profile = PROFILES[asked.profile]
    if asked.minutes is not None:
        profile = replace(
            profile, minutes=asked.minutes, least_requests=0, least_kills=0, least_crashes=0
        )
    try:
        return _chaos(profile, seed=asked.seed, state=asked.state.resolve())
    except StackFailed as failure:
        print(f"chaos: failed. {failure}\nThe logs are in {asked.state}/logs.", file=sys.stderr)
    except KeyboardInterrupt:
        print("chaos: stopped; nothing is left running.", file=sys.stderr)
    return 1


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", flush=True)


def _chaos(profile: Profile, *, seed: int, state: Path) -> int:
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A run already uses {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(mode=0o700, parents=True)
    _say(f"seed {seed}")
    agencies = asking_agencies()
    everybody = participants(agencies)
    listed = state / "participants.yaml"
    listed.write_text(yaml.safe_dump({"participants": everybody}))
    with Stack(state, brokers=profile.brokers, participants=listed, say=_say) as stack:
        stack.start()
        stack.provision()
        stack.migrate()
        ground = Ground(stack, report=state / _CRASHES, say=_say)
        if profile.migrations:
            _say(f"killing {profile.migrations} migrations between two steps")
        kills, wrong = kill_migrations(stack, ground.environment, times=profile.migrations)
        ground.kills += kills
        ground.launch_wanted()
        stack.wait_ready()
        plan = load.Plan(
            settings=login(stack, ADMIN),
            everybody=everybody,
            agencies=agencies,
            seed=seed,
            rate=profile.rate,
            histories=state / "history",
        )
        with _load(plan) as pipe:
            _say("introducing everybody")
            pipe.recv()
            _say(f"{profile.rate:.0f} submissions a second, and faults")
            outcome = Run(ground, pipe).go(Schedule(seed, profile), minutes=profile.minutes)
        stack.connection.write(state / "connection.json")
        violations = [*wrong, *outcome.wrong, *_check(state)]
    return _close(profile, ground, outcome, violations, seed=seed)


@contextmanager
def _load(plan: load.Plan) -> "Iterator[Connection]":
    """Give the pipe to a process that is the load; it ends with this one."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=load.run, args=(there, plan), daemon=True)
    process.start()
    there.close()
    try:
        yield here
        process.join(60)
    finally:
        process.terminate()
        process.join()


def _check(state: Path) -> list[str]:
    """Let the checker judge what the run left behind; return the violations."""
    _say("the checker judges")
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


def _close(
    profile: Profile, ground: Ground, outcome: Outcome, violations: list[str], *, seed: int
) -> int:
    for violation in violations[:50]:
        print(f"chaos: violation: {violation}", file=sys.stderr)
    submitted = outcome.progress.submitted if outcome.progress else 0
    report = read_report(ground.report)
    print("\n".join(lines(report)))
    few = shortfalls(report, least=profile.least_crashes)
    if submitted < profile.least_requests:
        few.append(f"fewer than {profile.least_requests} requests")
    if ground.kills < profile.least_kills:
        few.append(f"fewer than {profile.least_kills} kills")
    for shortfall in few:
        print(f"chaos: this run shows too little: {shortfall}", file=sys.stderr)
    print(
        f"chaos: {ground.kills} kills, {outcome.faults} faults, {submitted} requests,"
        f" {len(violations)} violations, slowest recovery {outcome.slowest:.1f} s, seed {seed}"
    )
    return 1 if violations or few else 0


if __name__ == "__main__":
    sys.exit(main())
