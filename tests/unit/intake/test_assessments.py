"""Messages about assessments: codes on the log, texts apart, and who must name a person."""

from typing import Any

import pytest

from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.intake import TOPIC
from tests.examples.inbound import AGENCY, OFFICE, PROVIDER, data_of
from tests.examples.intake import Intake, codes, events, reasons

TYPES = (
    "focus_area.set", "finding.record", "recommendation.record", "recommendation.claim",
    "status.propose", "status.verify",
)  # fmt: skip
WITH_TEXT = TYPES[:4]
CANARY = "canary-9b2e"
TEXT = {"focus_area.set": "title", "recommendation.claim": "words"}


@pytest.fixture
def begun() -> Intake:
    intake = Intake()
    intake.send("request.submit")
    return intake


def changed(intake: Intake, kind: str, **changes: Any) -> Any:
    return data_of(kind, intake.number) | changes


@pytest.mark.parametrize("kind", WITH_TEXT)
def test_the_text_is_a_draft_and_the_codes_are_on_the_log(begun: Intake, kind: str) -> None:
    text = {TEXT.get(kind, "text"): CANARY}

    decision = begun.send(kind, changed(begun, kind, **text))

    log, drafts = decision.published
    assert (log.topic, drafts.topic) == (TOPIC, DRAFTS_TOPIC)
    assert log.subject == drafts.subject == log.key == drafts.key == f"{begun.number}-E1"
    assert CANARY.encode() not in log.value
    draft: Any = drafts.event
    assert draft.data.text == CANARY
    assert draft.data.what == kind
    assert draft.dataclassification == "restricted"
    assert draft.inreplyto == log.event.inreplyto


@pytest.mark.parametrize("kind", TYPES[4:])
def test_a_status_has_no_text(begun: Intake, kind: str) -> None:
    (log,) = begun.send(kind).published

    assert log.topic == TOPIC


def test_the_numbers_of_an_assessment_count_by_themselves(begun: Intake) -> None:
    found = [begun.send(kind) for kind in TYPES]
    amended = events(begun.send("request.amend"))

    assert [each.published[0].number for each in found] == [1, 2, 3, 4, 5, 6]
    assert [each.published[1].number for each in found[:4]] == [1, 2, 3, 4]
    assert [event.number for event in amended if event.type.endswith("amended.v1")] == [2]


@pytest.mark.parametrize("kind", ["status.propose", "status.verify"])
def test_a_status_names_the_person_who_acts(begun: Intake, kind: str) -> None:
    assert reasons(begun.send(kind, actor=None)) == [("actor_needed", "/actor")]


def test_e74_a_provider_never_verifies(begun: Intake) -> None:
    decision = begun.send("status.verify", sender=PROVIDER, actor="staff:a2")

    assert codes(decision) == ["role_not_authorized"]


