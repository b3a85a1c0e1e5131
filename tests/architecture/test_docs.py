"""The documents name only what exists, and show messages as they are sent."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from services.intake import json_limits
from services.notifications.audiences.render import REFERRED
from shared.contracts import inbound, outbound, reference, routing
from shared.contracts.codes import CODES
from shared.contracts.event import Classification
from shared.contracts.intake import Reason
from shared.contracts.services import DEPLOYABLES
from tests.examples.refusals import CATALOG, is_from
from tests.proofs.checker.verdict import INVARIANTS
from tests.proofs.cluster.page import blocks

ROOT = Path(__file__).parents[2]
NAMES = ("README.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md", "SECURITY.md")
DOCUMENTS = [ROOT / name for name in NAMES]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
SAMPLES = ROOT / "tests" / "contracts" / "samples"
INTEGRATE = (ROOT / "docs" / "integrate.md").read_text()
FOLDERS = "benchmarks|continuum|deploy|docs|requirements|services|shared|tests"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./*-]+)`")
IN_TESTS = re.compile(r"`((?:unit|integration|contracts|architecture|system)/[\w./*-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)
SECTION = re.compile(r"^#+ ", re.M)
NAME = re.compile(r"\A`([a-z_.]+)`$", re.M)
EXAMPLE = re.compile(r"```json\n(.*?)```", re.S)
CODES_ROW = re.compile(r"\| ((?:`[^`]+`(?:, )?)+) \| \S.* \|")
PLACE = re.compile(r"`([a-z._]+)`: `([a-z_]+)`")
REFUSALS_ROW = re.compile(r"\| ((?:`[a-z_]+`(?:, )?)+) \| ([a-z, ]+) \| \S.* \|")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.stem))
def test_every_path_and_link_leads_somewhere(document: Path) -> None:
    text = document.read_text()

    named = [(ROOT, path) for path in PATH.findall(text)]
    named += [(ROOT / "tests", path) for path in IN_TESTS.findall(text)]
    named += [(document.parent, link) for link in LINK.findall(text)]
    assert [path for root, path in named if not list(root.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.stem))
def test_every_make_target_named_exists(document: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))

    assert set(MAKE.findall(commands(document.read_text()))) <= targets


def test_every_invariant_named_is_checked() -> None:
    named = set(re.findall(r"\bI\d+\b", (ROOT / "README.md").read_text()))

    assert named
    assert named <= set(INVARIANTS)


def commands(text: str) -> str:
    """Return what *text* shows as code, where `make` is a command and not a verb."""
    return "\n".join(re.findall(r"```\n.*?```|`[^`\n]+`", text, re.S))


def is_shown(shown: Any, whole: Any) -> bool:
    """Tell whether *shown* is *whole*, but for lists that are cut."""
    if isinstance(shown, dict) and isinstance(whole, dict):
        return shown.keys() == whole.keys() and all(is_shown(shown[k], whole[k]) for k in shown)
    if isinstance(shown, list) and isinstance(whole, list):
        return len(shown) <= len(whole) and all(map(is_shown, shown, whole))
    return bool(shown == whole)


def examples() -> Iterator[tuple[str, Any]]:
    """Yield each example, a whole message or its data, with its type."""
    for section in SECTION.split(INTEGRATE):
        named = NAME.match(section)
        for text in EXAMPLE.findall(section):
            shown = json.loads(text)
            kind = shown.get("type") or f"gov.cri.{named[1] if named else 'nothing'}.v1"
            yield kind.removeprefix("gov.cri."), shown


@pytest.mark.parametrize(("kind", "shown"), list(examples()))
def test_an_example_for_integrators_is_the_frozen_sample(kind: str, shown: Any) -> None:
    (file,) = SAMPLES.glob(f"*/{kind}.json")
    whole = json.loads(file.read_text())

    assert is_shown(shown, whole if "type" in shown else whole["data"])


def test_the_guide_describes_every_message() -> None:
    headings = {found[1] for part in SECTION.split(INTEGRATE) if (found := NAME.match(part))}
    kinds = {*inbound.DATA, *outbound.TYPES.values()}

    assert {f"gov.cri.{name}.v1" for name in headings} == kinds
    assert {f"gov.cri.{kind}" for kind, _ in examples()} >= kinds


def documented_refusals() -> Iterator[tuple[str, str]]:
    """Yield (code, service) for each row of the guide's table of refusals."""
    table = INTEGRATE.partition("| code | said by | means |\n")[2].partition("\n\n")[0]
    for row in table.splitlines()[1:]:
        found = REFUSALS_ROW.fullmatch(row)
        assert found, row
        for code in re.findall(r"`(\w+)`", found[1]):
            yield from ((code, service) for service in found[2].split(", "))


def test_the_guide_lists_every_refusal_code_with_its_services() -> None:
    known = {(one.code, service) for one in CATALOG.values() for service in one.services}

    assert sorted(documented_refusals()) == sorted(known)


def reasons_shown() -> Iterator[Reason]:
    for _, shown in examples():
        data = shown.get("data", shown)
        yield from map(Reason.model_validate, data.get("reasons", ()))


