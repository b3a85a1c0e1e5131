"""Every refusal that the door has is said to a record that deserves it, with its texts whole."""

from collections.abc import Callable
from typing import Any

import pytest

from services.intake import json_limits
from services.intake.batch_state import Decision
from services.intake.decide import decide
from services.intake.handlers import IntakeReader
from services.intake.message import Message
from shared.contracts.intake import SubmissionRefused
from shared.messaging.records import DELETED
from tests.examples.door import AGENCIES, Door
from tests.examples.inbound import (
    OFFICE,
    PROVIDER,
    agency,
    data_of,
    record,
    rule,
    ruleset,
    submission,
)  # fmt: skip
from tests.examples.refusals import CATALOG, is_said

Says = Callable[[Door], Decision]
UNREACHED = {"NOT_ALLOWED"}
"""What is said of an error that a later pydantic might find, and this one does not."""
UNKNOWN = "CRI-2026-000999-9"


def bytes_(value: bytes | None, **of_record: Any) -> Says:
    return lambda door: door.send(value, **of_record)


def says(kind: str, data: Any = None, **changes: Any) -> Says:
    return lambda door: door.say(kind, data, **changes)


def asks(**changes: Any) -> Says:
    """Another submission, with changes."""
    return says("request.submit", submission(**{"reference": "r-2", **changes}))


def but(kind: str, **changes: Any) -> Says:
    """The usual message of *kind* about the door's request, with changes in its data."""
    return lambda door: door.say(kind, data_of(kind, door.number) | changes)


def rules(**changes: Any) -> Says:
    return says("ruleset.approve", ruleset(**changes))


def when(**condition: Any) -> Says:
    return rules(rules=[rule(when=[condition])])


def registers(**changes: Any) -> Says:
    return but("participant.register", **changes)


def twice(kind: str, data: Any = None, **changes: Any) -> Says:
    def both(door: Door) -> Decision:
        door.say(kind, data, **changes)
        return door.say(kind, data, **changes)

    return both


def ended(door: Door) -> Decision:
    request = door.batch.requests[door.number]
    door.batch.requests[door.number] = request._replace(ended="closed")
    return door.say("request.amend")


def of_another(door: Door) -> Decision:
    return door.say("request.withdraw", sender="ny-post")


def reused_id(door: Door) -> Decision:
    door.say("contact.set", id="same")
    return door.say("status.ask", id="same")


def other_no_longer_said(door: Door) -> Decision:
    door.say("request.submit", submission(reference="r-2", topics=["other"], other_topic="Dogs."))
    number = [*door.batch.requests][-1]
    return door.say("request.amend", {"tracking_number": number, "other_topic": None})


def unprocessable(**changes: Any) -> Says:
    def refused(door: Door) -> Decision:
        reader = IntakeReader(agencies=AGENCIES, office=OFFICE)
        item = reader.unprocessable(record(b"{}")._replace(**changes))
        assert item is not None
        assert isinstance(item.message, Message)
        return decide(item.message, door.batch)

    return refused


