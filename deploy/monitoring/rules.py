"""The alert rules: the rule files, and their rendering for one installation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from deploy.monitoring.promql import scoped, selectors
from shared.process.metrics import CATALOG, Entry

HERE = Path(__file__).parent
RULES = HERE / "rules"
TESTS = HERE / "tests.yaml"
# Metrics of other software: their source, and the labels that we use.
OTHERS = {
    "up": ("prometheus", ("job", "instance")),
    "ALERTS": ("prometheus", ("alertname", "alertstate")),
    "kubelet_volume_stats_available_bytes": ("volumes", ("persistentvolumeclaim",)),
    "kubelet_volume_stats_capacity_bytes": ("volumes", ("persistentvolumeclaim",)),
    "kafka_controller_kafkacontroller_offlinepartitionscount": ("kafka", ()),
    "kafka_log_log_size": ("kafka", ("topic", "partition")),
    "kafka_server_replicamanager_underminisrpartitioncount": ("kafka", ()),
    "kafka_server_replicamanager_underreplicatedpartitions": ("kafka", ()),
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp": ("backups", ()),
    "cnpg_pg_replication_lag": ("postgres", ("pod",)),
    "cnpg_pg_replication_streaming_replicas": ("postgres", ("pod",)),
    "cnpg_pg_stat_archiver_last_archived_time": ("backups", ()),
    "cnpg_pg_stat_archiver_last_failed_time": ("backups", ()),
    "cnpg_pg_stat_archiver_seconds_since_last_archival": ("backups", ()),
}
_EVERYWHERE = {"namespace", "service", "job", "instance"}
_DURATION = re.compile(r"(\d+)([smhd])")
_ABOUT = (("objective", "severity"), ("source",))
_LASTS = ("for", "keep_firing_for")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One alert rule; ``rule`` is the YAML of Prometheus.

    ``key`` is its name, with the labels that distinguish it from others of that name.
    """

    key: str
    name: str
    expr: str
    labels: dict[str, str]
    annotations: dict[str, str]
    rule: Mapping[str, Any]


def groups() -> list[dict[str, Any]]:
    """Return the groups of all rule files."""
    files = sorted(RULES.glob("*.yaml"))
    return [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]


def rendered(namespace: str, runbooks: str, without: Iterable[str] = ()) -> dict[str, Any]:
    """
    Return the groups of rules for the installation in one Kubernetes namespace.

    Every metric is restricted to *namespace*, which is also a label of every alert; each alert has
    the URL of its section in *runbooks*. Groups named in *without* are left out.
    """
    made = [group for group in groups() if group["name"] not in without]
    for group in made:
        for rule in group["rules"]:
            rule["expr"] = scoped(rule["expr"], namespace)
            rule["labels"] = {**rule.get("labels", {}), "namespace": namespace}
            if "alert" in rule:
                rule["annotations"]["runbook_url"] = f"{runbooks}#{rule['alert'].lower()}"
    return {"groups": made}


def alerts(given: Mapping[str, Any] | None = None) -> Iterator[Alert]:
    """Yield every alert rule of *given*, by default of the rule files."""
    for group in (given or {"groups": groups()})["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                labels = rule.get("labels", {})
                about = [labels[name] for names in _ABOUT if names[0] in labels for name in names]
                key = " ".join([rule["alert"], *about])
                yield Alert(key, rule["alert"], rule["expr"], labels, rule["annotations"], rule)


def unknown(expressions: Iterable[str]) -> Iterator[str]:
    """Yield the metrics in *expressions* that do not exist, and unknown labels of ours."""
    recorded = {
        rule["record"]: {"objective"}
        for group in groups()
        for rule in group["rules"]
        if "record" in rule
    }
    known = {name: set(labels) for name, (_, labels) in OTHERS.items()} | recorded
    for entry in CATALOG:
        labels = {*entry.labels, "le"} | _EVERYWHERE
        known.update((name, labels) for name in shown_names(entry))
    for expression in expressions:
        for each in selectors(expression):
            if each.name not in known:
                yield each.name
            elif more := each.labels - known[each.name] - _EVERYWHERE:
                yield f"{each.name}{{{', '.join(sorted(more))}}}"


def shown_names(entry: Entry) -> list[str]:
    """Return the names that Prometheus uses for one of our metrics."""
    if entry.kind != "histogram":
        return [entry.name]
    return [f"{entry.name}_{part}" for part in ("bucket", "sum", "count")]


def faster(given: Mapping[str, Any], factor: int) -> dict[str, Any]:
    """
    Return the rules *given* with every duration divided by *factor*, at least a second.

    Thresholds stay the same.
    """
    shorter = partial(_DURATION.sub, lambda found: _shorter(found, factor))
    made = []
    for group in given["groups"]:
        rules = []
        for rule in group["rules"]:
            expr = re.sub(r"\[[^\]]*\]|offset \w+", lambda found: shorter(found[0]), rule["expr"])
            more = {name: shorter(rule[name]) for name in _LASTS if name in rule}
            rules.append({**rule, "expr": expr, **more})
        made.append({"name": group["name"], "rules": rules})
    return {"groups": made}


def seconds(duration: str) -> int:
    """Return one of Prometheus' durations in seconds."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))


def _shorter(found: "re.Match[str]", factor: int) -> str:
    return f"{max(1, seconds(found[0]) // factor)}s"
