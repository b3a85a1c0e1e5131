"""``python -m tests.proofs.fuzz``: send generated records through intake and check the results."""

import argparse
import json
import sys
import time
from pathlib import Path

from deploy.stack.failure import StackFailed
from tests.proofs.fuzz.checks import CHUNK, Checker, Results
from tests.proofs.fuzz.generator import Generated, make
from tests.proofs.fuzz.on_services import run_on_services

LIMIT = 0.05
"""Seconds of processor time that reading and deciding one record may take."""
_STATE = Path(".local/fuzz")
_STARTED = time.monotonic()


def main() -> int:
    """Check records in process, then on the running services; return 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="in process (100,000)")
    parser.add_argument("--real", type=int, default=5_000, help="on the running services (5,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--record", type=Path, help="check one saved record, in process")
    arguments = parser.parse_args()
    results = Results()
    if arguments.record is not None:
        _check_saved(arguments.record, results)
        return _report(results, arguments.seed)
    _say(f"seed {arguments.seed}: {arguments.records:,} records in process")
    in_process(results, seed=arguments.seed, records=arguments.records)
    if arguments.real:
        _say(f"{arguments.real:,} records on the running services")
        try:
            run_on_services(
                results,
                seed=arguments.seed,
                records=arguments.real,
                state=_STATE / "stack",
                say=_say,
            )
        except StackFailed as failure:
            print(f"fuzz: failed. {failure}\nThe logs are in {_STATE}.", file=sys.stderr)
            return 1
    return _report(results, arguments.seed)


def in_process(results: Results, *, seed: int, records: int) -> None:
    """Check *records* records generated from *seed*."""
    checker = Checker(results, limit=LIMIT)
    for number in range(records):
        if number and number % CHUNK == 0:
            checker.begin()
        checker.take(number, make(seed, number, tracking_number=checker.tracking_number))
        if (number + 1) % 10_000 == 0:
            _say(f"{number + 1:,} records, slowest {results.slowest * 1000:.1f} ms")


def _check_saved(saved: Path, results: Results) -> None:
    metadata = json.loads(saved.with_suffix(".json").read_text())
    value = None if metadata["tombstone"] else saved.read_bytes()
    Checker(results, limit=LIMIT).take(
        metadata["number"], Generated(value, metadata["participant"], "saved")
    )


def _report(results: Results, seed: int) -> int:
    """Save each failing record, print how to repeat it, and print the closing line."""
    for kind, found in results.failures.items():
        for number, generated, why in found[:20]:
            path = _saved(kind, number, generated)
            print(f"fuzz: {kind}: record {number} ({generated.how}): {why}", file=sys.stderr)
            print(
                f"      repeat it: make fuzz RECORD={path}; the whole run: make fuzz SEED={seed}",
                file=sys.stderr,
            )
    print(closing_line(results))
    return 1 if any(results.failures.values()) else 0


def _saved(kind: str, number: int, generated: Generated) -> Path:
    _STATE.mkdir(parents=True, exist_ok=True)
    path = _STATE / f"{kind}-{number}.bin"
    path.write_bytes(generated.value or b"")
    metadata = {
        "number": number,
        "participant": generated.participant,
        "tombstone": generated.value is None,
    }
    path.with_suffix(".json").write_text(json.dumps(metadata))
    return path


def closing_line(results: Results) -> str:
    """Return the last line of the output."""
    failures = results.failures
    return (
        f"fuzz: {results.records} records, {len(failures['unanswered'])} unanswered,"
        f" {len(failures['crash'])} crashes, {len(failures['leak'])} leaks,"
        f" slowest {results.slowest * 1000:.1f} ms"
    )


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
