"""
promtool's tests of the rules: those of ``tests.yaml``, and those generated for every rule.

The generated ones: another namespace neither raises an alert here nor hides one, and an alert
fires for each missing metric.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, cycle, islice
from typing import Any

import yaml

from deploy.monitoring import missing
from deploy.monitoring.promql import scoped
from deploy.monitoring.rules import TESTS, Alert
from shared.contracts.services import DEPLOYABLES

HERE, ELSEWHERE = "continuum", "elsewhere"
KINDS = ("fires", "silent", "outlives")
"""What the alert does in a case; ``outlives``: it keeps firing while all processes restart."""
Case = Mapping[str, Any]
Spec = Mapping[str, Sequence[Case]]


def spec() -> Spec:
    """Return the cases of ``tests.yaml`` by the key of their alert."""
    cases: Spec = yaml.safe_load(TESTS.read_text())
    return cases


def kind(case: Case) -> str:
    """Return the kind of a case."""
    (found,) = (each for each in KINDS if each in case)
    return found


def series(case: Case, namespace: str) -> Iterator[Mapping[str, str]]:
    """Yield promtool's series of a case; ``outlives`` repeats a process's life until the time."""
    repeated = kind(case) == "outlives"
    for name, values in case[kind(case)].items():
        if repeated:
            life = list(chain.from_iterable(map(_expanded, values.split())))
            values = " ".join(islice(cycle(life), int(case["at"].removesuffix("m")) + 1))
        yield {"series": scoped(name, namespace), "values": values}


def tests(alerts: Sequence[Alert], said: Spec, rules: str) -> Mapping[str, Any]:
    """Return promtool's tests of *alerts*, whose file is *rules*."""
    by_key = {alert.key: alert for alert in alerts}
    made = [_test(by_key, key, case) for key, cases in said.items() for case in cases]
    made += [each for key, cases in said.items() for each in _elsewhere(by_key, key, cases)]
    made += _not_shown(by_key)
    return {"rule_files": [rules], "evaluation_interval": "1m", "tests": made}


def _test(by_key: Mapping[str, Alert], key: str, case: Case) -> Mapping[str, Any]:
    fire = [*([] if kind(case) == "silent" else [key]), *case.get("with", ())]
    expected = [_fired(by_key[each], case.get("labels", {})) for each in fire]
    given = list(series(case, HERE))
    return _promtool(f"{key}: {kind(case)}", given, case["at"], by_key[key].name, expected)


def _elsewhere(by_key: Mapping[str, Alert], key: str, cases: Sequence[Case]) -> Iterator[Any]:
    """Yield tests of two installations, of which one has the problem."""
    trouble, calm = (
        next((case for case in cases if kind(case) == each), None) for each in ("fires", "silent")
    )
    if trouble is None or calm is None:
        return
    name = by_key[key].name
    given = [*series(calm, HERE), *series(trouble, ELSEWHERE)]
    expected = [_fired(by_key[each], calm.get("labels", {})) for each in calm.get("with", ())]
    yield _promtool(f"{key}: trouble elsewhere is silent here", given, calm["at"], name, expected)
    given = [*series(trouble, HERE), *series(calm, ELSEWHERE)]
    fire = [key, *trouble.get("with", ())]
    expected = [_fired(by_key[each], trouble.get("labels", {})) for each in fire]
    title = f"{key}: calm elsewhere hides nothing here"
    yield _promtool(title, given, trouble["at"], name, expected)


def _not_shown(by_key: Mapping[str, Alert]) -> Iterator[Mapping[str, Any]]:
    """Yield, for each metric that rules use, a test in which only it is missing."""
    inputs = list(missing.inputs())
    up = [f'up{{job="{service}"}}' for service in DEPLOYABLES]
    for absent in [None, *inputs]:
        shown = [*up, *(selector for each in inputs if each != absent for selector in each[2:])]
        given = [{"series": scoped(each, HERE), "values": "1x10"} for each in shown]
        expected = []
        if absent is not None:
            source, metric, selector = absent
            service = {"service": selector.split('"')[1]} if '"' in selector else {}
            alert = by_key[f"{missing.NAME} {source}"]
            expected = [_fired(alert, {"metric": metric, **service})]
        name = f"{absent[1] if absent else 'nothing'} is missing"
        yield _promtool(name, given, "8m", missing.NAME, expected)


def _fired(alert: Alert, labels: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the expected alert: exactly these labels, and the texts filled in with them."""
    labels = {**labels, **alert.labels}
    texts = {
        name: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)
        for name, text in alert.annotations.items()
    }
    return {"exp_labels": labels, "exp_annotations": texts}


def _promtool(
    name: str, given: Sequence[Mapping[str, str]], at: str, alert: str, expected: Sequence[Any]
) -> Mapping[str, Any]:
    asked = {"eval_time": at, "alertname": alert, "exp_alerts": list(expected)}
    return {"interval": "1m", "name": name, "input_series": given, "alert_rule_test": [asked]}


def _expanded(word: str) -> Sequence[str]:
    """Return the values of one word of promtool's notation: ``a``, ``axn``, ``a+bxn``, others."""
    found = re.fullmatch(r"(\d+)(?:\+(\d+))?x(\d+)", word)
    if found is None:
        return [word]
    first, step, times = int(found[1]), int(found[2] or 0), int(found[3])
    return [str(first + step * number) for number in range(times + 1)]
