"""The checker judges from outside: it shares no code with what it judges."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKER = Path(__file__).parents[1] / "proofs" / "checker"
OURS = {"services", "shared", "continuum", "deploy", "benchmarks"}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


@pytest.mark.parametrize("file", sorted(CHECKER.glob("*.py")), ids=lambda file: str(file.stem))
def test_the_checker_imports_only_itself_and_libraries(file: Path) -> None:
    for name in imported(file):
        assert name.split(".")[0] not in OURS
        assert not name.startswith("tests") or name.startswith("tests.proofs.checker")
