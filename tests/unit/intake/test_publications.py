"""Messages about publication: codes on the log, texts apart, and who must name a person."""

import json
from typing import Any

import pytest

from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.intake import TOPIC
from shared.contracts.publications import INBOUND
from tests.examples.inbound import AGENCY, OFFICE, PROVIDER, data_of
from tests.examples.intake import Intake, codes, reasons

TYPES = [kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in INBOUND]
CANARY = "canary-5e80"
WITH_TEXT: dict[str, dict[str, Any]] = {
    "report.draft": {"title": CANARY, "summary": CANARY},
    "fact_check.answer": {"items": [{"item": "2.1", "answer": "dispute", "words": CANARY}]},
    "publication.return": {"why": CANARY},
    "reply.state": {"text": CANARY},
    "report.correct": {"before": CANARY, "after": CANARY, "why": CANARY},
    "report.withdraw": {"why": CANARY},
}
SENDERS = {
    "report.draft": {PROVIDER, OFFICE},
    "report.read": {AGENCY, OFFICE},
    "fact_check.answer": {AGENCY, OFFICE},
    "reply.state": {AGENCY, OFFICE},
}


@pytest.fixture
def begun() -> Intake:
    intake = Intake()
    intake.send("request.submit")
    return intake


def changed(intake: Intake, message: str, /, **changes: Any) -> Any:
    return data_of(message, intake.number) | changes


@pytest.mark.parametrize("kind", WITH_TEXT)
def test_e80_texts_are_drafts_and_never_on_the_log(begun: Intake, kind: str) -> None:
    log, drafts = begun.send(kind, changed(begun, kind, **WITH_TEXT[kind])).published

    assert (log.topic, drafts.topic) == (TOPIC, DRAFTS_TOPIC)
    assert log.subject == drafts.subject == log.key == drafts.key == f"{begun.number}-E1"
    assert CANARY.encode() not in log.value
    codes_, draft = log.event, drafts.event
    assert isinstance(draft.model_dump()["data"]["text"], str)
    assert set(json.loads(draft.model_dump()["data"]["text"]).values()) == {CANARY}
    assert draft.dataclassification == "restricted"
    assert codes_.model_dump()["data"]["texts"] == drafts.number
    assert draft.inreplyto == codes_.inreplyto


@pytest.mark.parametrize("kind", sorted(set(TYPES) - WITH_TEXT.keys()))
def test_a_message_without_texts_waits_for_none(begun: Intake, kind: str) -> None:
    (log,) = begun.send(kind).published

    assert log.event.model_dump()["data"]["texts"] is None


def test_a_fact_check_without_words_has_no_text(begun: Intake) -> None:
    (log,) = begun.send(
        "fact_check.answer", changed(begun, "fact_check.answer", items=[])
    ).published

    assert log.topic == TOPIC


def test_texts_count_with_those_of_what_is_recorded(begun: Intake) -> None:
    recorded = begun.send("finding.record")
    drafted = begun.send("report.draft")

    assert [each.published[1].number for each in (recorded, drafted)] == [1, 2]


def test_a_plan_names_the_agency_of_the_request(begun: Intake) -> None:
    (log,) = begun.send("publication.plan").published
    submitted = data_of("request.submit", begun.number)["agency"]

    data = log.event.model_dump()["data"]
    assert (data["agency"], data["state"]) == (submitted["name"], submitted["state"])


@pytest.mark.parametrize(
    "kind", ["report.draft", "publication.approve", "report.correct", "correction.approve"]
)
def test_what_needs_two_persons_names_them(begun: Intake, kind: str) -> None:
    assert reasons(begun.send(kind, actor=None)) == [("actor_needed", "/actor")]


