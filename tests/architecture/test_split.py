"""`make test` and `make verify` together run every test exactly once."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.proofs.conftest import LONGEST, pytest_collection_modifyitems

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
SERVERS = {"Stack", "Kafka", "Postgres"}
SELECTING = re.compile(r"^(?:-k|-m|--ignore|--ignore-glob|--deselect|--lf|--last-failed)\b")


def arguments(target: str) -> list[str]:
    """Return the arguments with which a make target selects tests."""
    shown = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (run,) = re.findall(r"-m pytest(.*)$", shown.stdout, re.M)
    return [each for each in str(run).split() if "tests" in each or SELECTING.match(each)]


def started(path: Path) -> set[str]:
    """Return the kinds of servers that a module creates."""
    calls = [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)} & SERVERS


def test_the_longest_proofs_begin_first_and_none_is_left_out() -> None:
    last = LONGEST[-1]
    proofs = [f"tests/proofs/{name}" for name in ("a/test_a.py", "test_drills.py", "test_z.py")]
    paths = [*proofs, last, LONGEST[0]]
    items: list[Any] = [SimpleNamespace(nodeid=f"{path}::test") for path in paths]

    pytest_collection_modifyitems(items)

    longest = [f"{each}::test" for each in (LONGEST[0], proofs[1], last)]
    assert [item.nodeid for item in items] == [
        *longest,
        f"{proofs[0]}::test",
        f"{proofs[2]}::test",
    ]
    assert [each for each in LONGEST if not (ROOT / each).exists()] == []


def test_make_verify_runs_what_make_test_leaves_out() -> None:
    (folder,) = arguments("verify")

    assert (ROOT / folder).is_dir()
    assert arguments("test") == [f"--ignore={folder}"]


def test_no_configuration_selects_tests() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]

    assert options["testpaths"] == ["tests"]
    assert [each for each in options["addopts"] if SELECTING.match(each)] == []
    hooks = ("collect_ignore", "pytest_ignore_collect", "pytest_collection_modifyitems")
    using = {
        (hook, str(path.relative_to(TESTS)))
        for path in TESTS.rglob("conftest.py")
        for hook in hooks
        if hook in path.read_text()
    }
    assert using == {("pytest_collection_modifyitems", "proofs/conftest.py")}


def test_every_test_is_in_a_file_that_pytest_collects() -> None:
    named = re.compile(r"^(?:async )?def test_", re.M)
    holding = [path for path in TESTS.rglob("*.py") if named.search(path.read_text())]

    assert [path for path in holding if not path.name.startswith("test_")] == []


def test_only_proofs_start_their_own_servers() -> None:
    (folder,) = arguments("verify")
    others = [path for path in TESTS.rglob("*.py") if not path.is_relative_to(ROOT / folder)]

    assert {
        str(path.relative_to(TESTS)): found for path in others if (found := started(path))
    } == {"conftest.py": {"Stack"}}


def test_ci_runs_both() -> None:
    steps = (ROOT / ".ci" / "run").read_text().splitlines()

    assert [" ".join(each.split()[1:3]) for each in steps if each.startswith("make ")] == [
        "check",
        "test",
        "verify",
    ]
