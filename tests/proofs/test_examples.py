"""The programs that integrators are shown do what the page about them says."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.local.stack import Stack

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(scope="module")
def connection() -> Iterator[Path]:
    """What `make up` writes, of a stack on which nobody has spoken yet."""
    # Not in pytest's folder, which only its own user may enter: Postgres has another.
    with TemporaryDirectory(prefix="continuum-examples-") as state, Stack(Path(state)) as stack:
        stack.up()
        yield Path(state) / "connection.json"


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.timeout(300)
def test_a_submission_is_refused_until_the_office_has_spoken_then_accepted_then_repeated(
    connection: Path,
) -> None:
    ori, agency = "CA0194200", "Los Angeles Police Department"
    ask = ("submit.py", connection, "california-agencies", "my-first-request", ori)

    too_early = run(*ask, agency)
    introduced = run("introduce.py", connection, ROOT / "deploy" / "reference")
    accepted = run(*ask, agency)
    repeated = run(*ask, agency)
    reused = run(*ask, "Another name")

    assert too_early.returncode == 1, too_early.stderr
    assert '"source_not_registered"' in too_early.stdout
    assert introduced.returncode == 0, introduced.stderr
    assert accepted.returncode == 0, accepted.stderr
    assert '"repeat": false' in accepted.stdout
    assert '"status": "waiting"' in accepted.stdout
    assert repeated.returncode == 0, repeated.stderr
    assert '"repeat": true' in repeated.stdout
    assert reused.returncode == 1, reused.stderr
    assert '"reference_reused_with_other_content"' in reused.stdout

    for answered in (too_early, accepted, repeated, reused):
        assert '"inreplytoid": "my-first-request"' in answered.stdout

    standing = run("statuses.py", connection, "california-agencies")

    assert standing.returncode == 0, standing.stderr
    assert standing.stdout.startswith("CRI-")
    assert len(standing.stdout.splitlines()) == 1
