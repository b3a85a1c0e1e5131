"""Under load, with faults for three quarters of a minute, nothing of the promise is broken."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

CLOSING = re.compile(
    r"chaos: (\d+) kills, (\d+) faults, (\d+) requests, 0 violations,"
    r" slowest recovery [\d.]+ s, seed 3"
)


@pytest.mark.timeout(400)
def test_nothing_is_violated_while_everything_is_killed_and_frozen(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.proofs.chaos", "--profile", "smoke", "--seed", "3",
               "--state", str(tmp_path / "chaos")]  # fmt: skip

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    closing = CLOSING.search(done.stdout)
    assert closing is not None, done.stdout
    kills, faults, requests = (int(number) for number in closing.groups())
    assert kills >= 5
    assert faults >= 5
    assert requests >= 200
