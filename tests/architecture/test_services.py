"""One module lists the services; everything else derives from it."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

import services.desk.restore
import services.intake.restore
import services.notifications.restore.reader
import services.reporting.restore
import services.routing.restore
import services.webdesk.restore
from continuum import accounting_effects, letter
from continuum.rebuild.services import FOLDED
from continuum.status.readers import READ_BY
from shared.contracts.services import DEPLOYABLES, PUBLIC_DESK, SERVICES
from shared.delivery.restore.catch_up import Restore
from tests.proofs.chaos import damage
from tests.proofs.checker import delivery
from tests.proofs.fuzz import checks

ROOT = Path(__file__).parents[2]
LIST = "shared/contracts/services.py"
CHECKER = ROOT / "tests/proofs/checker"
"""It shares no code with what it judges, so it has names of its own."""
ALL_IN_A_ROW = re.compile(rf"(?:\b(?:{'|'.join(SERVICES)})\b(?:\W|and|or)*){{{len(SERVICES)},}}")
DECIDING = {
    *("audiences", "checks", "decide", "life", "project", "render", "rules"),
    *("draft", "figures", "gate", "months", "release", "tellings", "work"),
}
NOT_CALLED: Any = None
RESTORES: Mapping[str, Restore] = {
    "intake": services.intake.restore.Restore(NOT_CALLED, office="program-office"),
    "routing": services.routing.restore.Restore(),
    "notifications": services.notifications.restore.reader.Restore(),
    "reporting": services.reporting.restore.Restore(),
    "desk": services.desk.restore.Restore(),
    "webdesk": services.webdesk.restore.Restore(NOT_CALLED),
}
FOLDERS = ("services", "shared", "continuum", "deploy", "benchmarks", "tests")


def listed(file: Path) -> Iterator[int]:
    """Yield the lines of collections and of texts that list every service."""
    text = file.read_text()
    if not all(name in text for name in SERVICES):
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each):
                if {one.value for one in each if isinstance(one, ast.Constant)} >= set(SERVICES):
                    yield node.lineno
            case ast.Constant(value=str(said)) if ALL_IN_A_ROW.search(said):
                yield node.lineno


def test_one_module_lists_the_services() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{line}"
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*.py")
        if not file.is_relative_to(CHECKER)
        for line in listed(file)
    }

    assert {each for each in found if not each.startswith(f"{LIST}:")} == set()
    assert found


def test_it_lists_the_folders_of_services() -> None:
    folders = {file.parent.name for file in (ROOT / "services").glob("*/__main__.py")}

    assert set(DEPLOYABLES) == folders


def test_the_import_contracts_name_every_service() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {f"services.{service}" for service in DEPLOYABLES}
    named = {
        contract["name"]: set(contract[key])
        for contract in settings["contracts"]
        for key, kind in (("modules", "independence"), ("containers", "layers"))
        if contract["type"] == kind and any("services" in each for each in contract.get(key, ()))
    }

    assert len(named) >= 2
    assert {name: packages - each for name, each in named.items() if packages - each} == {}


def test_the_contract_on_deciding_names_every_module_that_decides() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = (
        each
        for each in settings["contracts"]
        if each["name"] == "what decides does no I/O and has no hidden inputs"
    )
    deciding = {
        f"services.{service}.{path.stem}"
        for service in DEPLOYABLES
        for path in (ROOT / "services" / service).iterdir()
        if path.stem in DECIDING
    }

    assert deciding == set(contract["source_modules"])


def test_the_operators_command_knows_every_service() -> None:
    assert FOLDED.keys() == READ_BY.keys() == letter._AT_RISK.keys() == set(DEPLOYABLES)


def topics() -> list[str]:
    """Return the topics between services, and one participant's topic."""
    listed = yaml.safe_load((ROOT / "deploy" / "topics.yaml").read_text())["topics"]
    return [*(each["name"] for each in listed if "<" not in each["name"]), "cri.in.acme.v1"]


def read_by(topic: str) -> set[str]:
    return {service for service, pattern in READ_BY.items() if pattern.search(topic)}


def test_the_accounting_expects_every_reader_to_store_facts() -> None:
    storing = set(DEPLOYABLES) - {"intake", PUBLIC_DESK}  # the public desk reads no facts

    for topic, readers in accounting_effects.READERS.items():
        assert set(readers) == read_by(topic) & storing, topic
    assert {f"stored by {service}" for service in storing} <= accounting_effects.AT_RISK.keys()


def test_checker_chaos_and_fuzzing_know_what_every_service_reads() -> None:
    for topic in topics():
        checked = {service for service, each in delivery.READS.items() if topic.startswith(each)}
        assert checked == read_by(topic), topic
    for topic, readers in damage.READERS.items():
        assert set(readers) == read_by(topic), topic
    reading = set(DEPLOYABLES) - {"intake", PUBLIC_DESK}
    assert {service for service, _, _ in checks.READERS} == reading


def test_a_restore_takes_in_every_topic_that_its_service_reads() -> None:
    assert RESTORES.keys() == set(DEPLOYABLES)
    for service, restore in RESTORES.items():
        for topic in topics():
            taken = any(re.match(names, topic) for names in restore.order)
            assert taken or service not in read_by(topic), f"{service}: {topic}"


def test_kubernetes_has_a_folder_a_database_and_a_scaler_for_every_service() -> None:
    kubernetes = ROOT / "deploy" / "kubernetes"
    components = kubernetes / "components"
    base = yaml.safe_load((kubernetes / "base" / "kustomization.yaml").read_text())
    databases = yaml.safe_load_all((components / "postgres-cnpg" / "databases.yaml").read_text())
    cluster = yaml.safe_load((components / "postgres-cnpg" / "cluster.yaml").read_text())
    scalers = yaml.safe_load_all((components / "keda" / "scaling.yaml").read_text())

    assert set(base["resources"]) == set(DEPLOYABLES)
    assert {f"continuum_{name}" for name in DEPLOYABLES} <= {
        each["spec"]["name"] for each in databases if each["kind"] == "Database"
    }
    assert {role for name in DEPLOYABLES for role in (name, f"{name}_migrate")} <= {
        role["name"] for role in cluster["spec"]["managed"]["roles"]
    }
    assert {f"continuum_{name} {name},{name}_migrate,+operator" for name in DEPLOYABLES} == {
        line.removeprefix("hostssl ").removesuffix(" all scram-sha-256")
        for line in cluster["spec"]["postgresql"]["pg_hba"]
        if line.startswith("hostssl continuum_")
    }
    assert set(DEPLOYABLES) == {
        each["metadata"]["name"] for each in scalers if each["kind"] == "ScaledObject"
    }