@pytest.mark.parametrize("kind", ["publication.approve", "correction.approve"])
def test_only_an_approver_publishes(begun: Intake, kind: str) -> None:
    assert codes(begun.send(kind, actor="staff:w1")) == ["actor_not_authorized"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("sender", [AGENCY, PROVIDER, OFFICE])
def test_each_message_has_its_senders(begun: Intake, kind: str, sender: str) -> None:
    decision = begun.send(kind, sender=sender)

    refused = decision.outcome == "refused" and codes(decision) == ["role_not_authorized"]
    assert refused != (sender in SENDERS.get(kind, {OFFICE}))


@pytest.mark.parametrize("kind", ["fact_check.answer", "reply.state"])
def test_only_who_made_the_request_speaks_for_the_agency(begun: Intake, kind: str) -> None:
    assert reasons(begun.send(kind, sender=OFFICE)) == [("not_yours", "/data/engagement_id")]


def test_no_participant_learns_which_engagements_of_others_there_are(begun: Intake) -> None:
    unknown = changed(begun, "report.read", engagement_id="CRI-2026-999999-A-E1")

    of_another = begun.send("report.read", sender="ny-post")
    of_nobody = begun.send("report.read", unknown, sender="ny-post")

    assert reasons(of_another) == [("not_recorded", "/data/report_id")]
    told = [each.published[0].event.model_dump()["data"] for each in (of_another, of_nobody)]
    assert told[0] == told[1]


def test_an_office_asks_for_a_report_of_any_agency_and_is_named_as_one(begun: Intake) -> None:
    by_office, by_agency = (begun.send("report.read", sender=who) for who in (OFFICE, AGENCY))

    facts = [each.published[0].event.model_dump()["data"] for each in (by_office, by_agency)]
    assert [each["by_office"] for each in facts] == [True, False]
    of_nobody = changed(begun, "report.read", engagement_id="CRI-2026-999999-A-E1")
    assert reasons(begun.send("report.read", of_nobody, sender=OFFICE)) == [
        ("not_recorded", "/data/report_id")
    ]


FAULTS: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("publication.plan", {"kind": "novel"}, ("schema", "/data/kind")),
    ("publication.plan", {"every": "month"}, ("schema", "/data/every")),
    (
        "publication.plan",
        {"first_due_on": "0900-01-01"},
        ("value_out_of_range", "/data/first_due_on"),
    ),
    ("publication.plan", {"aliases": ["X"] * 11}, ("schema", "/data/aliases")),
    ("publication.reschedule", {"reason": "rain"}, ("schema", "/data/reason")),
    (
        "publication.reschedule",
        {"new_due_on": "2027-04-30"},
        ("dates_contradict", "/data/new_due_on"),
    ),
    ("report.draft", {"report_id": "Initial 1"}, ("schema", "/data/report_id")),
    ("report.draft", {"version": 0}, ("value_out_of_range", "/data/version")),
    ("report.draft", {"as_of": "2026-03-09"}, ("dates_contradict", "/data/as_of")),
    ("report.draft", {"items": ["21.1"]}, ("schema", "/data/items/0")),
    ("report.draft", {"items": ["2.1.1.1"]}, ("schema", "/data/items/0")),
    ("report.draft", {"title": ""}, ("schema", "/data/title")),
    ("report.draft", {"summary": "x" * 4001}, ("schema", "/data/summary")),
    ("fact_check.answer", {"hash": "abc"}, ("schema", "/data/hash")),
    (
        "fact_check.answer",
        {"items": [{"item": "2.1", "answer": "dispute"}]},
        ("schema", "/data/items/0/words"),
    ),
    ("report.read", {"version": 0}, ("value_out_of_range", "/data/version")),
    ("publication.approve", {"hash": "0" * 63}, ("schema", "/data/hash")),
    ("publication.return", {"why": ""}, ("schema", "/data/why")),
    ("reply.state", {"text": "x" * 2001}, ("too_long", "/data/text")),
    ("reply.state", {"text": ""}, ("schema", "/data/text")),
    ("report.correct", {"item": "2.1.1.1"}, ("schema", "/data/item")),
    ("report.correct", {"correction": 0}, ("value_out_of_range", "/data/correction")),
    ("report.correct", {"item": "title", "after": "x" * 201}, ("schema", "/data/after")),
    ("report.correct", {"item": "title", "after": "Two\nlines"}, ("schema", "/data/after")),
    ("report.correct", {"item": "2", "after": "Force\u202e"}, ("schema", "/data/after")),
    ("report.correct", {"item": "2", "after": " Force"}, ("schema", "/data/after")),
    ("correction.approve", {"correction": "1"}, ("schema", "/data/correction")),
    ("report.withdraw", {"why": "x" * 2001}, ("schema", "/data/why")),
]


@pytest.mark.parametrize(("kind", "changes", "expected"), FAULTS)
def test_what_is_wrong_is_named_with_its_place(
    begun: Intake, kind: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert reasons(begun.send(kind, changed(begun, kind, **changes))) == [expected]


@pytest.mark.parametrize(
    ("item", "after"),
    [("title", "x" * 200), ("2", "Use of force"), ("summary", "x\n" * 2_000), ("2.1", "Two\n")],
)
def test_a_correction_has_the_form_of_the_text_that_it_replaces(
    begun: Intake, item: str, after: str
) -> None:
    correction = changed(begun, "report.correct", item=item, after=after)

    _, drafts = begun.send("report.correct", correction).published

    assert json.loads(drafts.event.model_dump()["data"]["text"])["after"] == after


@pytest.mark.parametrize("length", [1_800, 2_000])
def test_e79_a_reply_of_up_to_2000_characters_is_passed_on_unchanged(
    begun: Intake, length: int
) -> None:
    text = "é" * length

    _, drafts = begun.send("reply.state", changed(begun, "reply.state", text=text)).published

    assert json.loads(drafts.event.model_dump()["data"]["text"]) == {"text": text}


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "report.read"])
def test_an_engagement_that_does_not_exist_is_refused(begun: Intake, kind: str) -> None:
    other = changed(begun, kind, engagement_id="CRI-2026-999999-A-E1")

    assert codes(begun.send(kind, other))[0] == "unknown_engagement"
