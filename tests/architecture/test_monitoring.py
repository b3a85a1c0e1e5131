"""The alert rules hang together; that they fire and are silent, `make alerts` shows."""

from deploy.monitoring import __main__ as alerting
from deploy.monitoring import dashboards, objectives, rules
from tests.system.alerts.faults import FAULTS, LOOK_BACK, NOT_PLAYED


def test_every_rule_has_tests_an_owner_a_runbook_and_metrics_that_exist() -> None:
    assert [*alerting.wrong()] == []


def test_the_rules_of_the_objectives_are_what_the_objectives_say() -> None:
    assert objectives.RULES.read_text() == objectives.text()


def test_the_dashboards_are_what_their_panels_say_and_name_metrics_that_exist() -> None:
    written = {file.stem: file.read_text() for file in dashboards.HERE.glob("*.json")}

    assert written == {name: dashboards.text(name) for name in dashboards.DASHBOARDS}
    assert {
        p: [*rules.unknown([q])] for p, q in dashboards.queries() if [*rules.unknown([q])]
    } == {}


def test_a_name_that_nobody_shows_is_found_wherever_it_stands() -> None:
    expression = (
        'max by (service) (cri_outbox_rows{topic="x"} > cri_invented) or'
        " rate(cri_batch_duration_seconds_bucket[5m]) > 2 * cri_batch_duration_seconds offset 5m"
    )

    assert list(rules.unknown([expression])) == [
        "cri_outbox_rows{topic}",
        "cri_batch_duration_seconds",
        "cri_invented",
    ]


def test_faster_rules_are_the_same_but_for_their_durations() -> None:
    said = [rule for group in rules.groups() for rule in group["rules"]]
    faster = [rule for group in rules.faster(60)["groups"] for rule in group["rules"]]

    assert [rule.get("alert") for rule in faster] == [rule.get("alert") for rule in said]
    (parked,) = [rule for rule in faster if rule.get("alert") == "KeyParkedTooLong"]
    assert parked["for"] == "60s"
    (mismatch,) = [rule for rule in faster if rule.get("alert") == "ProjectionMismatch"]
    assert "offset 10s" in mismatch["expr"]


def test_every_alert_is_raised_by_a_fault_or_named_with_the_reason_why_it_cannot_be() -> None:
    raised = {alert for fault in FAULTS for alert in fault.alerts}
    known = {alert.name for alert in rules.alerts()}

    assert raised & NOT_PLAYED.keys() == set()
    assert raised | NOT_PLAYED.keys() == known
    assert known >= LOOK_BACK
