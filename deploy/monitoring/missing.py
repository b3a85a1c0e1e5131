"""
A rule is blind when its metrics are not there: alerts on the absence of each of them.

``python -m deploy.monitoring.missing`` writes the rules. When all processes of a service are gone,
ServiceDown or NoCanary fires; these alerts are on what is not shown although its source answers,
or has never been connected.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.monitoring.promql import selectors
from deploy.monitoring.rules import OTHERS, groups, shown_names
from shared.contracts.services import SERVICES
from shared.process.metrics import CATALOG

RULES = Path(__file__).with_name("rules") / "missing.yaml"
NAME = "MetricsMissing"
_GROUP = "missing-"
_HEAD = "# Made by `python -m deploy.monitoring.missing`; a test compares.\n"
# Metrics of ours that not every service shows.
_SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "cri_calendar_end_timestamp_seconds": ("routing",),
    "cri_requests_known": ("intake", "reporting"),
    "cri_canary_submissions_total": (),  # NoCanary counts them as none
}
# Shown where a service was told to trust one: always in Kubernetes, never on one machine.
_CERTIFICATE = "cri_certificate_expiry_timestamp_seconds"


def inputs() -> Iterator[tuple[str, str, str]]:
    """Yield the source, name and selector of each metric that rules rest on."""
    ours = {name for each in CATALOG for name in shown_names(each)}
    names = {
        found.name
        for group in groups()
        if not group["name"].startswith(_GROUP)
        for rule in group["rules"]
        for found in selectors(rule["expr"])
    }
    for name in sorted(names):
        if name in ours:
            for service in _SHOWN_BY.get(name, SERVICES):
                source = "certificates" if name == _CERTIFICATE else service
                yield source, name, f'{name}{{service="{service}"}}'
        elif name in OTHERS and OTHERS[name][0] != "prometheus":
            yield OTHERS[name][0], name, name


def rules() -> Mapping[str, Any]:
    """Return one rule for each source; each names the metric that is missing."""
    by_source: dict[str, list[str]] = {}
    for source, name, selector in inputs():
        absent = f'label_replace(absent({selector}), "metric", "{name}", "", "")'
        by_source.setdefault(source, []).append(absent)
    return {
        "groups": [
            {"name": f"{_GROUP}{source}", "rules": [_alert(source, absent)]}
            for source, absent in sorted(by_source.items())
        ]
    }


def _alert(source: str, absent: list[str]) -> Mapping[str, Any]:
    expr = "\nor\n".join(absent)
    if source in SERVICES:
        expr = f'(\n{expr}\n)\nand on () (sum(up{{job="{source}"}}) > 0)'
    return {
        "alert": NAME,
        "expr": expr,
        "for": "2m",
        "keep_firing_for": "5m",
        "labels": {"severity": "ticket", "owner": "platform", "source": source},
        "annotations": {
            "summary": f"{{{{ $labels.metric }}}} is missing ({source}): alerts on it cannot fire."
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as a block."""


_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style="|" if "\n" in value else None
    ),
)


def text() -> str:
    """Return the rule file."""
    return _HEAD + yaml.dump(rules(), Dumper=_Dumper, sort_keys=False, width=1000)


if __name__ == "__main__":
    RULES.write_text(text())
