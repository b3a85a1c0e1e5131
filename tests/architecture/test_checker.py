"""The checker judges from outside: it shares no code with what it judges."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from shared.contracts.services import SERVICES
from tests.proofs.checker import owners, projections

ROOT = Path(__file__).parents[2]
CHECKER = Path(__file__).parents[1] / "proofs" / "checker"
OURS = {"services", "shared", "continuum", "deploy", "benchmarks"}
NOT_FOLDED = {"intake"}
"""Its rows are compared with the records of participants instead, in submissions.py."""


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


def test_the_checker_folds_every_service() -> None:
    called = set(projections.i10_projections_are_folds.__code__.co_names)

    for service in set(SERVICES) - NOT_FOLDED:
        assert (CHECKER / f"fold_{service}.py").exists()
        assert f"wrong_in_{service}" in called


def test_the_checker_knows_the_owner_of_every_topic_between_services() -> None:
    topics = yaml.safe_load((ROOT / "deploy/topics.yaml").read_text())["topics"]
    owned = {
        topic["name"]: topic["owner"]
        for topic in topics
        if "<" not in topic["name"] and not topic["name"].startswith(("cri.in.", "cri.out."))
    }

    assert owned == owners._OWNERS