def test_a_person_of_an_office_needs_a_role_to_verify(begun: Intake) -> None:
    decision = begun.send("status.verify", actor="staff:nobody")

    assert codes(decision) == ["actor_not_authorized"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("sender", [AGENCY, PROVIDER, OFFICE])
def test_each_message_has_its_senders(begun: Intake, kind: str, sender: str) -> None:
    may = {
        "recommendation.claim": {AGENCY, OFFICE},
        "status.verify": {OFFICE},
    }.get(kind, {PROVIDER})

    decision = begun.send(kind, sender=sender)

    refused = decision.outcome == "refused" and codes(decision) == ["role_not_authorized"]
    assert refused != (sender in may)


def test_an_agency_claims_only_what_is_recommended_to_it(begun: Intake) -> None:
    decision = begun.send("recommendation.claim", sender=OFFICE)

    assert reasons(decision) == [("not_yours", "/data/engagement_id")]


FAULTS: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("focus_area.set", {"number": 0}, ("value_out_of_range", "/data/number")),
    ("focus_area.set", {"number": 21}, ("value_out_of_range", "/data/number")),
    ("focus_area.set", {"number": "2"}, ("schema", "/data/number")),
    ("focus_area.set", {"title": ""}, ("schema", "/data/title")),
    ("focus_area.set", {"goal": "reform"}, ("schema", "/data/goal")),
    ("focus_area.set", {"title": "x" * 201}, ("schema", "/data/title")),
    (
        "focus_area.set",
        {"title": "My number is 078-05-1120"},
        ("contains_protected_identifier", "/data/title"),
    ),
    ("finding.record", {"finding": "2"}, ("schema", "/data/finding")),
    ("finding.record", {"finding": "21.1"}, ("schema", "/data/finding")),
    ("finding.record", {"finding": "2.0"}, ("schema", "/data/finding")),
    ("finding.record", {"finding": "2.1.1"}, ("schema", "/data/finding")),
    ("finding.record", {"finding": "2.1\n"}, ("schema", "/data/finding")),
    ("finding.record", {"text": "x" * 4001}, ("schema", "/data/text")),
    ("finding.record", {"text": ""}, ("schema", "/data/text")),
    ("finding.record", {"version": 0}, ("value_out_of_range", "/data/version")),
    ("finding.record", {"basis": ["Policy review"]}, ("schema", "/data/basis/0")),
    ("recommendation.record", {"recommendation": "2.1"}, ("schema", "/data/recommendation")),
    ("recommendation.record", {"recommendation": "2.1.01"}, ("schema", "/data/recommendation")),
    ("recommendation.record", {"recommendation": "2.1.100"}, ("schema", "/data/recommendation")),
    ("recommendation.record", {"due_on": "1899-12-31"}, ("value_out_of_range", "/data/due_on")),
    ("recommendation.record", {"due_on": "soon"}, ("schema", "/data/due_on")),
    ("recommendation.record", {"finding": "2.1"}, ("schema", "/data")),
    ("recommendation.claim", {"done_on": "2026-03-05"}, ("dates_contradict", "/data/done_on")),
    ("recommendation.claim", {"words": ""}, ("schema", "/data/words")),
    ("recommendation.claim", {"words": "x" * 2001}, ("schema", "/data/words")),
    ("recommendation.claim", {"recommendation": "0.1.1"}, ("schema", "/data/recommendation")),
    ("recommendation.claim", {"status": "complete"}, ("schema", "/data")),
    ("status.propose", {"status": "done"}, ("schema", "/data/status")),
    ("status.propose", {"reason_code": "no_money"}, ("schema", "/data/reason_code")),
    ("status.propose", {"on": "2026-03-05"}, ("dates_contradict", "/data/on")),
    ("status.propose", {"basis": ["x"] * 21}, ("schema", "/data/basis")),
    (
        "status.propose",
        {"status": "withdrawn_from_report", "reason_code": None},
        ("schema", "/data/reason_code"),
    ),
    ("status.verify", {"decision": "return"}, ("schema", "/data/reason_code")),
    ("status.verify", {"decision": "reject"}, ("schema", "/data/decision")),
    ("status.verify", {"on": "2026-03-05"}, ("dates_contradict", "/data/on")),
    ("status.verify", {"status": ""}, ("schema", "/data/status")),
    ("status.verify", {"recommendation": "2.1"}, ("schema", "/data/recommendation")),
    *(
        (
            kind,
            {"engagement_id": "CRI-2026-000009-J-E1"},
            ("unknown_engagement", "/data/engagement_id"),
        )
        for kind in TYPES
    ),
]


@pytest.mark.parametrize(("kind", "changes", "found"), FAULTS)
def test_what_could_not_be_recorded_is_refused(
    begun: Intake, kind: str, changes: dict[str, Any], found: tuple[str, str]
) -> None:
    decision = begun.send(kind, changed(begun, kind, **changes))

    code, path = found
    assert [each for each, _ in reasons(decision)] == [code]
    assert reasons(decision)[0][1].startswith(path)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("focus_area.set", {"number": 20}),
        ("focus_area.set", {"goal": "learning"}),
        ("finding.record", {"finding": "20.99", "text": "x" * 4000}),
        ("finding.record", {"basis": [], "version": 2}),
        ("recommendation.record", {"recommendation": "1.1.1", "due_on": None}),
        ("recommendation.record", {"recommendation": "20.99.99"}),
        ("recommendation.claim", {"done_on": "2026-03-03"}),
        ("recommendation.claim", {"words": "x" * 2000}),
        ("status.propose", {"status": "partially_complete", "reason_code": "declined"}),
        ("status.propose", {"status": "withdrawn_from_report"}),
        ("status.propose", {"reason_code": None, "basis": []}),
        ("status.verify", {"decision": "return", "reason_code": "evidence_missing"}),
        ("status.verify", {"reason_code": "as_seen"}),
    ],
)
def test_what_is_within_its_bounds_is_passed_on(
    begun: Intake, kind: str, changes: dict[str, Any]
) -> None:
    assert begun.send(kind, changed(begun, kind, **changes)).outcome == "applied"


def test_the_same_message_again_is_a_repetition(begun: Intake) -> None:
    first = begun.send("finding.record", id="once")
    again = begun.send("finding.record", id="once")

    assert (first.outcome, again.outcome) == ("applied", "duplicate")
