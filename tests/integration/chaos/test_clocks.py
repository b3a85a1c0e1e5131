"""A process's wall clock is stepped while it runs, and its other clock is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proofs.chaos.clocks import Clocks

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="libfaketime is built for it"
)
SHOW = "import time\nfor _ in iter(input, ''): print(time.time(), time.monotonic(), flush=True)"


def read(process: "subprocess.Popen[str]") -> tuple[float, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("now\n")
    process.stdin.flush()
    wall, steady = process.stdout.readline().split()
    return float(wall), float(steady)


def test_a_step_reaches_a_running_process_and_only_its_wall_clock(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path / "clocks")
    process = subprocess.Popen(
        [sys.executable, "-c", SHOW],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **clocks.environment("routing")},
    )
    with process:
        wall, steady = read(process)

        clocks.step("routing", -3600)
        clocks.step("intake", 50)
        while (later := read(process))[0] > wall:
            pass

        passed = later[1] - steady
        assert later[0] - wall == pytest.approx(passed - 3600, abs=0.1)
        assert 0 <= passed < 5
        process.communicate("\n")
    clocks.tidy()
    assert not list(Path("/dev/shm").glob(f"*faketime_*_{process.pid}"))
