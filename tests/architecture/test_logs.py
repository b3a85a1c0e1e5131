import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALL = re.compile(r'log\.(debug|info|warning|error)\(\s*(f?)"([a-z_.{}]+)"', re.S)
GET = re.compile(r'get_logger\(\)\.(debug|info|warning|error)\(\s*(f?)"([a-z_.{}]+)"', re.S)
ROW = re.compile(r"^\| `([a-z_.]+)` \| (\w+) \|", re.M)
TASK = re.compile(r'Task\(\s*(?:name=)?"([a-z_]+)"', re.S)
# Names that are built from a template.
FILLED_IN = {
    "{what}.not_reached": {"postgres.not_reached", "kafka.not_reached", "own_log.not_reached"},
    "{name}.failed": {"relay.failed", "own_log.failed"},
}


def sources() -> str:
    files = [
        p for root in ("services", "shared", "continuum") for p in (ROOT / root).rglob("*.py")
    ]
    return "\n".join(file.read_text() for file in sorted(files))


def in_code() -> dict[str, str]:
    text = sources()
    found: dict[str, str] = {}
    for severity, filled, name in [*CALL.findall(text), *GET.findall(text)]:
        names = FILLED_IN.get(name, {name}) if filled else {name}
        found.update(dict.fromkeys(names, severity))
    for task in TASK.findall(text):
        found[f"{task}.failed"] = "warning"
    found.pop("{task.name}.failed", None)
    return found


def test_the_catalogue_names_every_log_event_of_the_code_and_no_other() -> None:
    catalogue = dict(ROW.findall((ROOT / "docs/logs.md").read_text()))

    assert catalogue == in_code()
