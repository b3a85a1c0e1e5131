"""The catalogue of metrics in the documents is the one in the code."""

import re
from pathlib import Path

from shared.contracts.services import DEPLOYABLES
from shared.process.metrics import CATALOG, COUNTED

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(cri_\w+)` \| (\w+) \| (rows|process) \| (.*?) ?\| (.*) \|$", re.M)
COUNTS = re.compile(r'\bf?"(\w+) [\w{][^"]*"')
UNITS = ("_seconds", "_total", "_records", "_rows")


def test_the_documented_catalogue_is_the_one_in_the_code() -> None:
    table = ROW.findall((ROOT / "docs" / "metrics.md").read_text())

    assert [
        (name, kind, where, tuple(re.findall(r"`(\w+)`", labels)), meaning)
        for name, kind, where, labels, meaning in table
    ] == [
        (each.name, each.kind, "rows" if each.stored else "process", each.labels, each.meaning)
        for each in CATALOG
    ]


def test_the_documented_label_names_every_service() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text()
    row = re.search(r"^\| `service` \| (.*) \|$", text, re.M)

    assert row
    assert re.findall(r"`(\w+)`", row[1]) == [*DEPLOYABLES, "canary"]


def test_every_metric_is_set_somewhere() -> None:
    module = (ROOT / "shared/process/metrics.py").read_text()
    names = re.findall(
        r"^([A-Z_]+) = (?:StoredCounter|_counter|_gauge|_histogram)\(", module, re.M
    )
    used = [
        file
        for root in ("services", "shared", "continuum")
        for file in (ROOT / root).rglob("*.py")
    ]
    code = "\n".join(file.read_text() for file in used if file.name != "metrics.py")

    assert len(names) == len(CATALOG)
    for name in names:
        counted = f'": {name},' in module
        here = f"\n    {name}.labels(" in module
        assert counted or here or f"metrics.{name}" in code, f"{name} is never set"
    for what in COUNTED:
        assert f'"{what}",' in code, f"{what} is never counted"
