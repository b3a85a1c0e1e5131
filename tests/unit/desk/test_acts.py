"""The messages of people's acts, and their answers."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from services.desk.acts import OUT_TOPIC, Act, answer_in, message_of, parse_answer, sent
from shared.contracts import inbound
from shared.contracts.event import derived_id
from shared.contracts.reference import Hold, KnownAgency, StaffMember
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Item, Malformed, Record
from tests.examples.streams import START

NUMBER = tracking_number(2026, 1)
SUBSCRIPTION = "0f8fad5b-d9cb-469f-a165-70867728950e"
ACTS: dict[str, BaseModel] = {
    "request.direct": inbound.Direction(
        tracking_number=NUMBER, action="route", program="cri-tac", reason="agency_called"
    ),
    "engagement.end": inbound.EngagementEnding(
        engagement_id=f"{NUMBER}-E1",
        reason="provider_lost",
        then="back_to_lane",
        words_for_requester="We look for another provider.",
    ),
    "engagement.rehome": inbound.Rehoming(
        engagement_id=f"{NUMBER}-E1", reason="provider_lost", to="lane"
    ),
    "clock.settle": inbound.ClockSettlement(
        tracking_number=NUMBER, clock="engagement_silence", reason="agreed_by_telephone"
    ),
    "contact.set": inbound.Contact(contact_id="desk", name="Request desk"),
    "staff.set": StaffMember(id="staff:b", participant="office-desk", roles=["worker"]),
    "agency.set": KnownAgency(id="CA0194200", known_domains=["lapd.example"]),
    "person.forget": inbound.Forgetting(
        participant="web-desk", subscription_id=SUBSCRIPTION, because="asked_by_person"
    ),
    "hold.set": Hold(id="audit-2026", participant="iacp", contact_id="desk", reason="audit"),
}
OF_NO_REQUEST = {"contact.set", "staff.set", "agency.set", "person.forget", "hold.set"}


@pytest.mark.parametrize("kind", ACTS)
def test_an_act_is_a_message_of_the_office_with_the_person_who_acts(kind: str) -> None:
    act = Act(ACTS[kind], token="form-1")

    message = message_of(act, actor="staff:a", at=START, number=1)

    read = inbound.Inbound.model_validate_json(message.value or b"")
    assert read.type == f"gov.cri.{kind}.v1"
    assert (read.actor, read.source) == ("staff:a", "urn:cri:office-desk")
    assert read.id == message.event_id == act.message_id("staff:a")
    assert inbound.DATA[read.type].model_validate(read.data) == ACTS[kind]
    assert act.tracking_number == (None if kind in OF_NO_REQUEST else NUMBER)


@pytest.mark.parametrize("covered", [{"tracking_number": NUMBER}, {"participant": "iacp"}, {}])
def test_what_is_said_of_a_hold_keeps_its_order_whatever_it_covers(
    covered: dict[str, str],
) -> None:
    hold = Hold.model_validate({"id": "audit-2026", "reason": "audit", **covered})

    assert Act(hold, token="form-1").subject == "audit-2026"


def test_the_same_form_of_the_same_person_is_one_message() -> None:
    act = Act(ACTS["request.direct"], token="form-1")

    assert act.message_id("staff:a") == act.message_id("staff:a")
    assert act.message_id("staff:a") != act.message_id("staff:b")
    again = Act(ACTS["request.direct"], token="form-2")
    assert act.message_id("staff:a") != again.message_id("staff:a")


def test_an_act_about_a_contact_belongs_to_the_case_it_was_made_in() -> None:
    act = Act(ACTS["contact.set"], token="form-1", case=NUMBER)

    assert act.tracking_number == NUMBER
    assert NUMBER.encode() not in (
        message_of(act, actor="staff:a", at=START, number=1).value or b""
    )


def test_what_only_providers_may_send_is_no_act() -> None:
    close = Act(inbound.Close(engagement_id=f"{NUMBER}-E1", reason="completed"), token="form-1")

    with pytest.raises(KeyError):
        message_of(close, actor="staff:a", at=START, number=1)


def test_a_person_needs_one_of_the_roles_of_the_contract() -> None:
    act = Act(ACTS["request.direct"], token="form-1")

    assert act.may_be_sent_with({"worker", "reader"})
    assert not act.may_be_sent_with({"reader", "administrator"})


def test_an_act_is_known_again_by_its_message() -> None:
    act = Act(ACTS["engagement.end"], token="form-1")
    message = message_of(act, actor="staff:a", at=START, number=1)

    found = sent(message.value or b"")

    assert found is not None
    assert found.message_id == message.event_id
    assert found.tracking_number == NUMBER
    assert (found.actor, found.kind, found.reason, found.sent_at) == (
        "staff:a", "engagement.end", "provider_lost", START,
    )  # fmt: skip
    assert sent(b'{"type": "gov.cri.later.thing.v1"}') is None


def told(kind: str, data: dict[str, Any], *, answers: str | None = "m-1") -> Record:
    message = {
        "specversion": "1.0",
        "id": derived_id("told", kind, "1"),
        "source": "urn:cri:continuum:notifications",
        "type": f"gov.cri.{kind}.v1",
        "subject": NUMBER,
        "time": START.isoformat(),
        "correlationid": "c",
        "causationid": "c",
        "data": data,
        **({} if answers is None else {"inreplytoid": answers}),
    }
    return Record(OUT_TOPIC, 0, 0, b"office-desk", json.dumps(message).encode(), (), START)


def test_an_answer_says_what_became_of_the_message_and_why() -> None:
    reason = {"code": "not_referred", "path": "/tracking_number", "message": "No.", "fix": "Look."}
    applied = parse_answer(told("message.applied", {"what": "request.direct", "about": NUMBER}))
    refused = parse_answer(told("message.refused", {"refused_by": "routing", "reasons": [reason]}))

    assert isinstance(applied, Item)
    assert isinstance(refused, Item)
    found = answer_in(applied.message)
    assert found is not None
    assert found[:3] == ("m-1", "applied", None)
    found = answer_in(refused.message)
    assert found is not None
    assert found.answer == "refused"
    assert json.loads(found.reasons or "") == [reason]


def test_what_the_office_is_told_otherwise_is_no_answer() -> None:
    found = parse_answer(told("referral.made", {"tracking_number": NUMBER}, answers=None))

    assert isinstance(found, Item)
    assert answer_in(found.message) is None


def test_what_is_no_message_is_malformed() -> None:
    record = told("referral.made", {})

    assert isinstance(parse_answer(record._replace(value=b"{}")), Malformed)
    assert isinstance(parse_answer(record._replace(value=None)), Malformed)
