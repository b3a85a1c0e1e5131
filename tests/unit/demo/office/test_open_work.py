"""Which events give the office work, and which end it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from deploy.demo.office.open_work import Event, OpenWork
from services.desk.work.items import ABOUT_REPORTS, KINDS

START = datetime(2027, 3, 15, 14, tzinfo=UTC)
LATER = START + timedelta(days=20)
REQUEST, NUMBER, NOTICE, MAIL, DESK = "request-1", "CRI-2027-000001-A", "n-1", "m-1", "office-desk"
_ids = count(1)


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def event(kind: str, hours: float, **data: Any) -> Event:
    return {
        "id": f"e-{next(_ids)}",
        "type": f"gov.cri.{kind}.v1",
        "time": at(hours),
        "subject": NUMBER,
        "correlationid": REQUEST,
        "data": data,
    }


def routed(kind: str, hours: float, status: str, **data: Any) -> Event:
    about = {"request_id": REQUEST, "tracking_number": NUMBER, "status": status}
    return event(f"routing.{kind}", hours, **about, **data)


def mailed(kind: str, hours: float, **data: Any) -> Event:
    about = {"notice": NOTICE, "mail": MAIL, "contact": f"contact:{DESK}:call-1"}
    return event(f"notifications.notice_{kind}", hours, **about, **data)


def undelivered(hours: float) -> Event:
    about = {"notice": NOTICE, "audience": DESK, "mail": MAIL, "tracking_number": NUMBER}
    return event("notifications.notice_undelivered", hours, **about)


def referred(hours: float = 0, reason: str = "no_ori") -> Event:
    return routed("request_referred", hours, "referred", reason=reason)


def affected(hours: float, cause: str, **more: Any) -> Event:
    about = {"engagement_id": "E1", "cause": cause, **more}
    return routed("engagement_affected", hours, "assigned", **about)


def missed(hours: float, clock: str = "engagement_silence") -> Event:
    return routed("clock_missed", hours, "assigned", clock=clock, due_at=at(0))


def work(*events: Event) -> OpenWork:
    found = OpenWork()
    for each in events:
        found.take(each)
    return found


def kinds(found: OpenWork, when: datetime = LATER) -> list[str]:
    return [each.kind for each in found.open_now(when)]


DECIDED = {
    **event("notifications.notice_decided", 0, notices=[{"audience": DESK, "call": True}]),
    "id": NOTICE,
}
CALLED = event("notifications.notice_settled", 1, notice=NOTICE, audience=DESK, how="told")


@pytest.mark.parametrize(
    ("opening", "kind", "ending"),
    [
        ([referred()], "referred", routed("offer_made", 1, "offered")),
        ([referred(reason="countered")], "counter", routed("offer_made", 1, "offered")),
        ([affected(0, "provider_ended")], "rehome", routed("engagement_closed", 1, "closed")),
        ([affected(0, "program_ended", rehome=True)], "rehome",
         affected(1, "takes_part_again")),
        ([affected(0, "program_suspended")], "suspended_work", affected(1, "takes_part_again")),
        ([missed(0)], "late", routed("engagement_progressed", 1, "assigned", milestone="on_site")),
        ([missed(0)], "late", routed("clock_settled", 1, "assigned", clock="engagement_silence")),
        ([missed(0)], "late", routed("engagement_closed", 1, "closed")),
        ([mailed("outcome_unknown", 0)], "unknown_outcome", mailed("settled", 1, how="dropped")),
        ([undelivered(0)], "unreachable", mailed("settled", 1, how="told_otherwise")),
        ([undelivered(0)], "unreachable", mailed("delivered", 1)),
        ([DECIDED], "call", CALLED),
        ([event("notifications.participant_unreachable", 0, participant="iacp")],
         "no_living_contact", event("notifications.participant_reachable", 1, participant="iacp")),
    ],
)  # fmt: skip
def test_an_item_is_there_until_its_end(opening: list[Event], kind: str, ending: Event) -> None:
    known = routed("offer_made", -1, "assigned")  # any event that has the request's status

    found = work(known, *opening)
    before = kinds(found)
    found.take(ending)

    assert before == [kind]
    assert kinds(found) == []
    assert found.by_kind(LATER) == {kind: 1}


def test_every_kind_of_item_is_counted_but_the_one_of_a_month() -> None:
    told = {"referred", "counter", "rehome", "suspended_work", "late", "unknown_outcome",
            "unreachable", "call", "no_living_contact"}  # fmt: skip

    assert set(KINDS) - told - set(ABOUT_REPORTS) == {"waits_long"}


def test_a_second_referral_is_another_item() -> None:
    found = work(referred(0), referred(1, reason="countered"))

    assert kinds(found) == ["counter"]
    assert len(found.there(LATER)) == 2


def test_a_mail_that_failed_is_for_nobody_yet() -> None:
    assert work(mailed("failed", 0)).there(LATER) == []


def test_what_is_told_again_and_again_is_one_item() -> None:
    again = routed("clock_still_missed", 2, "assigned", clock="engagement_silence", due_at=at(0))

    found = work(routed("offer_made", -1, "assigned"), missed(0), again)

    assert len(found.there(LATER)) == 1


@pytest.mark.parametrize("clock", ["triage.standard", "rehome"])
def test_a_clock_of_work_that_is_there_already_opens_nothing(clock: str) -> None:
    assert work(missed(0, clock)).there(LATER) == []


def test_a_call_may_be_settled_before_it_is_read() -> None:
    found = work(CALLED, DECIDED)

    assert kinds(found) == []
    assert found.by_kind(LATER) == {"call": 1}


def test_what_is_opened_later_is_not_there_yet() -> None:
    assert kinds(work(referred(1)), START) == []


def test_a_mail_is_about_the_number_of_its_request() -> None:
    found = work(mailed("outcome_unknown", 0), routed("offer_made", 0, "offered"))

    (item,) = found.open_now(LATER)
    assert item.about == NUMBER


def test_a_request_that_waits_is_work_after_a_month() -> None:
    waits = routed("request_waitlisted", 0, "waiting")
    found = work(waits, routed("request_facts_changed", 1, "waiting"))
    begun = datetime.fromisoformat(waits["time"])

    assert kinds(found, begun + timedelta(days=29)) == []
    assert kinds(found, begun + timedelta(days=31)) == ["waits_long"]

    found.take(routed("offer_made", 2, "offered"))

    assert found.there(begun + timedelta(days=31)) == []
