"""What the demonstration makes of the mails that the log and the mail server know."""

from collections import Counter
from typing import Any

import pytest

from deploy.demo.mails import Mails

AGENCY, NOTICE, MAIL = "ohio-dps", "notice-1", "mail-1"


def decided(*, audience: str = AGENCY, kind: str = "request.status_changed") -> dict[str, Any]:
    notice = {"audience": audience, "outcome": "sent", "message_type": f"gov.cri.{kind}.v1"}
    return {
        "id": NOTICE,
        "type": "gov.cri.notifications.notice_decided.v1",
        "data": {"notices": [notice]},
    }


def ended(how: str, *, mail: str = MAIL, notice: str = NOTICE) -> dict[str, Any]:
    data = {"mail": mail, "notice": notice, "contact": f"contact:{AGENCY}:desk"}
    if how == "cancelled":
        data["because"] = "never_told"
    return {"type": f"gov.cri.notifications.notice_{how}.v1", "data": data}


def mails(*events: dict[str, Any], copies: int = 0) -> Mails:
    found = Mails({AGENCY})
    for event in events:
        found.take(event)
    if copies:
        found.copies[MAIL] = copies
    return found


def test_a_mail_that_was_delivered_once_is_right() -> None:
    found = mails(decided(), ended("delivered"), copies=1)

    assert found.faults() == []
    assert found.summary() == (
        "1 decided, 1 accepted, 0 refused for good, 0 unknown (0 settled by a person), 0 twice"
    )


def test_it_is_said_why_mails_were_cancelled() -> None:
    found = mails(decided(), ended("cancelled"))

    assert "0 refused for good, 1 never told, 0 unknown" in found.summary()


def test_a_refused_mail_may_go_to_another_contact() -> None:
    found = mails(decided(), ended("failed", mail="mail-0"), ended("delivered"), copies=1)

    assert found.faults() == []


@pytest.mark.parametrize(("how", "copies"), [("outcome_unknown", 0), ("outcome_unknown", 1),
                                             ("failed", 0), ("cancelled", 0)])  # fmt: skip
def test_a_mail_may_end_in_another_way(how: str, copies: int) -> None:
    assert mails(decided(), ended(how), copies=copies).faults() == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (mails(decided()), "the log has no outcome"),
        (mails(ended("delivered"), copies=1), "nobody decided"),
        (mails(decided(), ended("delivered")), "0 copies"),
        (mails(decided(), ended("delivered"), copies=2), "2 copies"),
        (mails(decided(), ended("outcome_unknown"), copies=2), "2 copies"),
        (mails(decided(), ended("failed"), copies=1), "refused"),
        (mails(decided(), ended("delivered"), ended("failed"), copies=1), "ends"),
        (mails(copies=1), "none"),
    ],
)
def test_everything_else_is_a_fault(found: Mails, fault: str) -> None:
    (said,) = found.faults()

    assert fault in said


CALLER = "CRI-2027-000001-A"


@pytest.mark.parametrize(
    ("changes", "is_mailed"),
    [
        ({}, True),
        ({"call": True}, False),
        ({"message_type": "gov.cri.referral.made.v1"}, False),
        ({"subject": "CRI-2027-000002-B"}, False),
    ],
)
def test_a_caller_with_an_address_is_mailed_what_an_agency_is_sent(
    changes: dict[str, Any], is_mailed: bool
) -> None:
    event = {"subject": CALLER, **decided(audience="office-desk")}
    for name, value in changes.items():
        (event if name in event else event["data"]["notices"][0])[name] = value
    found = Mails(set(), {CALLER})

    found.take(event)

    assert found.decided == ({(NOTICE, "office-desk")} if is_mailed else set())


def test_it_is_said_how_many_a_person_has_settled() -> None:
    settled = {
        "type": "gov.cri.notifications.notice_settled.v1",
        "data": {"mail": MAIL, "notice": NOTICE, "how": "counted_as_delivered"},
    }

    assert (
        "1 unknown (1 settled by a person)"
        in mails(decided(), ended("outcome_unknown"), settled).summary()
    )


@pytest.mark.parametrize(
    "event",
    [decided(audience="somebody-without-address"), decided(kind="message.applied")],
)
def test_what_is_not_mailed_is_not_missed(event: dict[str, Any]) -> None:
    assert mails(event).faults() == []


def test_news_are_mailed_to_a_subscription() -> None:
    audience = "subscription:0190d3c8-1c1b-7a35-9a5c-5a0f3b7c1d2e"
    event = decided(audience=audience, kind="solicitation.announced")
    event["data"]["notices"][0]["channel"] = "mail"
    delivered = ended("delivered")
    delivered["data"]["contact"] = audience

    assert mails(event, delivered, copies=1).faults() == []
    (said,) = mails(event).faults()
    assert audience in said


def test_what_begins_while_somebody_counts_is_left_out() -> None:
    found = mails(decided(), copies=1)
    found.is_closed = True
    later = {**decided(), "id": "notice-2"}

    for event in (later, ended("delivered", mail="mail-2", notice="notice-2")):
        found.take(event)
    found.count_copies(Counter({MAIL: 1, "mail-2": 1}))
    assert found.left

    found.take(ended("delivered"))

    assert found.faults() == []
    assert not found.left
