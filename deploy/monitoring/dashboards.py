"""The dashboards; ``python -m deploy.monitoring.dashboards`` writes them for Grafana."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from deploy.monitoring.promql import scoped
from shared.contracts.services import DEPLOYABLES

HERE = Path(__file__).with_name("dashboards")
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_WIDTH, _HEIGHT, _WHOLE = 8, 8, 24
_AGE = "cri_record_age_seconds_bucket"
_CANARY = "cri_canary_submissions_total"


class Panel(NamedTuple):
    """One question and the query that answers it; ``legend`` names each line's labels."""

    title: str
    query: str
    legend: str = ""
    unit: str = "short"
    kind: str = "timeseries"


DASHBOARDS: Mapping[str, tuple[str, Sequence[Panel]]] = {
    "program": (
        "Program: requests, waiting, overdue",
        (
            Panel(
                "Requests by status", "max by (status) (cri_requests)", "status", kind="bargauge"
            ),
            Panel("Waiting, by lane", "max by (lane) (cri_waitlist_length)", "lane"),
            Panel("Offers awaiting a provider", "max(cri_offers_open)", kind="stat"),
            Panel(
                "Accepted in a day, by lane",
                "max by (lane) (increase(cri_requests_accepted_total[1d]))",
                "lane",
            ),
            Panel(
                "Refused by intake in a day, by reason",
                "max by (reason) (increase(cri_submissions_refused_total[1d]))",
                "reason",
            ),
            Panel(
                "Promises with running clocks", "max by (clock) (cri_obligations_open)", "clock"
            ),
            Panel("Promises overdue", "max by (clock) (cri_obligations_overdue)", "clock"),
            Panel(
                "Promises missed in 30 days",
                "max by (clock) (increase(cri_clock_missed_total[30d])) or vector(0)",
                "clock",
            ),
            Panel(
                "Notification decisions, an hour",
                "max by (outcome) (increase(cri_notifications_total[1h]))",
                "outcome",
            ),
            Panel(
                "Waiting on the office's list, by kind",
                "max by (kind) (cri_work_items) or vector(0)",
                "kind",
            ),
        ),
    ),
    "operator": (
        "Operator: submissions, lag, backlog",
        (
            # The first row: are submissions answered, which service waits, since when?
            Panel(
                "Submissions answered correctly, five minutes",
                f'sum(rate({_CANARY}{{outcome="accepted"}}[5m])) / sum(rate({_CANARY}[5m]))',
                unit="percentunit",
                kind="stat",
            ),
            Panel(
                "Partitions blocked by a record",
                "max by (service, topic) (cri_blocked_partitions)",
                "service topic",
            ),
            Panel(
                "No progress while records wait",
                "max by (service, topic) (cri_consumer_standing_seconds)",
                "service topic",
                "s",
            ),
            Panel(
                "Firing alerts",
                'count by (alertname) (ALERTS{alertstate="firing"})',
                "alertname",
                kind="bargauge",
            ),
            Panel(
                "Processes up, by service",
                f'sum by (job) (up{{job=~"{"|".join((*DEPLOYABLES, "canary"))}"}})',
                "job",
            ),
            Panel(
                "Age of records taken in, p99",
                f"histogram_quantile(0.99, sum by (service, le) (rate({_AGE}[5m])))",
                "service",
                "s",
            ),
            Panel(
                "Last checkpoint moved",
                "time() - max by (service) (cri_consumer_last_progress_timestamp_seconds)",
                "service",
                "s",
            ),
            Panel("Lag", "sum by (service, topic) (cri_consumer_lag_records)", "service topic"),
            Panel(
                "Taken in, by outcome",
                "sum by (service, outcome)"
                " (max by (service, topic, outcome) (rate(cri_consumed_records_total[5m])))",
                "service outcome",
                "ops",
            ),
            Panel(
                "Batch duration, p99",
                "histogram_quantile(0.99,"
                " sum by (service, le) (rate(cri_batch_duration_seconds_bucket[5m])))",
                "service",
                "s",
            ),
            Panel(
                "Oldest message in the outbox",
                "max by (service) (cri_outbox_oldest_age_seconds)",
                "service",
                "s",
            ),
            Panel("Messages in the outbox", "max by (service) (cri_outbox_rows)", "service"),
            Panel("Leading relays", "sum by (service) (cri_relay_leader)", "service"),
            Panel(
                "Messages sent",
                "sum by (service) (rate(cri_relay_published_total[5m]))",
                "service",
                "ops",
            ),
            Panel(
                "Messages set aside",
                "max by (service) (cri_outbox_set_aside_rows)",
                "service",
            ),
            Panel(
                "Dead letters in a day",
                "max by (service, reason) (increase(cri_dead_letters_total[1d]))",
                "service reason",
            ),
            Panel("Parked keys", "max by (service) (cri_parked_keys)", "service"),
            Panel("Held records", "max by (service) (cri_held_records)", "service"),
            Panel("Effects unaccounted", "max by (service) (cri_effects_unaccounted)", "service"),
            Panel(
                "Events of unknown types in a day",
                "max by (service, kind) (increase(cri_schema_unknown_total[1d]))",
                "service kind",
            ),
            Panel(
                "Records lost in a day",
                "max by (service, topic) (increase(cri_lost_records_total[1d]))",
                "service topic",
            ),
            Panel(
                "Batches retried, an hour",
                "sum by (service, error) (increase(cri_failed_batches_total[1h])) or vector(0)",
                "service error",
            ),
            Panel(
                "Batches fenced, an hour",
                "sum by (service) (increase(cri_fenced_batches_total[1h]))",
                "service",
            ),
            Panel(
                "Rebalances, an hour",
                "sum by (service) (increase(cri_rebalances_total[1h]))",
                "service",
            ),
            Panel("Versions", "count by (service, version) (cri_build_info)", "service version"),
            # Where there is mail.
            Panel(
                "Mails per day, by outcome",
                "max by (state) (increase(cri_mails_total[1d])) or vector(0)",
                "state",
            ),
            Panel("Mails waiting", "max(cri_mails_waiting) or vector(0)"),
            Panel("Mails of unknown outcome", "max(cri_mails_unknown) or vector(0)"),
            Panel(
                "Oldest mail waiting",
                "max(cri_mail_oldest_waiting_seconds) or vector(0)",
                unit="s",
            ),
            # Where there is a desk.
            Panel(
                "Sign-ins at the desk in a day, by outcome",
                "sum by (outcome) (increase(cri_sign_ins_total[1d])) or vector(0)",
                "outcome",
            ),
            Panel(
                "Requests of browsers at the desk, by status",
                "sum by (face, status) (rate(cri_desk_requests_total[5m])) or vector(0)",
                "face status",
                "reqps",
            ),
            Panel(
                "Pages of the desk that failed in a day",
                "sum by (face, page)"
                ' (increase(cri_desk_requests_total{status="5xx"}[1d])) or vector(0)',
                "face page",
            ),
            Panel(
                "Oldest act without an answer",
                "max(cri_act_oldest_unanswered_seconds) or vector(0)",
                unit="s",
            ),
        ),
    ),
    "participant": (
        "Participants: service level now",
        (
            Panel(
                "Submissions answered correctly, an hour",
                f'sum(rate({_CANARY}{{outcome="accepted"}}[1h])) / sum(rate({_CANARY}[1h]))',
                unit="percentunit",
                kind="stat",
            ),
            Panel(
                "From submission to answer, p99",
                "histogram_quantile(0.99,"
                " sum by (le) (rate(cri_canary_answer_seconds_bucket[1h])))",
                unit="s",
            ),
            Panel(
                "Notices within five minutes, an hour",
                f'sum(rate({_AGE}{{service="notifications",le="300.0"}}[1h]))'
                ' / sum(rate(cri_record_age_seconds_count{service="notifications"}[1h]))',
                unit="percentunit",
                kind="stat",
            ),
            Panel("Waiting, by lane", "max by (lane) (cri_waitlist_length)", "lane"),
            Panel(
                "Refusal reasons, a day",
                "max by (reason) (increase(cri_submissions_refused_total[1d]))",
                "reason",
            ),
            Panel(
                "Messages to participants, an hour",
                'max(increase(cri_notifications_total{outcome="sent"}[1h]))',
            ),
        ),
    ),
}


