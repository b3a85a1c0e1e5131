"""``python -m tests.proofs.fuzz``: records of every kind, through reading and deciding; judge."""

import argparse
import json
import sys
import time
from pathlib import Path

from deploy.stack.failure import StackFailed
from tests.proofs.fuzz.judging import CHUNK, Judge, Judged
from tests.proofs.fuzz.making import Made, make
from tests.proofs.fuzz.real import through_the_real_door

LIMIT = 0.05
"""Seconds of processor time that reading and deciding one record may take."""
_STATE = Path(".local/fuzz")
_BEGUN = time.monotonic()


def main() -> int:
    """Judge records in process, then through the real door; 0 only when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="in process (100,000)")
    parser.add_argument("--real", type=int, default=5_000, help="through the real door (5,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--record", type=Path, help="judge one saved record, in process")
    asked = parser.parse_args()
    judged = Judged()
    if asked.record is not None:
        _again(asked.record, judged)
        return _closed(judged, asked.seed)
    _say(f"seed {asked.seed}: {asked.records:,} records in process")
    in_process(judged, seed=asked.seed, records=asked.records)
    if asked.real:
        _say(f"{asked.real:,} records through the real door")
        try:
            through_the_real_door(
                judged, seed=asked.seed, records=asked.real, state=_STATE / "stack", say=_say
            )
        except StackFailed as failure:
            print(f"fuzz: failed. {failure}\nThe logs are in {_STATE}.", file=sys.stderr)
            return 1
    return _closed(judged, asked.seed)


def in_process(judged: Judged, *, seed: int, records: int) -> None:
    """Judge *records* records of *seed*."""
    judge = Judge(judged, limit=LIMIT)
    for number in range(records):
        if number and number % CHUNK == 0:
            judge.begin()
        judge.take(number, make(seed, number, tracking_number=judge.tracking_number))
        if (number + 1) % 10_000 == 0:
            _say(f"{number + 1:,} records, slowest {judged.slowest * 1000:.1f} ms")


def _again(saved: Path, judged: Judged) -> None:
    about = json.loads(saved.with_suffix(".json").read_text())
    value = None if about["tombstone"] else saved.read_bytes()
    Judge(judged, limit=LIMIT).take(about["number"], Made(value, about["participant"], "saved"))


def _closed(judged: Judged, seed: int) -> int:
    """Save what went wrong, say how to run it again, and print the closing line."""
    for kind, found in judged.wrong.items():
        for number, made, why in found[:20]:
            path = _saved(kind, number, made)
            print(f"fuzz: {kind}: record {number} ({made.how}): {why}", file=sys.stderr)
            print(
                f"      make fuzz RECORD={path}, or all of it: make fuzz SEED={seed}",
                file=sys.stderr,
            )
    print(closing_line(judged))
    return 1 if any(judged.wrong.values()) else 0


def _saved(kind: str, number: int, made: Made) -> Path:
    _STATE.mkdir(parents=True, exist_ok=True)
    path = _STATE / f"{kind}-{number}.bin"
    path.write_bytes(made.value or b"")
    about = {"number": number, "participant": made.participant, "tombstone": made.value is None}
    path.with_suffix(".json").write_text(json.dumps(about))
    return path


def closing_line(judged: Judged) -> str:
    """Return the last line of a run."""
    wrong = judged.wrong
    return (
        f"fuzz: {judged.records} records, {len(wrong['unanswered'])} unanswered,"
        f" {len(wrong['crash'])} crashes, {len(wrong['leak'])} leaks,"
        f" slowest {judged.slowest * 1000:.1f} ms"
    )


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
