"""``python -m deploy.monitoring``: promtool checks rules and queries, and runs their tests."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from deploy.monitoring import cases, dashboards, missing
from deploy.monitoring.promql import selectors
from deploy.monitoring.rules import Alert, alerts, rendered, unknown
from deploy.tools.catalog import ToolMissing, place

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks.md"
_SEVERITIES = ("page", "ticket", "none")
_PARTS = ("means", "look", "do", "over")
# An alert that always fires cannot be silent.
_NEVER_SILENT = {"Watchdog"}


def main() -> int:
    """Check the rules and print the result; return 1 if anything is missing or wrong."""
    said = rendered(cases.HERE, "https://runbooks.example/runbooks.md")
    found, spec = list(alerts(said)), cases.spec()
    fire = {alert.key for alert in found if _has(spec, alert, "fires")}
    silent = {alert.key for alert in found if _has(spec, alert, "silent")}
    problems = [*wrong()]
    try:
        with TemporaryDirectory() as folder:
            rules, queries, tests = (
                Path(folder) / f"{name}.yaml" for name in ("rules", "queries", "tests")
            )
            rules.write_text(yaml.safe_dump(said, sort_keys=False))
            queries.write_text(yaml.safe_dump(_as_rules()))
            made = cases.tests(found, spec, str(rules))
            tests.write_text(yaml.safe_dump(made, sort_keys=False))
            problems += _promtool("check", "rules", rules, queries)
            problems += _promtool("test", "rules", tests)
    except ToolMissing as error:
        sys.exit(f"alerts: {error}")
    for line in problems:
        print(f"alerts: {line}", file=sys.stderr)
    print(
        f"alerts: {len(found)} rules, {len(fire)} fire, {len(silent)} silent,"
        f" {len([*missing.inputs()])} metrics are missed, {len(made['tests'])} tests"
    )
    return 1 if problems else 0


def _as_rules() -> Mapping[str, Any]:
    """Return the queries of the dashboards as rules, so that promtool parses them."""
    rules = [
        {"record": f"query:{number}", "expr": query}
        for number, (_, query) in enumerate(dashboards.queries())
    ]
    return {"groups": [{"name": "dashboards", "rules": rules}]}


def _has(spec: cases.Spec, alert: Alert, what: str) -> bool:
    if alert.name == missing.NAME:
        return True  # its tests are generated
    always = what == "silent" and alert.key in _NEVER_SILENT
    return always or any(what in case for case in spec.get(alert.key, ()))


def wrong() -> Iterator[str]:
    """Yield the problems of the rules that can be found without promtool."""
    found, spec, runbooks = list(alerts()), cases.spec(), RUNBOOKS.read_text()
    for key, count in Counter(alert.key for alert in found).items():
        if count > 1:
            yield f"{key}: there are {count} rules of this name"
    for key in spec.keys() - {alert.key for alert in found}:
        yield f"{key}: is tested, and is no rule"
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", runbooks, re.M | re.S))
    for alert in found:
        for what in ("fires", "silent", *(["outlives"] if resets(alert) else [])):
            if not _has(spec, alert, what):
                yield f"{alert.key}: no test in which it {what}"
        if not alert.labels.get("owner"):
            yield f"{alert.key}: no owner"
        if alert.labels.get("severity") not in _SEVERITIES:
            yield f"{alert.key}: its severity is none of {', '.join(_SEVERITIES)}"
        if not alert.annotations.get("summary"):
            yield f"{alert.key}: no summary"
        if "runbook_url" in alert.annotations:
            yield f"{alert.key}: its runbook_url is added for each installation"
        said = re.findall(r"^\*\*(\w+)\.\*\* \S", sections.get(alert.name, ""), re.M)
        if said != [part.capitalize() for part in _PARTS]:
            yield f"{alert.key}: docs/runbooks.md has no section with {', '.join(_PARTS)}"
        for name in unknown([alert.expr]):
            yield f"{alert.key}: nobody shows {name}"
    for name in sections.keys() - {alert.name for alert in found}:
        yield f"docs/runbooks.md: {name} is no rule"


def resets(alert: Alert) -> bool:
    """Tell whether an alert has a ``for`` on metrics that a restart of our processes ends."""
    names = [found.name for found in selectors(alert.expr)]
    ours = any(name == "up" or name.startswith("cri_") for name in names)
    return "for" in alert.rule and alert.name != missing.NAME and ours


def _promtool(*arguments: "str | Path") -> list[str]:
    done = subprocess.run(
        [place("prometheus"), *arguments], capture_output=True, text=True, check=False
    )
    return [] if done.returncode == 0 else [(done.stdout + done.stderr).strip()]


if __name__ == "__main__":
    sys.exit(main())
