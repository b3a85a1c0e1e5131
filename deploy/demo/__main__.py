"""``python -m deploy.demo``: the whole product, played through on one machine."""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.demo.company import Company
from deploy.demo.observer import read_news
from deploy.demo.operators_view import disagreements
from deploy.demo.play import Play
from deploy.demo.progress import Progress, Stuck
from deploy.demo.stage import perform
from deploy.demo.summary import stories, summary
from deploy.demo.verdict import Verdict, verdict
from deploy.demo.waiting_order import overtakings, read_releases
from deploy.local.rebuilding import compare_routing
from deploy.local.stack import Stack
from deploy.participants.client import Access
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from shared.contracts.services import SERVICES
from shared.process.interrupts import enable_interrupts

_STATE = Path(".local/demo")
Judge = Callable[[Path], list[str]]


def main(*, judge: Judge | None = None) -> int:
    """
    Play the demonstration; return 0 only when everything holds.

    ``judge`` looks at the whole run before the stack stops, and returns what is wrong.
    """
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="draws another sample (default 1)")
    parser.add_argument("--kill", choices=SERVICES, help="send this service SIGKILL in the middle")
    parser.add_argument(
        "--state", type=Path, default=_STATE, help="folder for everything it keeps"
    )
    parser.add_argument(
        "--replicas", type=_replicas, default={}, help="more processes, such as routing=2"
    )
    asked = parser.parse_args()
    try:
        return _demo(
            seed=asked.seed,
            kill=asked.kill,
            state=asked.state,
            judge=judge,
            replicas=asked.replicas,
        )
    except (StackFailed, Stuck) as failure:
        print(
            f"\ndemo: failed. {failure}\nThe logs are in {asked.state / 'logs'}.", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("\ndemo: stopped; nothing is left running.", file=sys.stderr)
    return 1


def _replicas(text: str) -> dict[str, int]:
    """Read ``routing=2,intake=2``."""
    wanted = {name: int(count) for name, count in (each.split("=") for each in text.split(","))}
    if unknown := wanted.keys() - set(SERVICES):
        raise argparse.ArgumentTypeError(f"no service is called {', '.join(sorted(unknown))}")
    return wanted


def _demo(
    *, seed: int, kill: str | None, state: Path, judge: Judge | None, replicas: dict[str, int]
) -> int:
    progress = Progress()
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A demonstration already runs in {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    with Stack(state, say=progress.say) as stack:
        stack.up(replicas=replicas)
        progress.say("everything is ready; the first messages go out")
        file = state / "connection.json"
        connection = json.loads(file.read_text())
        today = datetime.now(UTC).date()
        company = Company(
            connection, seed=seed, today=today, progress=progress, histories=state / "history"
        )
        play = Play(company, seed=seed, today=today)
        perform(play, stack, kill=kill, progress=progress)
        result = verdict(play)
        dsns = stack.connection.operator.dsns
        wrong = [*result.wrong, *asyncio.run(disagreements(dsns, result.states))]
        news = asyncio.run(read_news(Access.of(connection, "california-post")))
        print(summary(play, result, news=news))
        wrong += _tell(stories(play), file)
        wrong += _order(dsns["routing"])
        wrong += _verify(stack)
        wrong += compare_routing(file)
        wrong += judge(state) if judge is not None else []
    return _close(result, wrong, progress)


def _tell(chosen: Sequence[tuple[str, str]], connection: Path) -> list[str]:
    """Print the stories as the operators' command line tells them."""
    wrong = []
    for title, number in chosen:
        print(f"\n{number}: {title}")
        command = [
            sys.executable,
            "-m",
            "continuum",
            "why",
            number,
            "--connection",
            str(connection),
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        print("\n".join(f"  {line}" for line in told.stdout.splitlines()))
        if told.returncode != 0:
            wrong.append(f"continuum why {number}: {told.stderr.strip()}")
    return wrong


def _order(routing: str) -> list[str]:
    """Look whether anybody overtook another in the queue for a program's opening."""
    released = asyncio.run(read_releases(routing))
    wrong = overtakings(released)
    lanes = len({each.lane for each in released})
    print(
        f"\norder: {len(released)} requests in {lanes} lanes waited for a program to open;"
        f" {len(wrong) or 'none'} of them got its offer before one with an earlier place"
    )
    return wrong


def _verify(stack: Stack) -> list[str]:
    """Run all recorded decisions again from their records."""
    code, output = stack.ask("routing", "verify")
    line = next((line for line in output.splitlines() if line.startswith("verify:")), "")
    print(f"\n{line or output.strip()}")
    return [] if code == 0 and line else [f"routing verify ended with status {code}"]


def _close(result: Verdict, wrong: Sequence[str], progress: Progress) -> int:
    for line in wrong:
        print(f"demo: wrong: {line}", file=sys.stderr)
    print(
        f"demo: {result.submissions} submissions, {result.accepted} accepted,"
        f" {result.refused} refused, {result.states['closed']} closed,"
        f" {result.states['waiting']} waiting, {result.unanswered} unanswered,"
        f" {progress.seconds:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
