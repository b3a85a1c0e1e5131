"""A released version in its own folder and environment, built once from the repository."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from shared.contracts.services import SERVICES

PREVIOUS = "0.3.0"
"""The release before the present code: the base of upgrade proofs and of benchmarks."""
_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".local" / "versions"


def released(version: str, *, say: Callable[[str], None]) -> Sequence[str | Path]:
    """
    Return the command of a Python that runs a released version's code.

    The code is the commit named in CHANGELOG.md, the packages are those of its own locks, and the
    interpreter is the one that runs this.
    """
    commit, folder = commit_of(version), folder_of(version)
    python = folder / ".venv" / "bin" / "python"
    if not (folder / ".venv" / "ready").exists() or not _is_same(python):
        shutil.rmtree(folder, ignore_errors=True)
        say(f"building {version} (commit {commit}) in {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        if _run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], _ROOT) != 0:
            raise StackFailed(
                f"The commit {commit} of version {version} is not in this repository (a shallow"
                " clone?): git fetch --unshallow"
            )
        archive = subprocess.run(
            ["git", "archive", commit], cwd=_ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "x"], cwd=folder, input=archive.stdout, check=True)
        if _run(["make", "setup", f"PYTHON={sys.executable}"], folder) != 0:
            raise StackFailed(f"Version {version} cannot be built: make -C {folder} setup")
    return [python, "-P"]  # ignore the code in the working directory


def migrate(stack: Stack, version: str, program: Sequence[str | Path] | None) -> None:
    """Run a version's migrations as its Jobs do: in parallel, as the databases' owner roles."""

    def job(service: str) -> tuple[int, str]:
        owner = stack.as_owner(service)
        return stack.ask(service, "migrate", environment=owner, program=program)

    with ThreadPoolExecutor() as jobs:
        ended = list(jobs.map(job, SERVICES))
    for service, (status, output) in zip(SERVICES, ended, strict=True):
        if status != 0:
            raise StackFailed(f"{version} cannot migrate {service}: {output}")


def folder_of(version: str) -> Path:
    """Return the folder in which `released` builds a version."""
    return _FOLDER / commit_of(version)


def commit_of(version: str) -> str:
    """Return the commit of a released version."""
    changes = (_ROOT / "CHANGELOG.md").read_text()
    found = re.search(rf"^## {re.escape(version)} .*commit ([0-9a-f]{{7,40}})$", changes, re.M)
    if found is None:
        raise StackFailed(f"CHANGELOG.md names no commit of version {version}")
    return found[1]


def _is_same(python: Path) -> bool:
    """Return whether a Python is the same build as the running one."""
    asked = [str(python), "-c", "import sys; print(sys.version, end='')"]
    try:
        found = subprocess.run(asked, stdout=subprocess.PIPE, check=False, text=True)
    except FileNotFoundError:  # it was uninstalled
        return False
    return str(found.stdout) == sys.version


def _run(command: Sequence[str], folder: Path) -> int:
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
