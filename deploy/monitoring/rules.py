"""The alert rules as they are written, and what they say of themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from shared.runtime.metrics import CATALOGUE

HERE = Path(__file__).parent
RULES = HERE / "rules"
TESTS = HERE / "tests.yaml"
# Whose metrics we use beside our own, and which labels of theirs.
OTHERS = {
    "up": ("Prometheus", ("job", "instance")),
    "ALERTS": ("Prometheus", ("alertname", "alertstate")),
    "kubelet_volume_stats_available_bytes": ("the kubelet", ("persistentvolumeclaim",)),
    "kubelet_volume_stats_capacity_bytes": ("the kubelet", ("persistentvolumeclaim",)),
    "kafka_log_log_size": ("Kafka's brokers", ("topic", "partition")),
}
_EVERYWHERE = {"service", "job", "instance"}
_NAME = re.compile(r"[a-zA-Z_:][\w:]*")
_WORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring"}
_LISTS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_SELECTED = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_DURATION = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert rule; ``key`` is its name, with its objective and severity where there are two."""

    key: str
    name: str
    expr: str
    labels: dict[str, str]
    annotations: dict[str, str]


def groups() -> list[dict[str, Any]]:
    """Return the groups of all rule files."""
    files = sorted(RULES.glob("*.yaml"))
    return [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]


def alerts() -> Iterator[Alert]:
    """Yield every alert rule."""
    for rule in _rules():
        if "alert" in rule:
            labels = rule.get("labels", {})
            about = [labels["objective"], labels["severity"]] if "objective" in labels else []
            key = " ".join([rule["alert"], *about])
            annotations = rule.get("annotations", {})
            yield Alert(key, rule["alert"], rule["expr"], labels, annotations)


def unknown(expressions: Iterable[str]) -> Iterator[str]:
    """Yield what *expressions* name that nobody shows: metrics, and labels of ours."""
    recorded = {rule["record"]: {"objective"} for rule in _rules() if "record" in rule}
    known = {name: set(labels) for name, (_, labels) in OTHERS.items()} | recorded
    for entry in CATALOGUE:
        names = [entry.name]
        if entry.kind == "histogram":
            names = [f"{entry.name}_{part}" for part in ("bucket", "sum", "count")]
        known.update((name, {*entry.labels, "le"} | _EVERYWHERE) for name in names)
    for expression in expressions:
        for name, selectors in _SELECTED.findall(expression):
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selectors))
            if more := labels - known.get(name, labels) - _EVERYWHERE:
                yield f"{name}{{{', '.join(sorted(more))}}}"
        yield from sorted(set(_metrics(expression)) - known.keys())


def faster(factor: int) -> dict[str, Any]:
    """
    Return the same rules with every duration divided by *factor*, at least a second.

    Thresholds stay: what counts as late is the same, only how long it must last is not.
    """
    shorter = partial(_DURATION.sub, lambda found: _shorter(found, factor))
    made = []
    for group in groups():
        rules = []
        for rule in group["rules"]:
            expr = re.sub(r"\[[^\]]*\]|offset \w+", lambda found: shorter(found[0]), rule["expr"])
            more = {"for": shorter(rule["for"])} if "for" in rule else {}
            rules.append({**rule, "expr": expr, **more})
        made.append({"name": group["name"], "rules": rules})
    return {"groups": made}


def _shorter(found: "re.Match[str]", factor: int) -> str:
    return f"{max(1, int(found[1]) * _SECONDS[found[2]] // factor)}s"


def _rules() -> Iterator[dict[str, Any]]:
    for group in groups():
        yield from group["rules"]


def _metrics(expression: str) -> Iterator[str]:
    """Yield the names in *expression* that are neither functions, words nor labels."""
    bare = re.sub(r'"[^"]*"', "", _LISTS.sub("", expression))
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|offset \w+|\$\w+", "", bare)
    for found in _NAME.finditer(bare):
        is_function = bare[found.end() :].lstrip().startswith("(") and found[0] not in _WORDS
        is_number = found.start() > 0 and bare[found.start() - 1].isdigit()
        if not is_function and not is_number and found[0] not in _WORDS:
            yield found[0]
