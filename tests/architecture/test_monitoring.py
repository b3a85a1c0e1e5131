"""The alert rules are consistent; `make alerts` shows that they fire and stay silent."""

from deploy.monitoring import __main__ as alerting
from deploy.monitoring import cases, dashboards, missing, objectives, rules
from deploy.monitoring.promql import scoped, selectors
from shared.process.metrics import CATALOG
from shared.process.probes import STALL_SECONDS
from tests.proofs.alerts.faults import FAULTS, LOOK_BACK, NOT_REPRODUCED


def test_every_rule_has_tests_an_owner_a_runbook_and_metrics_that_exist() -> None:
    assert [*alerting.wrong()] == []


def test_the_rules_of_the_objectives_are_up_to_date() -> None:
    assert objectives.RULES.read_text() == objectives.text()


def test_there_is_an_alert_on_the_absence_of_every_metric_that_rules_need() -> None:
    assert missing.RULES.read_text() == missing.text()

    names = {name for _, name, _ in missing.inputs()}
    rest_on = {each.name for alert in rules.alerts() for each in selectors(alert.expr)}
    elsewhere = {"up", "cri_canary_submissions_total"}  # ServiceDown, NoCanary
    elsewhere |= {  # only where there is mail
        "cri_mails_total", "cri_mail_oldest_waiting_seconds", "cri_mails_unknown",
        "cri_participants_unreached_late",
    }  # fmt: skip
    recorded = {name for name in rest_on if name.startswith("cri:")}
    assert rest_on - recorded - elsewhere <= names


def test_no_alert_waits_longer_than_its_metric_lasts() -> None:
    """A stalled process is restarted, which resets its gauges."""
    kept = {each.name for each in CATALOG if each.stored}
    for alert in filter(alerting.resets, rules.alerts()):
        names = (
            {each.name for each in selectors(alert.expr)} - kept - {"cri_canary_submissions_total"}
        )
        if names:
            assert rules.seconds(alert.rule["for"]) <= STALL_SECONDS / 2, alert.key


def test_every_metric_of_a_rule_is_narrowed_to_one_namespace() -> None:
    said = rules.rendered("here", "https://example.org/runbooks.md")

    for group in said["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["namespace"] == "here"
            for each in selectors(rule["expr"]):
                assert each.matchers.startswith('namespace="here"'), rule["expr"]
    for alert in rules.alerts(said):
        address = f"https://example.org/runbooks.md#{alert.name.lower()}"
        assert alert.annotations["runbook_url"] == address


def test_a_namespace_is_added_to_metrics_and_nothing_else() -> None:
    expression = (
        'sum by (job) (rate(a_total{b="x{}",c=~"d|e"}[5m] offset 1h)) / on (job)'
        " group_left (f) g:h unless absent(i) > 2 * 1e3 and histogram_quantile(0.9, j)"
        " or vector(0)"
    )

    assert scoped(expression, "n") == (
        'sum by (job) (rate(a_total{namespace="n",b="x{}",c=~"d|e"}[5m] offset 1h))'
        ' / on (job) group_left (f) g:h{namespace="n"}'
        ' unless absent(i{namespace="n"}) > 2 * 1e3'
        ' and histogram_quantile(0.9, j{namespace="n"}) or vector(0)'
    )


def test_the_life_of_a_process_is_repeated_until_the_time_of_the_case() -> None:
    case = {"outlives": {"a": "1x2 stale"}, "at": "8m"}

    (given,) = cases.series(case, "n")

    assert given["values"] == "1 1 1 stale 1 1 1 stale 1"


def test_the_dashboards_are_up_to_date_and_name_existing_metrics() -> None:
    written = {file.stem: file.read_text() for file in dashboards.HERE.glob("*.json")}

    assert written == {name: dashboards.text(name) for name in dashboards.DASHBOARDS}
    assert {
        p: [*rules.unknown([q])] for p, q in dashboards.queries() if [*rules.unknown([q])]
    } == {}


def test_an_unknown_metric_is_found_anywhere_in_an_expression() -> None:
    expression = (
        'max by (service) (cri_outbox_rows{topic="x"} > cri_invented) or'
        " rate(cri_batch_duration_seconds_bucket[5m]) > 2 * cri_batch_duration_seconds offset 5m"
    )

    assert list(rules.unknown([expression])) == [
        "cri_outbox_rows{topic}",
        "cri_invented",
        "cri_batch_duration_seconds",
    ]


def test_faster_rules_are_the_same_but_for_their_durations() -> None:
    said = [rule for group in rules.groups() for rule in group["rules"]]
    given = {"groups": rules.groups()}
    faster = [rule for group in rules.faster(given, 60)["groups"] for rule in group["rules"]]

    assert [rule.get("alert") for rule in faster] == [rule.get("alert") for rule in said]
    (parked,) = [rule for rule in faster if rule.get("alert") == "KeyParkedTooLong"]
    assert parked["for"] == "60s"
    (mismatch,) = [rule for rule in faster if rule.get("alert") == "ProjectionMismatch"]
    assert "offset 10s" in mismatch["expr"]
    (blocked,) = [rule for rule in faster if rule.get("alert") == "PartitionBlocked"]
    assert blocked["keep_firing_for"] == "5s"


def test_every_alert_is_raised_by_a_fault_or_listed_with_a_reason_why_not() -> None:
    raised = {alert for fault in FAULTS for alert in fault.alerts}
    known = {alert.name for alert in rules.alerts()}

    assert raised & NOT_REPRODUCED.keys() == set()
    assert raised | NOT_REPRODUCED.keys() == known
    assert known >= LOOK_BACK
