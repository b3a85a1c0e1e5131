"""I17: what services show is what they hold."""

import re
from collections import Counter

from tests.system.checker.delivery import OUTCOMES
from tests.system.checker.findings import Findings
from tests.system.checker.log import IN
from tests.system.checker.run import Run

_GAUGES = {
    "cri_held_records": "held",
    "cri_parked_keys": "parked_keys",
    "cri_outbox_set_aside_rows": "set_aside",
}
_CONSUMED = re.compile(r"cri_consumed_records\{([^}]*)\} (\S+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def i17_metrics_are_counts(run: Run) -> Findings:
    """What a service shows of its checkpoints and tables is what they hold."""
    for service in run.tables:
        if (text := run.metrics.get(service)) is None:
            yield f"{service} shows no metrics"
            continue
        shown: Counter[tuple[str, str]] = Counter()
        for labels, value in _CONSUMED.findall(text):
            named = dict(_LABEL.findall(labels))
            shown[named["topic"], named["outcome"]] += int(float(value))
        held: Counter[tuple[str, str]] = Counter()
        for row in run.rows(service, "checkpoints"):
            topic = f"{IN}*" if row["topic"].startswith(IN) else row["topic"]
            for outcome in OUTCOMES:
                held[topic, outcome] += row[outcome]
        for topic, outcome in sorted(shown.keys() | held.keys()):
            said, counted = shown[topic, outcome], held[topic, outcome]
            wrong = f"{service} shows {said} {outcome} of {topic}, its checkpoints say {counted}"
            yield None if said == counted else wrong
        for name, table in _GAUGES.items():
            found = re.search(rf"^{name}\{{[^}}]*\}} (\S+)$", text, re.MULTILINE)
            rows = len(run.rows(service, table))
            same = found is not None and int(float(found[1])) == rows
            yield None if same else f"{service}: {name} does not show the {rows} rows there are"
