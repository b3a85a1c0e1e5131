"""``python -m tests.proofs.year``: a business year of 1,500 requests, judged at its end."""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from deploy.demo.releases import check_releases
from deploy.local.rebuilding import compare_rows
from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from shared.business_clock import BusinessClock
from shared.process.interrupts import enable_interrupts
from tests.proofs.logged import strangers
from tests.proofs.year.year import END, START, Year

_RATE = 50_000
"""A day lasts 1.7 seconds."""
_START_SECONDS = 60
"""Real time from the choice of the clock to the first message, at most."""


def main() -> int:
    """Play the year; return 0 only if nothing went wrong."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="year", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="chooses what happens (default 1)")
    parser.add_argument("--requests", type=int, default=1500, help="how many (default 1500)")
    parser.add_argument("--state", type=Path, default=Path(".local/year"))
    asked = parser.parse_args()
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.1f} s] {text}", flush=True)

    shutil.rmtree(asked.state, ignore_errors=True)
    since = datetime.now(UTC)
    clock = BusinessClock(since, START - timedelta(seconds=_START_SECONDS * _RATE), _RATE)
    try:
        with Stack(asked.state, say=say, clock=clock) as stack:
            stack.up()
            file = asked.state / "connection.json"
            year = Year(
                json.loads(file.read_text()), clock=clock, seed=asked.seed, count=asked.requests
            )
            say(f"a year from {START:%Y-%m-%d} to {END:%Y-%m-%d}, a day in {86_400 / _RATE:.1f} s")
            asyncio.run(year.run(say))
            public = str(stack.connection.reporting)
            _keep_page(public, asked.state)
            wrong = [*year.wrong(), *check_releases(public, file, months=range(12, 13))]
            wrong += _judge(stack, file)
    except StackFailed as failure:
        print(f"year: failed. {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("year: stopped; nothing is left running.", file=sys.stderr)
        return 1
    _print_counts(year)
    for line in wrong:
        print(f"year: {line}", file=sys.stderr)
    seconds = time.monotonic() - begun
    print(f"year: {asked.requests} requests, {len(wrong)} faults, {seconds:.0f} s")
    return 1 if wrong else 0


def _judge(stack: Stack, connection: Path) -> list[str]:
    """Compute decisions again, compare rows with events, account for records, read the logs."""
    code, output = stack.ask("routing", "verify")
    print(next((line for line in output.splitlines() if line.startswith("verify:")), output))
    wrong = [] if code == 0 else [f"routing verify: {output.strip()}"]
    wrong += compare_rows(connection, "routing")
    command = [sys.executable, "-m", "continuum", "accounting", "--connection", str(connection)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        wrong.append(f"accounting: {done.stdout.strip()} {done.stderr.strip()}")
    return wrong + [f"log: {line}" for line in strangers(stack.logs)]


def _keep_page(public: str, state: Path) -> None:
    """Keep the public page of a month, to look at it afterwards."""
    page = state / "page.html"
    with urlopen(f"{public}/releases/2026-10", timeout=10) as answer:
        page.write_bytes(answer.read())
    print(f"page: {page}")


def _print_counts(year: Year) -> None:
    seen: Counter[str] = Counter()
    for provider in year.providers.values():
        seen += provider.seen
    for title, counts in (
        ("at the end", year.states()),
        ("sent to providers", seen),
        ("referred", year.office.referred),
        ("refused", year.refused()),
    ):
        print(f"{title}: {', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}")
    print(f"ends: {year.ends()}")
    print(f"latest action: {year.agenda.latest} of business time behind its plan")


if __name__ == "__main__":
    sys.exit(main())