@pytest.mark.parametrize("shown", list(reasons_shown()), ids=lambda shown: str(shown.path))
def test_a_reason_shown_in_the_guide_is_in_the_catalog(shown: Reason) -> None:
    assert any(is_from(one, shown) for one in CATALOG.values())


Codes = dict[tuple[str, str], set[str]]


def documented_codes() -> Codes:
    """Return the codes in the guide's tables, by type and field; each has a meaning."""
    section = INTEGRATE.partition("## Codes and what they mean")[2].partition("\n## ")[0]
    documented: Codes = {}
    for table in section.split("\n\n**")[1:]:
        title, _, rows = table.partition("\n")
        codes: set[str] = set()
        for row in rows.splitlines():
            found = CODES_ROW.fullmatch(row)
            assert found or row in ("", "| code | means |", "|---|---|"), row
            if found:
                named = re.findall(r"`([^`]+)`", found[1])
                assert not codes & set(named), row
                codes |= set(named)
        documented |= dict.fromkeys(PLACE.findall(title) or [("", title.split("`")[1])], codes)
    return documented


def codes_of(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, code) for each choice in a JSON schema."""
    if isinstance(schema, list):
        for part in schema:
            yield from codes_of(part, name)
    elif isinstance(schema, dict):
        yield from ((name, code) for code in schema.get("enum", ()))
        for key, part in schema.items():
            if key == "properties":
                for field, inner in part.items():
                    yield from codes_of(inner, field)
            elif key not in ("enum", "default", "required"):
                yield from codes_of(part, name)


def codes_in_contracts() -> Codes:
    """Return the codes of every closed list in the participants' messages, by type and field."""
    known: Codes = {}
    for kind, model in inbound.DATA.items():
        short = kind.removeprefix("gov.cri.").removesuffix(".v1")
        schema = model.model_json_schema()
        for field, code in codes_of(schema):
            if not code.startswith("US-"):
                known.setdefault((short, field), set()).add(code)
        if "service_forms" in json.dumps(schema):
            known[short, "service_forms"] = set(inbound.SERVICE_FORMS)
    known["ruleset.approve", "clocks"] = set(reference.CLOCKS)
    known["ruleset.approve", "tie_break"] = set(reference.TIE_BREAKS)
    for kind in ("request.status_changed", "status.told", "engagement.ended"):
        known[kind, "status"] = set(routing.STATUSES)
    known["engagement.affected", "cause"] = set(CODES["causes"])
    known["person.forgotten", "what"] = set(CODES["copies"])
    known["report.told", "stage"] = set(CODES["report_stages"])
    known["report.status_changed", "status"] = set(CODES["report_statuses"])
    known["recommendation.changed", "change"] = set(CODES["recommendation_changes"])
    known["recommendation.changed", "status"] = set(CODES["recommendation_statuses"])
    for kind in ("message.refused", "submission.refused"):
        known[kind, "refused_by"] = set(CODES["refusing_services"])
    known["", "dataclassification"] = set(get_args(Classification))
    return known


def test_the_guide_explains_every_code() -> None:
    documented = documented_codes()
    referred = documented.pop(("referral.made", "reason"))
    known = codes_in_contracts()

    assert documented.keys() == known.keys()
    for place, codes in known.items():
        assert documented[place] == codes, place
    source = "".join(path.read_text() for path in (ROOT / "services" / "routing").rglob("*.py"))
    assert referred >= REFERRED.keys()
    assert {code for code in referred if f'"{code}"' not in source} == set()


@pytest.mark.parametrize(
    "name", ["MAX_BYTES", "MAX_DEPTH", "MAX_VALUES", "MAX_FIELDS", "MANY_VALUES"]
)
def test_the_guide_states_the_limits_on_a_record(name: str) -> None:
    assert f"{getattr(json_limits, name):,}" in INTEGRATE


def test_the_license_file_is_the_one_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE"]
    text = (ROOT / "LICENSE").read_text()
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_security_policy_says_how_to_report_in_private() -> None:
    policy = (ROOT / "SECURITY.md").read_text()

    assert "Report a vulnerability" in policy
    assert "SECURITY.md" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("block", [*blocks()], ids=lambda block: block.split("\n")[0][:60])
def test_every_command_for_operators_is_valid_shell(block: str) -> None:
    checked = subprocess.run(
        ["bash", "-n"], input=block, capture_output=True, text=True, check=False
    )

    assert checked.stderr == ""


def test_the_operators_connection_file_in_the_guide_names_every_service() -> None:
    (block,) = [block for block in blocks() if "generic operator-connection" in block]
    written = json.loads(block.partition("<<END\n")[2].partition("\nEND\n")[0])

    # `continuum status` reports a service without an address as not running.
    assert written.get("probes") == {name: [f"http://{name}-probes:8080"] for name in DEPLOYABLES}
    assert written["operator"]["dsns"].keys() == set(DEPLOYABLES)


def test_the_passwords_in_the_guide_are_those_of_every_service() -> None:
    text = (ROOT / "docs" / "operate.md").read_text()
    loop = re.search(r"^for role in operator \{(.*)\}\{,-migrate\}; do$", text, re.M)

    assert loop
    assert loop[1].split(",") == list(DEPLOYABLES)
