"""What follows from a try to send a mail, and what is mailed to whom."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.mail.life import (
    TRIED_FOR,
    Mail,
    Other,
    address_died,
    lost,
    next_try,
    not_needed,
    tried,
)
from services.notifications.mail.obligations import (
    FILLED,
    Obligation,
    PreparedMail,
    prepare,
)
from services.notifications.mail.outcome import Outcome
from shared.contracts import notifications
from shared.contracts.outbound import RECEIVERS, TYPES
from shared.mail.mailed import MAILED, is_mailed
from shared.mail.templates import TEMPLATES, render

FACT = "6e1f0000-0000-5000-8000-000000000001"
NOTICE = "6e1f0000-0000-5000-8000-000000000003"
NUMBER = "CRI-2026-000042-J"
BEGUN = datetime(2026, 3, 2, 15, 4, tzinfo=UTC)
MAIL = Mail(
    mail_id="6e1f0000-0000-5000-8000-000000000002",
    notice=NOTICE,
    audience="alturas-pd",
    contact_id="chief",
    correlation="request-1",
    key=b"request-1",
    published=0,
    tries=1,
    first_tried_at=BEGUN,
    prepared_at=BEGUN,
)


def test_tries_come_after_1_5_15_minutes_1_hour_4_hours_then_every_4_for_48_hours_in_all() -> None:
    now, pauses = BEGUN, []
    for tries in range(1, 100):
        due = next_try(MAIL._replace(tries=tries), now)
        if due is None:
            break
        pauses.append(due - now)
        now = due

    hours = [pause / timedelta(hours=1) for pause in pauses]
    assert hours[:5] == [1 / 60, 5 / 60, 15 / 60, 1, 4]
    assert set(hours[5:]) == {4}
    assert TRIED_FOR - timedelta(hours=4) < now - BEGUN <= TRIED_FOR


def test_an_accepted_mail_is_told_with_the_contacts_key_and_not_its_address() -> None:
    step = tried(MAIL, Outcome("accepted", "data", "2.0.0"), now=BEGUN, at=BEGUN)

    assert step.state == "accepted"
    assert isinstance(step.event, notifications.NoticeDelivered)
    assert step.event.data.contact == "contact:alturas-pd:chief"
    assert step.event.data.status == "2.0.0"
    assert (step.event.subject, step.event.number) == (f"mail:{MAIL.mail_id}", 1)
    assert (step.event.causationid, step.event.correlationid) == (NOTICE, "request-1")


def test_a_refused_mail_is_told_with_the_servers_status() -> None:
    step = tried(MAIL, Outcome("refused", "rcpt", "5.1.1"), now=BEGUN, at=BEGUN)

    assert step.state == "refused"
    assert isinstance(step.event, notifications.NoticeFailed)
    assert (step.event.data.kind, step.event.data.status) == ("refused", "5.1.1")


def test_a_mail_that_is_tried_later_is_not_told() -> None:
    step = tried(MAIL, Outcome("try_later", "rcpt", "4.7.1"), now=BEGUN, at=BEGUN)

    assert step == ("try_later", None, BEGUN + timedelta(minutes=1))


def test_a_mail_that_was_tried_for_two_days_is_given_up() -> None:
    now = BEGUN + timedelta(hours=45)

    step = tried(MAIL._replace(tries=16), Outcome("try_later", "connect"), now=now, at=now)

    assert step.state == "gave_up"
    assert isinstance(step.event, notifications.NoticeFailed)
    assert (step.event.data.kind, step.event.data.tries) == ("gave_up", 16)


def test_e14_a_cut_after_data_is_told_as_unknown_and_not_tried_again() -> None:
    step = tried(MAIL, Outcome("outcome_unknown", "data"), now=BEGUN, at=BEGUN)

    assert (step.state, step.due_at) == ("outcome_unknown", None)
    assert isinstance(step.event, notifications.NoticeOutcomeUnknown)
    assert step.event.data.stage == "data"


def test_deciding_twice_gives_the_same_event() -> None:
    assert lost(MAIL, stage=None, at=BEGUN) == lost(MAIL, stage=None, at=BEGUN)


def message(**data: Any) -> bytes:
    value = {
        "correlationid": "request-1",
        "subject": NUMBER,
        "participantsequence": "00000000000000000007",
        "data": {"tracking_number": NUMBER, **data},
    }
    return json.dumps(value).encode()


def obligation(kind: str, *contact_ids: str, **data: Any) -> Obligation:
    data = {"sentence": "A sentence.", **data}
    value = message(**data)
    return Obligation(FACT, NOTICE, "alturas-pd", TYPES[kind], value, b"request-1", contact_ids)


def waiting(*contact_ids: str) -> Obligation:
    next_ = {"what": "It moves on.", "by": "2026-03-09T22:00:00Z"}
    return obligation("status_changed", *contact_ids, status="waiting", next=next_)


def prepared(each: Obligation, *with_address: str) -> PreparedMail:
    mail = prepare(each, with_address)
    assert mail is not None
    return mail


def test_the_first_contact_of_the_request_with_an_address_is_written_to() -> None:
    assert prepared(waiting("chief", "clerk"), "a-desk", "clerk", "chief").contact_id == "chief"
    assert prepared(waiting("chief", "clerk"), "a-desk", "clerk").contact_id == "clerk"


def test_who_names_no_contact_is_written_to_at_the_first_one_with_an_address() -> None:
    assert prepared(waiting(), "desk", "a-desk").contact_id == "a-desk"


def test_who_has_no_address_is_told_on_its_topic_alone() -> None:
    assert prepare(waiting("chief"), ()) is None


def test_the_same_obligation_is_the_same_mail_whoever_gets_it() -> None:
    first, second = prepared(waiting("chief"), "chief"), prepared(waiting("chief"), "clerk")

    assert first.mail_id == second.mail_id


def test_answers_to_systems_are_not_mailed() -> None:
    answers = {"accepted", "refused", "applied", "message_refused", "status", "heartbeat"}
    restricted = {
        *("case_told", "contact_changed", "note_stated", "person_forgotten", "report_told")
    }
    answered = {"passed_on"}

    assert {n for n in TYPES if not is_mailed(TYPES[n])} == answers | restricted | answered


def test_what_is_mailed_has_words_for_a_mail() -> None:
    assert FILLED.keys() == MAILED


@pytest.mark.parametrize("kind", sorted(name for name in TYPES if is_mailed(TYPES[name])))
def test_no_need_and_no_contact_is_ever_in_a_mail(kind: str) -> None:
    secret = "CANARY"
    each = obligation(
        kind,
        status="waiting",
        expires_at="2026-03-09T22:00:00Z",
        offer_id=f"{NUMBER}-O1",
        need={"issue": secret},
        contacts=[{"name": secret, "email": secret}],
        contact={"name": secret},
        note=secret,
        agency={"name": secret},
    )
    mail = prepared(each, "chief")

    rendered = render(TEMPLATES[mail.template], json.loads(mail.facts), public_url="https://x/")

    assert secret not in mail.facts
    assert NUMBER in rendered.subject
    for part in (rendered.text, rendered.html):
        assert "A sentence." in part
        assert NUMBER in part
        assert secret not in part


_OF_REQUESTER = {"came_too_late", "clock_settled", "delivery_failed", "status_changed"}
"""What an office gets only for a request that it entered for a caller."""


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, kind in TYPES.items()
        if is_mailed(kind) and "program_office" in RECEIVERS[kind] and name not in _OF_REQUESTER
    ),
)
def test_a_mail_to_an_office_does_not_call_work_of_others_its_own(name: str) -> None:
    each = obligation(name)._replace(audience="cops-office", role="office")

    about = json.loads(prepared(each, "desk").facts)["about"]

    assert "your" not in about


def test_an_agency_is_told_that_a_report_is_its_own_to_check() -> None:
    each = obligation("fact_check_asked", "chief")._replace(role="requester")

    about = json.loads(prepared(each, "chief").facts)["about"]

    assert about == "a report is yours to check"


def test_every_mailed_type_is_a_message() -> None:
    assert set(FILLED) <= set(TYPES.values())


def test_a_date_is_written_with_its_zone() -> None:
    rendered = render(
        TEMPLATES["status.v1"],
        json.loads(prepared(waiting("chief"), "chief").facts),
        public_url="https://x/",
    )

    assert rendered.subject == "CRI-2026-000042-J: your request is waiting"
    assert "By: March 9, 2026, 22:00 UTC" in rendered.text


def test_a_later_status_says_what_an_earlier_one_would() -> None:
    assert not_needed("status", [Other("status", "prepared", True)]) == "overtaken"
    assert not_needed("status", [Other("status", "prepared", False)]) is None
    assert not_needed("status", [Other("news", "prepared", True)]) is None


def test_e16_an_offer_that_is_over_is_not_made_nor_its_end_told() -> None:
    assert not_needed("offer", [Other("offer_end", "prepared", True)]) == "overtaken"
    for state in ("prepared", "try_later", "cancelled"):
        assert not_needed("offer_end", [Other("offer", state, False)]) == "never_told"


@pytest.mark.parametrize("state", ["sending", "accepted", "outcome_unknown", "refused"])
def test_who_may_have_been_asked_hears_that_the_offer_is_over(state: str) -> None:
    assert not_needed("offer_end", [Other("offer", state, False)]) is None


def test_the_end_of_a_second_offer_is_about_the_second_one() -> None:
    others = [
        Other("offer", "cancelled", False),
        Other("offer_end", "cancelled", False),
        Other("offer", "accepted", False),
    ]

    assert not_needed("offer_end", others) is None


def test_news_are_never_overtaken() -> None:
    assert not_needed("news", [Other("status", "accepted", True)]) is None


def test_e13_a_dead_address_is_told_by_its_contacts_key() -> None:
    event = address_died(MAIL, "5.1.1", number=2, at=BEGUN)

    assert (event.subject, event.number) == ("contact:alturas-pd:chief", 2)
    assert (event.data.state, event.data.status) == ("dead", "5.1.1")
    assert event.id != address_died(MAIL, "5.1.1", number=3, at=BEGUN).id
