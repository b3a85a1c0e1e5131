"""``python -m tests.proofs.hostile``: attack intake beside a bystander, and judge the harm."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy.stack.failure import StackFailed
from shared.process.interrupts import enable_interrupts
from tests.proofs.hostile.attack import Attack
from tests.proofs.hostile.attacks import attacks
from tests.proofs.hostile.judging import Result, closing_line, failures, percentile, table
from tests.proofs.hostile.rig import Rig, started

_BEGUN = time.monotonic()
_ALONE = 20.0
"""Seconds for which the bystander is watched alone before the attacks."""


def main() -> int:
    """Run every attack, print, judge; return 0 only if no attack harmed the bystander."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="hostile", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--quotas", choices=("on", "off", "both"), default="both")
    parser.add_argument("--only", default="", help="beginnings of attacks' names, with commas")
    parser.add_argument("--state", type=Path, default=Path(".local/hostile"))
    asked = parser.parse_args()
    beginnings = tuple(asked.only.split(","))
    chosen = [each for each in attacks(asked.seed) if each.name.startswith(beginnings)]
    modes = {"on": (True,), "off": (False,), "both": (False, True)}[asked.quotas]
    _say(f"seed {asked.seed}, {len(chosen)} attacks")
    waits: list[float] = []
    results: list[Result] = []
    wrong: list[str] = []
    try:
        for quotas in modes:
            alone, attacked = _run_attacks(
                chosen, asked.state.resolve(), quotas=quotas, seed=asked.seed
            )
            mode = f"quotas {'on' if quotas else 'off'}"
            print(f"\n{mode}\n" + "\n".join(table(attacked)), flush=True)
            p99 = percentile(alone, 0.99)
            wrong += [f"{mode}: {each}" for each in failures(attacked, alone=p99)]
            waits += alone
            results += attacked
    except StackFailed as failure:
        print(f"hostile: failed. {failure}\nThe logs are in {asked.state}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hostile: stopped; nothing is left running.", file=sys.stderr)
        return 1
    for each in wrong:
        print(f"hostile: wrong: {each}", file=sys.stderr)
    print(closing_line(results, alone=percentile(waits, 0.99)))
    return 1 if wrong else 0


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", flush=True)


def _run_attacks(
    chosen: Sequence[Attack], state: Path, *, quotas: bool, seed: int
) -> tuple[list[float], list[Result]]:
    """Play the attacks; return the bystander's waits without any, and what each attack did."""
    alone: list[float] = []
    results: list[Result] = []
    with ExitStack() as ends:
        standing: Rig | None = None
        for attack in chosen:
            if standing is None:
                ends.close()
                standing = ends.enter_context(started(state, quotas=quotas, seed=seed, say=_say))
                alone += standing.quiet(_ALONE).waits
            _say(attack.name)
            results.append(standing.attack(attack))
            if not standing.is_sound():
                # It did what it could: the next one must not be blamed for it.
                _say(f"{attack.name}: the bystander is not answered any more; a new rig is set")
                standing = None
    return alone, results


if __name__ == "__main__":
    sys.exit(main())
