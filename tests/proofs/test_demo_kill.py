"""The demonstration ends with the counts of its sample, also when a service is killed in it."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from deploy.demo.business_days import START
from deploy.participants.agencies import asking_agencies
from deploy.participants.sample import SCARCE, SCARCE_PLACES, SCARCE_PLACES_LATER, Sample
from tests.proofs.logged import strangers

CLOSING = re.compile(
    r"demo: (\d+) submissions, (\d+) accepted, (\d+) refused, (\d+) closed, (\d+) waiting,"
    r" 0 unanswered, \d+ s"
)


@pytest.mark.timeout(400)
def test_one_of_two_routing_processes_is_killed_and_the_counts_are_those_of_the_sample(
    tmp_path: Path,
) -> None:
    planned_requests = Sample(
        seed=5, today=START.date(), agencies=asking_agencies()
    ).planned_requests()
    ends = Counter(planned.ends for planned in planned_requests)
    places = SCARCE_PLACES + SCARCE_PLACES_LATER
    command = [sys.executable, "-m", "deploy.demo", "--seed", "5", "--kill", "routing",
               "--replicas", "routing=2", "--state", str(tmp_path / "demo")]  # fmt: skip

    played = subprocess.run(command, capture_output=True, text=True, check=False)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "routing runs again" in played.stdout
    closing = CLOSING.search(played.stdout)
    assert closing is not None, played.stdout
    _, accepted, _, closed, waiting = (int(number) for number in closing.groups())
    assert accepted == len(planned_requests)
    assert closed == ends["closed"] + places
    assert waiting == SCARCE - places
    assert [*strangers(tmp_path / "demo" / "logs")] == []
