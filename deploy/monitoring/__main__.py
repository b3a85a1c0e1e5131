"""``python -m deploy.monitoring``: promtool checks rules and queries; each rule fires, and not."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from deploy.monitoring import dashboards
from deploy.monitoring.rules import RULES, TESTS, Alert, alerts, unknown
from deploy.tools.catalog import ToolMissing, place

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks.md"
_SEVERITIES = ("page", "ticket", "none")
_PARTS = ("means", "look", "do", "over")
# An alert that always fires cannot be silent.
_NEVER_SILENT = {"Watchdog"}
Spec = Mapping[str, Sequence[Mapping[str, Any]]]


def main() -> int:
    """Prove the rules; print the closing line; 1 when anything is missing or wrong."""
    found, spec = list(alerts()), _spec()
    fire = {alert.key for alert in found if _has(spec, alert, "fires")}
    silent = {alert.key for alert in found if _has(spec, alert, "silent")}
    problems = [*wrong()]
    try:
        problems += _promtool("check", "rules", *sorted(RULES.glob("*.yaml")))
        with TemporaryDirectory() as folder:
            file = Path(folder) / "tests.yaml"
            file.write_text(yaml.safe_dump(promtool_tests(found, spec), sort_keys=False))
            queries = Path(folder) / "queries.yaml"
            queries.write_text(yaml.safe_dump(_as_rules()))
            problems += _promtool("check", "rules", queries)
            problems += _promtool("test", "rules", file)
    except ToolMissing as error:
        sys.exit(f"alerts: {error}")
    for line in problems:
        print(f"alerts: {line}", file=sys.stderr)
    print(f"alerts: {len(found)} rules, {len(fire)} fire, {len(silent)} silent")
    return 1 if problems else 0


def _as_rules() -> Mapping[str, Any]:
    """Return the queries of the dashboards as rules, so that promtool parses them."""
    rules = [
        {"record": f"query:{number}", "expr": query}
        for number, (_, query) in enumerate(dashboards.queries())
    ]
    return {"groups": [{"name": "dashboards", "rules": rules}]}


def _spec() -> Spec:
    spec: Spec = yaml.safe_load(TESTS.read_text())
    return spec


def promtool_tests(found: Sequence[Alert], spec: Spec) -> Mapping[str, Any]:
    """Return *spec* as promtool's tests: what fires has the labels and texts of its rule."""
    by_key = {alert.key: alert for alert in found}
    return {
        "rule_files": [str(file) for file in sorted(RULES.glob("*.yaml"))],
        "evaluation_interval": "1m",
        "tests": [_test(by_key, key, case) for key, cases in spec.items() for case in cases],
    }


def _test(by_key: Mapping[str, Alert], key: str, case: Mapping[str, Any]) -> Mapping[str, Any]:
    fires = "fires" in case
    series = case["fires" if fires else "silent"]
    expected = []
    for alert in [by_key[each] for each in (*([key] if fires else ()), *case.get("with", ()))]:
        labels = {**case.get("labels", {}), **alert.labels}
        texts = {name: _filled(text, labels) for name, text in alert.annotations.items()}
        expected.append({"exp_labels": labels, "exp_annotations": texts})
    return {
        "interval": "1m",
        "name": f"{key}: {'fires' if fires else 'is silent'}",
        "input_series": [{"series": name, "values": said} for name, said in series.items()],
        "alert_rule_test": [
            {
                "eval_time": case["at"],
                "alertname": by_key[key].name,
                "exp_alerts": expected,
            }
        ],
    }


def _filled(text: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)


def _has(spec: Spec, alert: Alert, what: str) -> bool:
    always = what == "silent" and alert.key in _NEVER_SILENT
    return always or any(what in case for case in spec.get(alert.key, ()))


def wrong() -> Iterator[str]:
    """Yield what the rules lack, as far as it shows without promtool."""
    found, spec, runbooks = list(alerts()), _spec(), RUNBOOKS.read_text()
    for key, count in Counter(alert.key for alert in found).items():
        if count > 1:
            yield f"{key}: there are {count} rules of this name"
    for key in spec.keys() - {alert.key for alert in found}:
        yield f"{key}: is tested, and is no rule"
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", runbooks, re.M | re.S))
    for alert in found:
        for what in ("fires", "silent"):
            if not _has(spec, alert, what):
                yield f"{alert.key}: no test in which it {what}"
        if not alert.labels.get("owner"):
            yield f"{alert.key}: no owner"
        if alert.labels.get("severity") not in _SEVERITIES:
            yield f"{alert.key}: its severity is none of {', '.join(_SEVERITIES)}"
        if not alert.annotations.get("summary"):
            yield f"{alert.key}: no summary"
        if alert.annotations.get("runbook_url") != f"docs/runbooks.md#{alert.name.lower()}":
            yield f"{alert.key}: runbook_url does not lead to its section"
        said = re.findall(r"^\*\*(\w+)\.\*\* \S", sections.get(alert.name, ""), re.M)
        if said != [part.capitalize() for part in _PARTS]:
            yield f"{alert.key}: docs/runbooks.md has no section with {', '.join(_PARTS)}"
        for name in unknown([alert.expr]):
            yield f"{alert.key}: nobody shows {name}"
    for name in sections.keys() - {alert.name for alert in found}:
        yield f"docs/runbooks.md: {name} is no rule"


def _promtool(*arguments: "str | Path") -> list[str]:
    done = subprocess.run(
        [place("prometheus"), *arguments], capture_output=True, text=True, check=False
    )
    return [] if done.returncode == 0 else [(done.stdout + done.stderr).strip()]


if __name__ == "__main__":
    sys.exit(main())
