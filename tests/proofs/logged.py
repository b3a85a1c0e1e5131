"""What services have logged, held against the catalogue of log events."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from shared.contracts.reference import CLOCKS, RESERVED_CLOCKS

_ROW = re.compile(r"^\| `([a-z_.]+)` \| (\w+) \| (.*?) ?\|", re.M)
_STANDARD = {
    "timestamp", "severity_text", "severity_number", "event_name",
    "service.name", "service.version", "service.instance.id",
}  # fmt: skip
# Fields that are counts by a name: outcomes of records and of the matcher, reasons, clocks.
_COUNTS = {
    "counts by reason": re.compile(r"[a-z_]+"),
    "outcomes": re.compile(r"[a-z]+"),
    "counts by clock": re.compile("|".join(map(re.escape, CLOCKS - RESERVED_CLOCKS))),
}


def strangers(folder: Path) -> Iterator[str]:
    """Yield what the services' log files hold that the catalogue does not: names, fields, more."""
    text = (Path(__file__).parents[2] / "docs" / "logs.md").read_text()
    catalogue = {
        name: (severity, set(fields.split(", ")) - {""})
        for name, severity, fields in _ROW.findall(text)
    }
    for file in sorted(folder.glob("*.jsonl")):
        for number, written in enumerate(file.read_text().splitlines(), 1):
            for problem in _problems(written, catalogue):
                yield f"{file.name}:{number}: {problem}"


def _problems(written: str, catalogue: dict[str, tuple[str, set[str]]]) -> Iterator[str]:
    try:
        line = json.loads(written)
    except ValueError:
        yield f"no JSON: {written[:80]}"
        return
    name = line.get("event_name")
    if name not in catalogue:
        yield f"{name} is no event of the catalogue"
        return
    severity, fields = catalogue[name]
    if line["severity_text"].lower() != severity:
        yield f"{name} is {line['severity_text']}, not {severity}"
    counts = [pattern for group, pattern in _COUNTS.items() if group in fields]
    for field in line.keys() - _STANDARD - fields:
        if not any(pattern.fullmatch(field) for pattern in counts):
            yield f"{name} has the field {field}"
    for field in _STANDARD - {"service.instance.id"} - line.keys():
        yield f"{name} lacks {field}"
