"""Each refusal of intake has an example record, and its texts are complete."""

from collections.abc import Callable
from typing import Any

import pytest

from services.intake import json_limits
from services.intake.batch_state import Decision
from services.intake.decide import decide
from services.intake.handlers import IntakeReader
from services.intake.list_limits import MAX_FILES, MAX_REPORTS
from services.intake.message import Message
from shared.contracts.intake import SubmissionRefused
from shared.contracts.services import WEB_DESK
from shared.delivery.records import DELETED
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
from tests.examples.intake import AGENCIES, Intake
from tests.examples.refusals import CATALOG, is_from

Example = Callable[[Intake], Decision]
UNREACHED = {"NOT_ALLOWED"}
"""The refusal for errors that a later pydantic might report, and this one does not."""
UNKNOWN = "CRI-2026-000999-9"


def sends_raw(value: bytes | None, **of_record: Any) -> Example:
    return lambda intake: intake.send_raw(value, **of_record)


def sends(kind: str, data: Any = None, **changes: Any) -> Example:
    return lambda intake: intake.send(kind, data, **changes)


def submits(**changes: Any) -> Example:
    """A second submission, with changes."""
    return sends("request.submit", submission(**{"reference": "r-2", **changes}))


def changed(kind: str, **changes: Any) -> Example:
    """The usual message of *kind* about the existing request, with changes in its data."""
    return lambda intake: intake.send(kind, data_of(kind, intake.number) | changes)


def at_the_desk(**changes: Any) -> Example:
    """The request of an agency without a system, through the public desk."""
    return sends("request.submit", submission(**changes), sender=WEB_DESK)


def rules(**changes: Any) -> Example:
    return sends("ruleset.approve", ruleset(**changes))


def when(**condition: Any) -> Example:
    return rules(rules=[rule(when=[condition])])


def registers(**changes: Any) -> Example:
    return changed("participant.register", **changes)


def twice(kind: str, data: Any = None, **changes: Any) -> Example:
    def both(intake: Intake) -> Decision:
        intake.send(kind, data, **changes)
        return intake.send(kind, data, **changes)

    return both


def from_a_desk(**changes: Any) -> Example:
    """A message of an office that must name who acts."""

    def sent(intake: Intake) -> Decision:
        desk = {
            "id": "office-desk",
            "kind": "program_office",
            "name": "Desk",
            "names_actors": True,
        }
        intake.send("participant.register", desk)
        return intake.send("request.direct", sender="office-desk", **changes)

    return sent


def ended(intake: Intake) -> Decision:
    request = intake.batch.requests[intake.number]
    intake.batch.requests[intake.number] = request._replace(ended="closed")
    return intake.send("request.amend")


def on_hold(intake: Intake) -> Decision:
    intake.send("hold.set")
    return intake.send("person.forget")


def of_another(intake: Intake) -> Decision:
    return intake.send("request.withdraw", sender="ny-post")


def reused_id(intake: Intake) -> Decision:
    intake.send("contact.set", id="same")
    return intake.send("status.ask", id="same")


def many_files(intake: Intake) -> Decision:
    for _ in range(MAX_FILES):
        intake.send("case.ask")
    return intake.send("case.ask")


def many_reports(intake: Intake) -> Decision:
    for _ in range(MAX_REPORTS):
        intake.send("report.read")
    return intake.send("report.read")


def other_no_longer_said(intake: Intake) -> Decision:
    intake.send(
        "request.submit", submission(reference="r-2", topics=["other"], other_topic="Dogs.")
    )
    number = [*intake.batch.requests][-1]
    return intake.send("request.amend", {"tracking_number": number, "other_topic": None})


def unprocessable(**changes: Any) -> Example:
    def refused(intake: Intake) -> Decision:
        reader = IntakeReader(agencies=AGENCIES, office=OFFICE)
        item = reader.unprocessable(record(b"{}")._replace(**changes))
        assert item is not None
        assert isinstance(item.message, Message)
        return decide(item.message, intake.batch)

    return refused


