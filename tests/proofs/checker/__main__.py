"""``python -m tests.proofs.checker record|check|run|mutations``."""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.proofs.checker.mutations.catching import catch_all, table
from tests.proofs.checker.record import record
from tests.proofs.checker.run import load
from tests.proofs.checker.verdict import INVARIANTS, as_json, judge, judge_by, summary

_T = TypeVar("_T")
_LONG_SECONDS = 5


def main() -> int:
    """Run the command; return 0 only if no invariant is violated."""
    asked = _parser().parse_args()
    match asked.verb:
        case "record" | "run":
            folder = asked.folder or asked.state / "recorded"
            record(asked.state, folder, within=asked.within)
            return check(folder) if asked.verb == "run" else 0
        case "mutations":
            return mutations(asked.folder, seed=asked.seed)
        case _:
            return check(asked.folder)


def check(folder: Path) -> int:
    """Print the verdict on a recorded run."""
    gc.disable()  # nothing is freed before the end, so collecting would only cost minutes
    run = _timed("read", lambda: load(folder))
    judgments = {
        name: _timed(f"{name} judged", partial(judge_by, name, run)) for name in INVARIANTS
    }
    print(json.dumps(as_json(judgments), indent=2, ensure_ascii=False))
    print(summary(judgments), file=sys.stderr)
    return 0 if all(judgment.holds for judgment in judgments.values()) else 1


def _timed(what: str, do: Callable[[], _T]) -> _T:
    """Print how long a slow step took."""
    began = time.monotonic()
    done = do()
    if (seconds := time.monotonic() - began) > _LONG_SECONDS:
        print(f"checker: {what} in {seconds:.0f} s", file=sys.stderr, flush=True)
    return done


def mutations(folder: Path, *, seed: int) -> int:
    """Print whether the checker notices each mutation; return 0 if it notices all."""
    run = load(folder)
    judgments = judge(run)
    if not all(judgment.holds for judgment in judgments.values()):
        print(f"{folder} is not a sound run to begin with", file=sys.stderr)
        print(json.dumps(as_json(judgments), indent=2, ensure_ascii=False), file=sys.stderr)
        return 1
    caught = list(catch_all(run, seed=seed))
    print(table(caught))
    return 0 if all(each.violations for each in caught) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="checker", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, meaning in (
        ("record", "write a running stack's whole history into a folder"),
        ("run", "record and check in one go"),
    ):
        added = verbs.add_parser(verb, help=meaning)
        added.add_argument("--state", type=Path, required=True, help="the stack's folder")
        added.add_argument("--folder", type=Path, help="default: recorded, in the stack's folder")
        added.add_argument("--within", type=float, default=60, help="seconds to come to rest")
    added = verbs.add_parser("check", help="judge a recorded run")
    added.add_argument("folder", type=Path)
    added = verbs.add_parser("mutations", help="break a recorded run in many ways")
    added.add_argument("folder", type=Path)
    added.add_argument("--seed", type=int, default=1, help="chooses what is broken (default 1)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