SAID: dict[str, Says] = {
    "NO_VALUE": bytes_(None),
    "TOO_MANY_BYTES": bytes_(b" " * (json_limits.MAX_BYTES + 1)),
    "TOO_MANY_VALUES": bytes_(b"[" + b"1," * json_limits.MAX_VALUES + b"1]"),
    "TOO_DEEP": bytes_(b"[" * 100 + b"]" * 100),
    "NOT_UTF_8": bytes_(b"\xff\xfe"),
    "HALF_A_PAIR": bytes_(b'{"id": "\\ud800"}'),
    "NOT_JSON": bytes_(b"{"),
    "SERIALIZER_PREFIX": bytes_(b"\0\0\0\0\7{}"),
    "DUPLICATE_KEY": bytes_(b'{"id": "a", "id": "b"}'),
    "NOT_AN_EVENT": bytes_(b"[]"),
    "BINARY_MODE": bytes_(b"{}", headers=(("ce_id", b"1"),)),
    "UNKNOWN_TYPE": says("request.wish", {}),
    "UNSUPPORTED_VERSION": says("request.submit", type="gov.cri.request.submit.v9"),
    "NOT_PROCESSABLE": unprocessable(),
    "DELETED_UNREAD": unprocessable(unreadable=DELETED),
    "PARTICIPANT_NOT_REGISTERED": says("request.submit", sender="stranger"),
    "SOURCE_NOT_REGISTERED": says("request.submit", source="urn:cri:ny-post"),
    "ROLE_NOT_AUTHORIZED": says("request.submit", sender=PROVIDER),
    "ID_REUSED": reused_id,
    "REFERENCE_REUSED": asks(reference="CA-2026-0042", need=None),
    "TOO_OFTEN": twice("status.ask"),
    "MISSING": says("status.ask", {}),
    "UNKNOWN_FIELD": says("status.ask", {"about": "all", "no name!": 1}),
    "UNKNOWN_FIELD_NAMED": says("status.ask", {"about": "all", "priority": 1}),
    "TOO_MANY_FIELDS": says("status.ask", {f"f{n}": n for n in range(json_limits.MAX_FIELDS + 1)}),
    "NOT_A_TEXT": says("status.ask", {"about": 1}),
    "NOT_A_WHOLE_NUMBER": but("capacity.declare", entries=[{"can_take": "one"}]),
    "NOT_A_BOOLEAN": asks(may_be_named="yes"),
    "NOT_A_LIST": asks(topics="all"),
    "NOT_AN_OBJECT": asks(agency="LAPD"),
    "TEXT_TOO_LONG": says("status.ask", {"about": "a" * 99}),
    "TEXT_TOO_SHORT": says("status.ask", {"about": ""}),
    "LIST_TOO_LONG": asks(goals=["trust"] * 9),
    "LIST_TOO_SHORT": asks(topics=[]),
    "PATTERN": says("status.ask", {"about": "all", "after": "7"}),
    "CONTENT_TYPE": says("status.ask", datacontenttype="text/plain"),
    "NOT_REGISTERED_VALUE": asks(goals=["fame"]),
    "UNKNOWN_STATE": asks(agency=agency(state="US-XX")),
    "NOT_A_DATE": asks(first_contact_on="soon"),
    "NOT_A_TIME": says("status.ask", time="soon"),
    "NOT_RFC_3339": says("status.ask", time="2026-03-02 07:00:00Z"),
    "NO_OFFSET": says("status.ask", time="2026-03-02T07:00:00"),
    "NUMBER_AS_TIME": says("status.ask", time="1772463600"),
    "NOT_AN_EMAIL": but("contact.set", email="none"),
    "UNKNOWN_ZONE": but("contact.set", zone="Mars/Olympus"),
    "NOT_A_TRACEPARENT": says("status.ask", traceparent="00"),
    "BLANK": but("contact.set", name=" "),
    "SPACE_AT_AN_END": but("contact.set", name="Pat "),
    "UNSEEN_CHARACTER": but("contact.set", name="Pat\u200b"),
    "NUMBER_TOO_SMALL": but("capacity.declare", entries=[{"can_take": -1}]),
    "NUMBER_TOO_LARGE": but("capacity.declare", entries=[{"can_take": 1_000_001}]),
    "NUMBER_NOT_EXACT": but("capacity.declare", entries=[{"can_take": 2**53}]),
    "YEAR_OUT_OF_RANGE": says("status.ask", time="1899-12-31T00:00:00Z"),
    "NUL_CHARACTER": but("contact.set", name="Pat\0"),
    "PROTECTED_IDENTIFIER": but("contact.set", name="123-45-6789"),
    "END_BEFORE_BEGINNING": asks(wished={"from": "2026-04-02", "until": "2026-04-01"}),
    "DATE_IN_FUTURE": asks(first_contact_on="2026-04-01"),
    "CAPACITY_RUN_OUT": but("capacity.declare", valid_until="2026-03-01T00:00:00Z"),
    "UNKNOWN_TOPIC": asks(topics=["dogs"]),
    "OTHER_NOT_SAID": asks(topics=["other"]),
    "OTHER_NO_LONGER_SAID": other_no_longer_said,
    "UNKNOWN_SERVICE_FORM": asks(service_forms=["money"]),
    "UNKNOWN_PROGRAM": asks(program="another"),
    "UNKNOWN_PROVIDER": but("request.direct", provider="another"),
    "NOT_CLEARABLE": but("request.amend", may_be_named=None),
    "DECLINE_WITHOUT_REASON": but("offer.answer", answer="decline"),
    "COUNTER_WITHOUT_TERMS": but("offer.answer", answer="counter"),
    "ASSIGN_WITHOUT_PROVIDER": but("request.direct", provider=None),
    "PAGE_OF_NO_LIST": says(
        "status.ask", {"about": "CRI-2026-000123-K", "after": "open/CRI-2026-000123-K"}
    ),
    "KEY_BESIDE_ORI": asks(agency=agency(key="as-dps")),
    "AGENCY_NOT_REGISTERED": asks(agency=agency(ori="NY0303000")),
    "NO_AGENCY_REGISTERED": says("request.submit", submission(), sender="ny-post"),
    "FEDERAL_AGENCY": asks(agency=agency(agency_class="federal")),
    "RESERVED_ID": registers(id="kafka"),
    "NOT_A_URI": registers(sources=["a desk"]),
    "RESERVED_SOURCE": registers(sources=["urn:cri:intake"]),
    "SOURCE_TAKEN": registers(id="other", sources=["https://agency.example"]),
    "RULE_ID_TWICE": rules(rules=[rule(), rule()]),
    "LANE_TWICE": rules(lanes=["urgent", "urgent"]),
    "UNKNOWN_CLOCK": rules(clocks={"lunch": {"amount": 1, "unit": "hours"}}),
    "UNKNOWN_FACT": when(fact="agency.mood", has="good"),
    "UNKNOWN_FACT_IN_BRACES": rules(rules=[rule(because={"staff": "{agency.mood}"})]),
    "NOT_ONE_TEST": when(fact="agency.cri_type"),
    "IMPOSSIBLE_VALUE": when(fact="agency.cri_type", has="private"),
    "CALENDAR_IS_OVER": rules(calendar={"holidays": ["2025-12-25"]}),
    "UNKNOWN_REQUEST": says("request.withdraw", {"tracking_number": UNKNOWN}),
    "UNKNOWN_OFFER": but("offer.answer", offer_id=f"{UNKNOWN}-O1"),
    "UNKNOWN_ENGAGEMENT": but("engagement.close", engagement_id=f"{UNKNOWN}-E1"),
    "NOT_YOURS": of_another,
    "REQUEST_ENDED": ended,
}


def test_every_refusal_of_the_door_has_an_example() -> None:
    said = {name for name, one in CATALOG.items() if "intake" in one.services}

    assert SAID.keys() == said - UNREACHED


@pytest.mark.parametrize("name", SAID)
def test_the_refusal_is_said_with_its_texts_whole(name: str, door: Door) -> None:
    door.say("participant.register", {
        "id": "rival", "kind": "provider", "name": "Rival", "sources": ["https://agency.example"],
    })  # fmt: skip

    decision = SAID[name](door)

    (published,) = decision.published
    assert isinstance(published.event, SubmissionRefused)
    reasons = published.event.data.reasons
    assert any(is_said(CATALOG[name], reason) for reason in reasons), reasons