DESK_OF_ANOTHER = {"id": "ny-post", "kind": "agency_desk", "name": "New York"}
OBSERVER_WITHOUT_A_SYSTEM = {
    "id": "wi-post", "kind": "observer", "name": "Wisconsin", "reached_by": "desk",
}  # fmt: skip
EXAMPLES: dict[str, Example] = {
    "NO_VALUE": sends_raw(None),
    "TOO_MANY_BYTES": sends_raw(b" " * (json_limits.MAX_BYTES + 1)),
    "TOO_MANY_VALUES": sends_raw(b"[" + b"1," * json_limits.MAX_VALUES + b"1]"),
    "TOO_DEEP": sends_raw(b"[" * 100 + b"]" * 100),
    "NOT_UTF_8": sends_raw(b"\xff\xfe"),
    "HALF_A_PAIR": sends_raw(b'{"id": "\\ud800"}'),
    "NOT_JSON": sends_raw(b"{"),
    "SERIALIZER_PREFIX": sends_raw(b"\0\0\0\0\7{}"),
    "DUPLICATE_KEY": sends_raw(b'{"id": "a", "id": "b"}'),
    "NOT_AN_EVENT": sends_raw(b"[]"),
    "BINARY_MODE": sends_raw(b"{}", headers=(("ce_id", b"1"),)),
    "UNKNOWN_TYPE": sends("request.wish", {}),
    "UNSUPPORTED_VERSION": sends("request.submit", type="gov.cri.request.submit.v9"),
    "NOT_PROCESSABLE": unprocessable(),
    "DELETED_UNREAD": unprocessable(unreadable=DELETED),
    "PARTICIPANT_NOT_REGISTERED": sends("request.submit", sender="stranger"),
    "SOURCE_NOT_REGISTERED": sends("request.submit", source="urn:cri:ny-post"),
    "ROLE_NOT_AUTHORIZED": sends("request.submit", sender=PROVIDER),
    "NOT_OF_THIS_BASIS": at_the_desk(authority={"basis": "call_back", "on": "2026-03-01"}),
    "NOT_REACHED_BY_DESK": sends("status.ask", sender=WEB_DESK, onbehalfof=PROVIDER),
    "REACHED_BY_DESK": sends("status.ask", sender="noble"),
    "ACTOR_NEEDED": from_a_desk(),
    "ACTOR_NOT_AUTHORIZED": from_a_desk(actor="staff:k7f2"),
    "ID_REUSED": reused_id,
    "REFERENCE_REUSED": submits(reference="CA-2026-0042", need=None),
    "TOO_OFTEN": twice("status.ask"),
    "TOO_MANY_FILES": many_files,
    "MISSING": sends("status.ask", {}),
    "UNKNOWN_FIELD": sends("status.ask", {"about": "all", "no name!": 1}),
    "UNKNOWN_FIELD_NAMED": sends("status.ask", {"about": "all", "priority": 1}),
    "TOO_MANY_FIELDS": sends(
        "status.ask", {f"f{n}": n for n in range(json_limits.MAX_FIELDS + 1)}
    ),
    "NOT_A_TEXT": sends("status.ask", {"about": 1}),
    "NOT_A_WHOLE_NUMBER": changed("capacity.declare", entries=[{"can_take": "one"}]),
    "NOT_A_BOOLEAN": submits(may_be_named="yes"),
    "NOT_A_LIST": submits(topics="all"),
    "NOT_AN_OBJECT": submits(agency="LAPD"),
    "TEXT_TOO_LONG": sends("status.ask", {"about": "a" * 99}),
    "TEXT_TOO_SHORT": sends("status.ask", {"about": ""}),
    "LIST_TOO_LONG": submits(goals=["trust"] * 9),
    "LIST_TOO_SHORT": submits(topics=[]),
    "PATTERN": sends("status.ask", {"about": "all", "after": "7"}),
    "CONTENT_TYPE": sends("status.ask", datacontenttype="text/plain"),
    "NOT_REGISTERED_VALUE": submits(goals=["fame"]),
    "CLOSES_BEFORE_OPENING": changed("solicitation.announce", opens_on="2026-06-01"),
    "VERSION_NOT_NEXT": changed("solicitation.announce", version=2),
    "NOT_AN_OFFICE": changed("staff.set", participant=PROVIDER),
    "UNKNOWN_STATE": submits(agency=agency(state="US-XX")),
    "NOT_A_DATE": submits(first_contact_on="soon"),
    "NOT_A_TIME": sends("status.ask", time="soon"),
    "NOT_RFC_3339": sends("status.ask", time="2026-03-02 07:00:00Z"),
    "NO_OFFSET": sends("status.ask", time="2026-03-02T07:00:00"),
    "NUMBER_AS_TIME": sends("status.ask", time="1772463600"),
    "NOT_AN_EMAIL": changed("contact.set", email="none"),
    "UNKNOWN_ZONE": changed("contact.set", zone="Mars/Olympus"),
    "NOT_A_TRACEPARENT": sends("status.ask", traceparent="00"),
    "BLANK": changed("contact.set", name=" "),
    "SPACE_AT_AN_END": changed("contact.set", name="Pat "),
    "UNSEEN_CHARACTER": changed("contact.set", name="Pat\u200b"),
    "NUMBER_TOO_SMALL": changed("capacity.declare", entries=[{"can_take": -1}]),
    "NUMBER_TOO_LARGE": changed("capacity.declare", entries=[{"can_take": 1_000_001}]),
    "NUMBER_NOT_EXACT": changed("capacity.declare", entries=[{"can_take": 2**53}]),
    "YEAR_OUT_OF_RANGE": sends("status.ask", time="1899-12-31T00:00:00Z"),
    "NUL_CHARACTER": changed("contact.set", name="Pat\0"),
    "PROTECTED_IDENTIFIER": changed("contact.set", name="123-45-6789"),
    "END_BEFORE_BEGINNING": submits(wished={"from": "2026-04-02", "until": "2026-04-01"}),
    "DATE_IN_FUTURE": submits(first_contact_on="2026-04-01"),
    "NOT_OF_A_CALLER": submits(received_by={"channel": "phone", "on": "2026-03-01"}),
    "NOT_SAID_AT_THE_DESK": at_the_desk(authority=None),
    "CODE_WITHOUT_ADDRESS": at_the_desk(
        authority={"basis": "code_to_address", "on": "2026-03-01"}
    ),
    "NOT_SAID_OF_A_CALLER": sends("request.submit", submission(), sender=OFFICE),
    "RECEIVED_BEFORE_FIRST_CONTACT": sends(
        "request.submit",
        submission(
            received_by={"channel": "phone", "on": "2026-02-19"},
            authority={"basis": "call_back", "on": "2026-03-01"},
        ),
        sender=OFFICE,
    ),
    "CAPACITY_RUN_OUT": changed("capacity.declare", valid_until="2026-03-01T00:00:00Z"),
    "UNKNOWN_TOPIC": submits(topics=["dogs"]),
    "OTHER_NOT_SAID": submits(topics=["other"]),
    "OTHER_NO_LONGER_SAID": other_no_longer_said,
    "UNKNOWN_SERVICE_FORM": submits(service_forms=["money"]),
    "UNKNOWN_PROGRAM": submits(program="another"),
    "UNKNOWN_PROVIDER": changed("request.direct", provider="another"),
    "NOT_CLEARABLE": changed("request.amend", may_be_named=None),
    "DECLINE_WITHOUT_REASON": changed("offer.answer", answer="decline"),
    "COUNTER_WITHOUT_TERMS": changed("offer.answer", answer="counter"),
    "CONFIRMED_WITHOUT_BASIS": changed("request.direct", action="confirm_authority"),
    "ASSIGN_WITHOUT_PROVIDER": changed("request.direct", provider=None),
    "MAIL_OR_NOTICE": changed("notice.settle", audience="ca-post"),
    "NOT_HOW_IT_IS_SETTLED": changed("notice.settle", how="told_otherwise"),
    "DISPUTE_WITHOUT_WORDS": changed(
        "fact_check.answer", items=[{"item": "2.1", "answer": "dispute"}]
    ),
    "NO_SUCH_REPORT": changed("report.read", engagement_id="CRI-2026-999999-A-E1"),
    "TOO_MANY_REPORTS": many_reports,
    "TOO_LONG": changed("reply.state", text="x" * 2001),
    "TITLE_NOT_A_LINE": changed("report.correct", item="title", after="Two\nlines"),
    "STATUS_WITHOUT_REASON": changed("status.verify", decision="return"),
    "PAGE_OF_NO_LIST": sends(
        "status.ask", {"about": "CRI-2026-000123-K", "after": "open/CRI-2026-000123-K"}
    ),
    "KEY_BESIDE_ORI": submits(agency=agency(key="as-dps")),
    "AGENCY_NOT_REGISTERED": submits(agency=agency(ori="NY0303000")),
    "NO_AGENCY_REGISTERED": sends("request.submit", submission(), sender="ny-post"),
    "FEDERAL_AGENCY": submits(agency=agency(agency_class="federal")),
    "RESERVED_ID": registers(id="kafka"),
    "ONE_AGENCY_DESK": sends("participant.register", DESK_OF_ANOTHER),
    "HAS_A_SYSTEM": sends("participant.register", OBSERVER_WITHOUT_A_SYSTEM),
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
    "UNKNOWN_REQUEST": sends("request.withdraw", {"tracking_number": UNKNOWN}),
    "UNKNOWN_OFFER": changed("offer.answer", offer_id=f"{UNKNOWN}-O1"),
    "UNKNOWN_ENGAGEMENT": changed("engagement.close", engagement_id=f"{UNKNOWN}-E1"),
    "NOT_THE_PROVIDERS_REASON": changed("engagement.close", reason="superseded"),
    "CANNOT_GO_ON_WITHOUT_WORDS": changed("engagement.close", reason="cannot_go_on"),
    "CONTACT_OR_SUBSCRIPTION": changed("person.forget", contact_id=None),
    "UNKNOWN_CONTACT": changed("person.forget", contact_id="another"),
    "ON_HOLD": on_hold,
    "ONE_THING_HELD": changed("hold.set", tracking_number=UNKNOWN),
    "UNKNOWN_PARTICIPANT": changed("hold.set", participant="another"),
    "NOT_YOURS": of_another,
    "REQUEST_ENDED": ended,
}


def test_every_refusal_of_intake_has_an_example() -> None:
    used = {name for name, one in CATALOG.items() if "intake" in one.services}

    assert EXAMPLES.keys() == used - UNREACHED


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_refusal_has_complete_texts(name: str, intake: Intake) -> None:
    intake.send("participant.register", {
        "id": "rival", "kind": "provider", "name": "Rival", "sources": ["https://agency.example"],
    })  # fmt: skip

    decision = EXAMPLES[name](intake)

    (published,) = decision.published
    assert isinstance(published.event, SubmissionRefused)
    reasons = published.event.data.reasons
    assert any(is_from(CATALOG[name], reason) for reason in reasons), reasons


@pytest.mark.parametrize("kind", ["request.direct", "engagement.rehome"])
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"provider": None}, "/data/provider"),
        ({"provider": "another"}, "/data/provider"),
        ({"program": "another"}, "/data/program"),
    ],
)
def test_the_office_names_only_what_is_defined(
    kind: str, changes: dict[str, Any], path: str, intake: Intake
) -> None:
    (published,) = changed(kind, **changes)(intake).published

    assert isinstance(published.event, SubmissionRefused)
    assert [reason.path for reason in published.event.data.reasons] == [path]
