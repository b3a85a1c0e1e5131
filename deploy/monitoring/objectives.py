"""The service level objectives; ``python -m deploy.monitoring.objectives`` writes their rules."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("rules") / "objectives.yaml"
_HEAD = "# Made by `python -m deploy.monitoring.objectives`; a test compares.\n"
# How much faster than allowed the month's errors are used up, over a long and a short window, as
# in the SRE workbook: 2 % in an hour, 5 % in six hours; the rest can wait until the morning.
BURNS = {"page": ((14.4, "1h", "5m"), (6, "6h", "30m")), "ticket": ((1, "3d", "6h"),)}
WINDOWS = ("5m", "30m", "1h", "6h", "3d")
_AGE = "cri_record_age_seconds"
_CANARY = "cri_canary_submissions_total"

# objective: which alert, how many may go wrong in a month, the share that did, in words
OBJECTIVES: Mapping[str, tuple[str, float, str, str]] = {
    "freshness": (
        "RecordAgeBurn",
        0.001,
        f'1 - sum(rate({_AGE}_bucket{{le="60.0"}}[W])) / sum(rate({_AGE}_count[W]))',
        "records are taken in more than a minute after they were written",
    ),
    "notification": (
        "RecordAgeBurn",
        0.001,
        f'1 - sum(rate({_AGE}_bucket{{service="notifications",le="300.0"}}[W]))'
        f' / sum(rate({_AGE}_count{{service="notifications"}}[W]))',
        "notices are sent more than five minutes after the event",
    ),
    "acceptance": (
        "CanaryFailing",
        0.01,
        f'sum(rate({_CANARY}{{outcome!="accepted"}}[W])) / sum(rate({_CANARY}[W]))',
        "a submission gets no answer, or a wrong one",
    ),
}


def rules() -> Mapping[str, Any]:
    """Return, for every objective, the share of errors in each window, and alerts on its burn."""
    recorded = [
        {
            "record": f"cri:errors:ratio_rate{window}",
            "labels": {"objective": objective},
            "expr": share.replace("W", window),
        }
        for objective, (_, _, share, _) in OBJECTIVES.items()
        for window in WINDOWS
    ]
    alerts = [_alert(objective, severity) for objective in OBJECTIVES for severity in BURNS]
    return {"groups": [{"name": "objectives", "rules": [*recorded, *alerts]}]}


def _alert(objective: str, severity: str) -> Mapping[str, Any]:
    alert, allowed, _, words = OBJECTIVES[objective]
    selector = f'{{objective="{objective}"}}'
    burns = [
        f"(cri:errors:ratio_rate{long}{selector} > {factor * allowed:.6g}"
        f" and cri:errors:ratio_rate{short}{selector} > {factor * allowed:.6g})"
        for factor, long, short in BURNS[severity]
    ]
    return {
        "alert": alert,
        "expr": " or ".join(burns),
        "labels": {"severity": severity, "owner": "operators", "objective": objective},
        "annotations": {"summary": f"Too often, {words}."},
    }


def text() -> str:
    """Return the rule file."""
    return _HEAD + yaml.safe_dump(rules(), sort_keys=False, width=1000, allow_unicode=True)


if __name__ == "__main__":
    RULES.write_text(text())
