import ast
import re
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.contracts import intake, notifications, outbound, reference, reporting, routing
from shared.contracts.services import DEPLOYABLES

ROOT = Path(__file__).parents[2]
MODULES = {"__init__", "__main__", "app", "settings", "handlers", "store"}
JUNK = {"utils", "helpers", "common", "base", "types", "exceptions", "constants", "misc"}


def topics() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "deploy/topics.yaml").read_text())[
        "topics"
    ]
    return found


@pytest.mark.parametrize("service", DEPLOYABLES)
def test_every_service_has_the_same_modules(service: str) -> None:
    folder = resources.files(f"services.{service}")
    names = {file.name.removesuffix(".py") for file in folder.iterdir()}

    assert names >= MODULES | {"sql", "migrations"}
    assert names & {"decide", "project", "life"}


def test_there_are_no_junk_drawers() -> None:
    found = [p for root in ("services", "shared", "deploy", "continuum")
             for p in (ROOT / root).rglob("*.py") if p.stem in JUNK]  # fmt: skip

    assert found == []


def test_html_is_in_templates_alone() -> None:
    element = re.compile(r"</?(?:html|body|div|p|span|table|t[rdh]|li|ul|h\d)\b[^\n]*>")
    found = [
        f"{path.relative_to(ROOT)}: {part.value!r}"
        for root in ("services", "shared", "deploy", "continuum", "benchmarks")
        for path in (ROOT / root).rglob("*.py")
        for part in ast.walk(ast.parse(path.read_text()))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if element.search(part.value)
    ]

    assert found == []


def test_nothing_but_tests_runs_a_module_of_tests() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {part.value!r}"
        for root in ("services", "shared", "deploy", "continuum", "benchmarks")
        for path in (ROOT / root).rglob("*.py")
        for part in ast.walk(ast.parse(path.read_text()))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if re.match(r"tests/|tests\.(?!yaml)", part.value)
    ]

    assert found == []


def test_no_time_limit_can_lose_a_cancellation() -> None:
    """`asyncio.wait_for` of Python 3.11 does; `asyncio.timeout` does not."""
    folders = ("continuum", "deploy", "services", "shared")
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]

    using = [file.relative_to(ROOT) for file in files if "asyncio.wait_for(" in file.read_text()]

    assert files
    assert using == []


def test_importing_a_service_does_nothing_but_define() -> None:
    for service in DEPLOYABLES:
        module = import_module(f"services.{service}.app")

        assert callable(module.build)
        assert not [name for name in vars(module) if name in ("pool", "broker", "settings")]


def test_every_topic_of_the_contracts_is_listed_with_its_owner() -> None:
    owners = {topic["name"]: topic["owner"] for topic in topics()}

    assert owners[intake.TOPIC] == owners[intake.ANSWERS_TOPIC] == "intake"
    assert owners[intake.CONFIDENTIAL_TOPIC] == owners[reference.TOPIC] == "intake"
    assert owners[routing.TOPIC] == "routing"
    assert owners[notifications.TOPIC] == "notifications"
    assert owners[notifications.MAIL_TOPIC] == "notifications"
    assert owners[reporting.TOPIC] == owners[reporting.PROGRAMS_TOPIC] == "reporting"
    assert owners[reporting.RELEASES_TOPIC] == "reporting"


def test_only_intake_and_notifications_read_the_confidential_topic() -> None:
    readers = {topic["name"]: topic["readers"] for topic in topics()}

    assert readers[intake.CONFIDENTIAL_TOPIC] == ["intake", "notifications"]


def test_every_service_reads_what_it_writes() -> None:
    for topic in topics():
        if topic["owner"] in DEPLOYABLES:
            assert topic["owner"] in topic["readers"], topic["name"]


def test_nothing_is_compacted() -> None:
    for topic in topics():
        assert re.fullmatch(r"\d+|ever", str(topic["kept"]))


def test_outbound_types_are_distinct() -> None:
    assert len(set(outbound.TYPES.values())) == len(outbound.TYPES)


def test_one_module_writes_all_envelopes() -> None:
    writers = [
        file.relative_to(ROOT).as_posix()
        for root in ("services", "shared")
        for file in (ROOT / root).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and key.value == "specversion"
    ]

    assert writers == ["shared/contracts/envelope.py"]
