"""A released version in a folder and an environment of its own, made once from the repository."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.failure import StackFailed

_ROOT = Path(__file__).parents[3]
_FOLDER = _ROOT / ".local" / "versions"


def released(version: str, *, say: Callable[[str], None]) -> Sequence[str | Path]:
    """
    Return the Python of a version, with the options that make it run that version's code.

    Its code is that of the commit which CHANGELOG.md names, its packages those of its own locks.
    """
    commit = _commit(version)
    folder = _FOLDER / commit
    if not (folder / ".venv" / "ready").exists():
        say(f"making {version} (commit {commit}) in {folder}")
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
            raise StackFailed(f"Version {version} cannot be made: make -C {folder} setup")
    return [folder / ".venv" / "bin" / "python", "-P"]  # not the code of where it is started


def _commit(version: str) -> str:
    changes = (_ROOT / "CHANGELOG.md").read_text()
    found = re.search(rf"^## {re.escape(version)} .*commit ([0-9a-f]{{7,40}})$", changes, re.M)
    if found is None:
        raise StackFailed(f"CHANGELOG.md names no commit of version {version}")
    return found[1]


def _run(command: Sequence[str], folder: Path) -> int:
    return subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