def queries(namespace: str = "continuum") -> Iterator[tuple[str, str]]:
    """Yield every query with the dashboard and title of its panel, for one namespace."""
    for name, (_, panels) in DASHBOARDS.items():
        for panel in panels:
            yield f"{name}: {panel.title}", scoped(panel.query, namespace)


def text(name: str) -> str:
    """Return one dashboard as Grafana reads it."""
    title, panels = DASHBOARDS[name]
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    namespace = {
        "name": "namespace",
        "label": "Installation",
        "type": "query",
        "datasource": _SOURCE,
        "query": "label_values(cri_build_info, namespace)",
        "refresh": 2,
    }
    dashboard = {
        "uid": f"continuum-{name}",
        "title": f"Continuum · {title}",
        "tags": ["continuum"],
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "schemaVersion": 39,
        "templating": {"list": [source, namespace]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }
    return json.dumps(dashboard, indent=1, ensure_ascii=False) + "\n"


def _panel(number: int, panel: Panel) -> Mapping[str, Any]:
    across = _WHOLE // _WIDTH
    place = {
        "h": _HEIGHT,
        "w": _WIDTH,
        "x": number % across * _WIDTH,
        "y": number // across * _HEIGHT,
    }
    legend = " ".join(f"{{{{{label}}}}}" for label in panel.legend.split())
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "gridPos": place,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "expr": scoped(panel.query, "$namespace"),
                "legendFormat": legend or panel.title,
            }
        ],
    }


if __name__ == "__main__":
    for each in DASHBOARDS:
        (HERE / f"{each}.json").write_text(text(each))
